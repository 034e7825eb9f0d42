//! What people write: how it is trimmed, counted and refused, the same in every slice. What it means is the slice's.

use httpkit::extract::Issues;
use serde::{Deserialize, Deserializer};

/// A text of one line (a title, a name): trimmed, without line breaks or control characters, at most `limit` characters.
/// `what` begins a sentence about it: "The title".
pub(crate) fn line(issues: &mut Issues, field: &str, what: &str, text: &str, limit: usize) -> String {
    let text = text.trim();
    if text.chars().any(|character| character.is_control() || is_line_end(character)) {
        issues.add(field, "control_characters", format_args!("{what} is one line of text"));
    }
    issues.at_most(field, what, text, limit);
    text.to_owned()
}

/// A text of any number of lines (a caption, a comment): trimmed, line ends as `\n`, without other control characters, at
/// most `limit` characters.
pub(crate) fn block(issues: &mut Issues, field: &str, what: &str, text: &str, limit: usize) -> String {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t')) {
        issues.add(field, "control_characters", format_args!("{what} holds characters that cannot be shown"));
    }
    issues.at_most(field, what, &text, limit);
    text
}

/// For fields that may be taken away: tells null (`Some(None)`) from absent (`None`). With `#[serde(default)]`.
///
/// # Errors
/// Where it is neither such a value nor null.
pub(crate) fn named<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Unicode's line and paragraph separators are no control characters, and break lines all the same.
fn is_line_end(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason_of(issues: Issues) -> Option<&'static str> {
        issues.finish().err().map(|error| error.reason())
    }

    #[test]
    fn lengths_are_counted_in_characters_after_trimming() {
        let mut issues = Issues::default();
        assert_eq!(line(&mut issues, "title", "The title", "  चाय  ", 3), "चाय");
        assert_eq!(block(&mut issues, "caption", "The caption", "one\r\ntwo\n", 7), "one\ntwo");
        assert_eq!(reason_of(issues), None);

        let mut issues = Issues::default();
        line(&mut issues, "title", "The title", "four", 3);
        assert_eq!(reason_of(issues), Some("too_long"));
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        for text in ["two\nlines", "nul\0", "bell\u{7}", "separated\u{2028}lines"] {
            let mut issues = Issues::default();
            line(&mut issues, "title", "The title", text, 100);
            assert_eq!(reason_of(issues), Some("control_characters"), "{text:?}");
        }
        let mut issues = Issues::default();
        block(&mut issues, "caption", "The caption", "nul\0", 100);
        assert_eq!(reason_of(issues), Some("control_characters"));
    }
}
