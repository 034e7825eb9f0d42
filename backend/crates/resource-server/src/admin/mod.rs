//! Looking after people: who has which role, whose account is suspended. For admins alone.
//!
//! What a role or a suspension *is* is the accounts' matter; here it is asked for and shown. Posts and reports are
//! `moderation`'s, what was done is `audit`'s.

mod people;
mod routes;

pub(crate) use routes::routes;
