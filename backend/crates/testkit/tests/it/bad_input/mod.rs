//! Wrong, missing, oversized, malformed: the caller reads what was wrong, nothing is half done, nothing of the inside shows.

mod envelope;
mod headers;
mod inside;
