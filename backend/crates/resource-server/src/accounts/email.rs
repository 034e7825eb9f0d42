//! E-mail addresses: what may be one, and when two are the same.

use httpkit::FieldIssue;
use url::Host;

/// RFC 5321 section 4.5.3.1.
const LONGEST_ADDRESS: usize = 254;
const LONGEST_LOCAL_PART: usize = 64;

/// An address that mail could be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Email {
    /// As typed, without blanks around it.
    pub typed: String,
    /// In the form that is compared: lower-case, the domain in ASCII.
    pub compared: String,
}

impl Email {
    /// Reads `text`, which came in `field`. Not all that RFC 5321 allows: no quotes, no address literals, no bare hosts.
    ///
    /// # Errors
    /// `email_invalid`, in words.
    pub fn parse(field: &str, text: &str) -> Result<Self, FieldIssue> {
        let refuse =
            || FieldIssue::new(field, "email_invalid", "This is not an e-mail address such as asha@example.org");
        let typed = text.trim();
        let (local, domain) = typed.rsplit_once('@').ok_or_else(refuse)?;
        let domain = ascii_domain(domain).ok_or_else(refuse)?;
        if !is_local_part(local) || typed.len() > LONGEST_ADDRESS || local.len() + 1 + domain.len() > LONGEST_ADDRESS {
            return Err(refuse());
        }
        Ok(Self { typed: typed.to_owned(), compared: format!("{}@{domain}", local.to_lowercase()) })
    }
}

/// RFC 5322's dot-atom, with the letters of RFC 6531.
fn is_local_part(local: &str) -> bool {
    let allowed = |letter: char| letter.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(letter);
    let dots_are_inside = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    !local.is_empty() && local.len() <= LONGEST_LOCAL_PART && local.chars().all(allowed) && dots_are_inside
}

fn ascii_domain(domain: &str) -> Option<String> {
    match Host::parse(domain).ok()? {
        Host::Domain(domain) => {
            let labels_fit = domain.split('.').all(|label| {
                let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
            });
            (domain.contains('.') && labels_fit).then_some(domain)
        }
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(text: &str) -> Option<String> {
        Email::parse("email", text).ok().map(|email| email.compared)
    }

    #[test]
    fn two_spellings_of_one_address_are_the_same() {
        assert_eq!(compared(" Asha.K+tapri@Example.ORG ").as_deref(), Some("asha.k+tapri@example.org"));
        assert_eq!(compared("chai@bücher.example"), compared("CHAI@xn--bcher-kva.example"));
        assert_eq!(Email::parse("email", "Asha@Example.org").unwrap().typed, "Asha@Example.org");
    }

    #[test]
    fn what_no_mail_can_be_sent_to_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        for bad in [
            "",
            "asha",
            "@example.org",
            "asha@",
            "asha@localhost",
            "asha@127.0.0.1",
            "asha@[::1]",
            "a b@example.org",
            "a@b@example.org",
            ".asha@example.org",
            "as..ha@example.org",
            "asha@-example.org",
            "asha@example..org",
            "asha@example.org\r\nBcc: x@y.z",
            "<asha@example.org>",
            "asha@exa mple.org",
            "\"asha\"@example.org",
            &long,
        ] {
            assert_eq!(compared(bad), None, "{bad}");
        }
    }
}
