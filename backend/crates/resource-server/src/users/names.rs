//! Names: the one by which a person is found, and the one that people read.

use std::fmt;

use httpkit::FieldIssue;
use httpkit::extract::Issues;
use serde::{Deserialize, Serialize};
use store::{Key, StoreKey};

use crate::text;

const SHORTEST: usize = 3;
const LONGEST: usize = 30;

/// The most characters of a display name.
pub(super) const DISPLAY_NAME: usize = 60;

/// Names that would be taken for a page of ours, for the house itself, or for a file.
const RESERVED: &[&str] = &[
    "about",
    "abuse",
    "account",
    "accounts",
    "activity",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "app",
    "apps",
    "assets",
    "auth",
    "blog",
    "consent",
    "contact",
    "create",
    "deleted",
    "developer",
    "developers",
    "device",
    "direct",
    "docs",
    "everyone",
    "explore",
    "favicon.ico",
    "feed",
    "help",
    "home",
    "hostmaster",
    "index.html",
    "info",
    "legal",
    "login",
    "logout",
    "mail",
    "manifest.json",
    "media",
    "mod",
    "moderation",
    "moderator",
    "moderators",
    "new",
    "news",
    "notifications",
    "null",
    "oauth",
    "official",
    "places",
    "postmaster",
    "posts",
    "privacy",
    "register",
    "reports",
    "robots.txt",
    "root",
    "saved",
    "search",
    "security",
    "service",
    "settings",
    "setup",
    "signin",
    "signup",
    "sitemap.xml",
    "staff",
    "static",
    "status",
    "stories",
    "support",
    "sw.js",
    "system",
    "tagged",
    "tags",
    "tapri",
    "team",
    "terms",
    "undefined",
    "user",
    "username",
    "users",
    "webmaster",
    "welcome",
    "www",
];

/// The name by which a person is found: 3 to 30 of `a-z 0-9 . _`, compared without regard to case, dots only inside and
/// one at a time, and none of a list of reserved ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Username(String);

impl Username {
    /// Reads a name as somebody typed it.
    ///
    /// # Errors
    /// What is wrong with it, for the field `username`.
    pub(crate) fn parse(typed: &str) -> Result<Self, FieldIssue> {
        let name = typed.to_ascii_lowercase();
        let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_');
        let dotted = name.starts_with('.') || name.ends_with('.') || name.contains("..");
        if !(SHORTEST..=LONGEST).contains(&name.len()) || !name.bytes().all(known) || dotted {
            let issue = "A user name has 3 to 30 letters (a to z), digits, dots and underscores, dots only in between";
            return Err(FieldIssue::new("username", "username_invalid", issue));
        }
        if RESERVED.binary_search(&name.as_str()).is_ok() {
            return Err(FieldIssue::new("username", "username_reserved", "This user name is reserved. Choose another"));
        }
        Ok(Self(name))
    }

    /// The name, in lower case.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl StoreKey for Username {
    fn to_key(&self) -> Key {
        Key::text(self.0.as_str())
    }
}

/// The name that people read: one line, 1 to 60 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct DisplayName(String);

impl DisplayName {
    /// Reads a name as somebody typed it.
    ///
    /// # Errors
    /// What is wrong with it, for the field `display_name`.
    pub(crate) fn parse(typed: &str) -> Result<Self, FieldIssue> {
        let mut issues = Issues::default();
        let name = text::line(&mut issues, "display_name", "The name", typed, DISPLAY_NAME);
        if name.is_empty() {
            issues.add("display_name", "too_short", "A name has at least one character");
        }
        issues.into_first().map_or(Ok(Self(name)), Err)
    }

    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Username> for DisplayName {
    fn from(username: &Username) -> Self {
        Self(username.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str) -> Option<&'static str> {
        Username::parse(name).err().map(|issue| issue.reason)
    }

    #[test]
    fn names_are_compared_without_regard_to_case() {
        assert_eq!(Username::parse("Asha.K_9").unwrap().as_str(), "asha.k_9");
        assert_eq!(refusal("abc"), None);
        assert_eq!(refusal(&"a".repeat(30)), None);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = "a".repeat(31);
        for name in [
            "ab",
            long.as_str(),
            "a b",
            "ash-a",
            "äsha",
            "asha\0",
            ".asha",
            "asha.",
            "as..ha",
            "",
            "ſlong",
            "\u{212a}elvin",
        ] {
            assert_eq!(refusal(name), Some("username_invalid"), "{name}");
        }
        assert_eq!(refusal("Admin"), Some("username_reserved"));
    }

    #[test]
    fn the_reserved_names_are_sorted_and_could_be_names() {
        assert!(RESERVED.is_sorted());
        for name in RESERVED.iter().filter(|name| name.len() >= SHORTEST) {
            assert_eq!(refusal(name), Some("username_reserved"), "{name}");
        }
    }

    #[test]
    fn a_display_name_is_one_line() {
        assert_eq!(DisplayName::parse("  Asha K  ").unwrap().as_str(), "Asha K");
        assert_eq!(DisplayName::parse(" ").unwrap_err().reason, "too_short");
        assert_eq!(DisplayName::parse("a\nb").unwrap_err().reason, "control_characters");
        assert_eq!(DisplayName::parse(&"a".repeat(61)).unwrap_err().reason, "too_long");
    }
}
