//! Grants: a session, or what a user gave to an app. One document a grant for its whole life.
//!
//! A refresh token names a grant and a generation. [`state`] is what a grant can go through, without a store; [`end`]
//! is how one is ended. Who may refresh what is in `sessions` and `oauth::token`.

mod document;
mod end;
mod state;

pub(crate) use document::{BY_SUBJECT, Grant, GrantKind};
pub(crate) use end::{end, end_in, end_reused};
pub(crate) use state::{AlreadyEnded, Leniency, Turn};
