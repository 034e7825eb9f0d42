//! Extractors that refuse in the envelope: bodies, paths and queries whose every fault has words, a field and a reason.
//!
//! They read; they do not judge what is valid in a feature's own terms: that is `parse` at the slice's door, with
//! [`Issues`] to collect what is wrong.

mod issues;
mod json;
mod path;
mod query;

pub use issues::Issues;
pub use json::Json;
pub use path::Path;
pub use query::{PageQuery, Query};
