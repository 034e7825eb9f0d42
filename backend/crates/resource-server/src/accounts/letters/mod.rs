//! What Tapri writes to people: every letter and text message there is, in each language.
//!
//! Short, kind, and exact; nothing is sold. A letter holds a link only where one must be followed, and always to the
//! configured origin. To add one, add a variant to [`Words`]: the compiler then asks every language for it.

mod english;
mod hindi;

use super::language::Language;

/// What is to be said.
#[derive(Clone, Copy, Debug)]
pub(super) enum Words<'a> {
    /// Confirm this address with a code.
    ConfirmEmail { code: &'a str },
    /// Somebody gave this address, which has an account already.
    AddressKnown { username: &'a str, link: &'a str },
    /// A link by which a new password is chosen.
    Reset { username: &'a str, link: &'a str },
    /// The password was changed by somebody who knew it.
    PasswordChanged { username: &'a str, link: &'a str },
    /// The password was changed by such a link.
    PasswordReset { username: &'a str, link: &'a str },
    /// The account's address is another one now.
    EmailChanged { username: &'a str, to: &'a str, link: &'a str },
    /// The account is gone.
    AccountDeleted { username: &'a str },
}

/// A letter's subject and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// One line.
    pub subject: String,
    /// Paragraphs.
    pub body: String,
}

impl Words<'_> {
    /// Writes it for the community at `origin`.
    pub fn write(self, language: Language, origin: &str) -> Written {
        match language {
            Language::English => english::write(self, origin),
            Language::Hindi => hindi::write(self, origin),
        }
    }
}

/// The text message with a code. One part of a message in either script.
pub(super) fn text_message(language: Language, code: &str, host: &str) -> String {
    match language {
        Language::English => format!("{code} is your code for Tapri at {host}. It is good for 10 minutes."),
        Language::Hindi => format!("{code} आपका Tapri कोड है ({host})। 10 मिनट तक चलेगा।"),
    }
}

fn written(subject: impl Into<String>, paragraphs: &[&str]) -> Written {
    Written { subject: subject.into(), body: format!("{}\n", paragraphs.join("\n\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://photos.example/x";

    fn all() -> [Words<'static>; 7] {
        let username = "asha";
        [
            Words::ConfirmEmail { code: "123456" },
            Words::AddressKnown { username, link: LINK },
            Words::Reset { username, link: LINK },
            Words::PasswordChanged { username, link: LINK },
            Words::PasswordReset { username, link: LINK },
            Words::EmailChanged { username, to: "new@example.org", link: LINK },
            Words::AccountDeleted { username },
        ]
    }

    #[test]
    fn every_letter_is_short_and_links_nowhere_else() {
        for language in [Language::English, Language::Hindi] {
            for words in all() {
                let letter = words.write(language, "https://photos.example");
                assert!(!letter.subject.contains('\n') && letter.subject.chars().count() <= 60, "{letter:?}");
                assert!(letter.body.ends_with('\n') && letter.body.chars().count() < 600, "{letter:?}");
                let links = letter.body.matches("https://").count();
                assert_eq!(links, letter.body.matches("https://photos.example").count(), "{letter:?}");
                assert!(!letter.body.contains('{') && !letter.body.contains('!'), "{letter:?}");
            }
        }
    }

    #[test]
    fn a_text_message_is_one_part() {
        let host = "photos.example";
        assert!(text_message(Language::English, "123456", host).len() <= 160);
        assert!(text_message(Language::Hindi, "123456", host).chars().count() <= 70);
    }
}
