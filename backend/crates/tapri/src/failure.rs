//! Why the program ends: one sentence for the person who started it.

use std::error::Error;
use std::fmt;

/// One sentence that says what is wrong and, where we know it, the cure.
pub struct Failure(String);

impl Failure {
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Every error below this crate is one sentence already; it is not one itself, so that `?` works on all of them.
impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}
