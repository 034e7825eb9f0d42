//! Collects what is wrong with a body, so that a person hears of all of it at once.

use std::fmt::Display;

use crate::error::{Error, FieldIssue, Result};

/// What is wrong so far.
///
/// ```
/// use httpkit::extract::Issues;
/// let mut issues = Issues::default();
/// issues.at_most("title", "The title", "Midnight Chai", 120);
/// assert!(issues.finish().is_ok());
/// ```
#[derive(Debug, Default)]
pub struct Issues(Vec<FieldIssue>);

impl Issues {
    /// Notes that `field` is wrong.
    pub fn add(&mut self, field: impl Into<String>, reason: &'static str, issue: impl Display) {
        self.0.push(FieldIssue::new(field, reason, issue.to_string()));
    }

    /// Keeps what `parsed` brought, or notes why `field` has no good value.
    pub fn keep<T>(&mut self, parsed: Result<T, FieldIssue>) -> Option<T> {
        parsed.map_err(|issue| self.0.push(issue)).ok()
    }

    /// Notes a text of more than `limit` characters (Unicode scalar values). `what` begins the sentence: "The title".
    pub fn at_most(&mut self, field: &str, what: &str, text: &str, limit: usize) {
        // Bytes are never fewer than characters, so most texts are not even counted.
        if text.len() <= limit {
            return;
        }
        let length = text.chars().count();
        if length > limit {
            self.add(field, "too_long", format_args!("{what} is too long: {length} characters. The limit is {limit}"));
        }
    }

    /// Ends the collection with the first thing that was noted, for whoever reads one field alone.
    pub fn into_first(self) -> Option<FieldIssue> {
        self.0.into_iter().next()
    }

    /// Ends the collection: 422 with everything that was noted, or nothing wrong.
    ///
    /// # Errors
    /// 422, the first issue leading.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::invalid_fields(self.0)) }
    }
}
