//! What a check found: one sentence, how bad it is, and what to do.

use serde::Serialize;

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// As it should be.
    Good,
    /// Nothing was to be seen.
    Skipped,
    /// It works, and may not for long.
    Warning,
    /// It does not work, or is not safe.
    Bad,
}

impl Grade {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Bad => "BAD",
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: one word.
    pub check: &'static str,
    pub grade: Grade,
    /// One sentence.
    pub words: String,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

impl Finding {
    pub fn good(check: &'static str, words: impl Into<String>) -> Self {
        Self { check, grade: Grade::Good, words: words.into(), cure: None }
    }

    pub fn skipped(check: &'static str, words: impl Into<String>) -> Self {
        Self { check, grade: Grade::Skipped, words: words.into(), cure: None }
    }

    pub fn warning(check: &'static str, words: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { check, grade: Grade::Warning, words: words.into(), cure: Some(cure.into()) }
    }

    pub fn bad(check: &'static str, words: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { check, grade: Grade::Bad, words: words.into(), cure: Some(cure.into()) }
    }
}
