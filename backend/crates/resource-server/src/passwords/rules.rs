//! What may be a new password: at least 8 characters, at most bcrypt's 72 bytes, no NUL, none of the commonest.

use httpkit::FieldIssue;
use zeroize::Zeroizing;

use super::hash::MOST_BYTES;

const FEWEST_CHARACTERS: usize = 8;

/// What is tried first by whoever guesses, one a line, lower-case, 8 characters or more, in the order of their bytes. Mostly
/// the passwords of zxcvbn's frequency lists (CREDITS.md).
static COMMONEST: &str = include_str!("commonest.txt");

/// A password that meets the rules. It does not print, and its memory is wiped.
pub(crate) struct NewPassword(Zeroizing<String>);

impl NewPassword {
    /// Judges `text`, which came in `field`. It is taken byte by byte as it was typed.
    ///
    /// # Errors
    /// `too_short`, `too_long`, `password_unusable` or `password_too_common`, in words.
    pub fn parse(field: &str, text: String) -> Result<Self, FieldIssue> {
        let text = Zeroizing::new(text);
        let refuse = |reason, issue: String| Err(FieldIssue::new(field, reason, issue));
        let characters = text.chars().count();
        if characters < FEWEST_CHARACTERS {
            return refuse(
                "too_short",
                format!("A password has at least {FEWEST_CHARACTERS} characters, and this one has {characters}"),
            );
        }
        if text.len() > MOST_BYTES {
            let bytes = text.len();
            return refuse(
                "too_long",
                format!(
                    "A password has at most {MOST_BYTES} bytes, and this one has {bytes} (letters beyond a to z take 2 to 4)"
                ),
            );
        }
        if text.contains('\0') {
            return refuse("password_unusable", "A password cannot hold the character NUL".to_owned());
        }
        if is_common(&text) {
            return refuse(
                "password_too_common",
                "This password is one of those that are guessed first. Choose another".to_owned(),
            );
        }
        Ok(Self(text))
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

fn is_common(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    let one_repeated = characters.all(|character| Some(character) == first);
    one_repeated || is_listed(&Zeroizing::new(text.to_lowercase()))
}

/// Whether `wanted` is a line of the list: halving the list as it lies in the program, so that it takes no memory beside.
fn is_listed(wanted: &str) -> bool {
    let mut list = COMMONEST;
    while !list.is_empty() {
        // Both ends of `list` are ends of lines, and so is what is cut here.
        let middle = list.as_bytes()[..list.len() / 2].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let (before, rest) = list.split_at(middle);
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        match wanted.cmp(line) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => list = before,
            std::cmp::Ordering::Greater => list = after,
        }
    }
    false
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NewPassword [redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> Option<&'static str> {
        NewPassword::parse("password", text.to_owned()).err().map(|issue| issue.reason)
    }

    #[test]
    fn characters_are_counted_below_and_bytes_above() {
        assert_eq!(refusal("chai-42"), Some("too_short"));
        assert_eq!(refusal("chai--42"), None);
        assert_eq!(refusal("चायबारि"), Some("too_short"));
        assert_eq!(refusal("चाय बारिश"), None);
        assert_eq!(refusal(&"ab".repeat(36)), None);
        assert_eq!(refusal(&format!("{}c", "ab".repeat(36))), Some("too_long"));
        assert_eq!(refusal(&"é7".repeat(25)), Some("too_long"));
    }

    #[test]
    fn what_is_guessed_first_is_refused_in_any_case_of_letters() {
        for common in ["password", "PassWord1", "12345678", "qwertyuiop", "iloveyou", "zzzzzzzzzzzz"] {
            assert_eq!(refusal(common), Some("password_too_common"), "{common}");
        }
    }

    #[test]
    fn a_nul_is_refused() {
        assert_eq!(refusal("chai and\0rain"), Some("password_unusable"));
    }

    #[test]
    fn the_list_holds_only_what_could_be_chosen_and_all_of_it_is_found() {
        let lines: Vec<&str> = COMMONEST.lines().collect();
        assert!(lines.len() > 10_000 && lines.is_sorted());
        for common in lines {
            assert!(common.chars().count() >= FEWEST_CHARACTERS && *common == common.to_lowercase(), "{common}");
            assert!(is_listed(common), "{common}");
            assert!(!is_listed(&format!("{common}~")), "{common}");
        }
        assert!(!is_listed("") && !is_listed("\u{10ffff}") && !is_listed("!"));
    }

    #[test]
    fn a_password_does_not_print() {
        let password = NewPassword::parse("password", "chai and rain".to_owned()).unwrap();
        assert_eq!(format!("{password:?}"), "NewPassword [redacted]");
    }
}
