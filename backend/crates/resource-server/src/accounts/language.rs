//! The languages in which Tapri writes to people.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use serde::{Deserialize, Serialize};

/// A language that we can write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Language {
    /// What is written where nothing else is known.
    #[default]
    English,
    /// In Devanagari.
    Hindi,
}

impl Language {
    /// The first of the languages of `Accept-Language` (RFC 9110 section 12.5.4) that we can write; browsers name the most
    /// wanted first, so weights are not read.
    pub fn wanted(headers: &HeaderMap) -> Option<Self> {
        let wanted = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
        wanted.split(',').take(16).find_map(|range| {
            let primary = range.split([';', '-']).next().unwrap_or_default().trim();
            match primary.to_ascii_lowercase().as_str() {
                "en" => Some(Self::English),
                "hi" => Some(Self::Hindi),
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(text: &str) -> Option<Language> {
        Language::wanted(&HeaderMap::from_iter([(ACCEPT_LANGUAGE, text.parse().unwrap())]))
    }

    #[test]
    fn the_first_language_that_we_write_is_taken() {
        assert_eq!(wanted("hi-IN,hi;q=0.9,en;q=0.8"), Some(Language::Hindi));
        assert_eq!(wanted("mr, en-GB;q=0.7, hi;q=0.3"), Some(Language::English));
        assert_eq!(wanted("de, fr"), None);
        assert_eq!(wanted("*"), None);
        assert_eq!(Language::wanted(&HeaderMap::new()), None);
    }
}
