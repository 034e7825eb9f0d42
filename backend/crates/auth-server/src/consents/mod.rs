//! What a user allowed an app, and what not.
//!
//! [`document`] is what can happen to a consent, without a store; [`remember`] writes a decision; [`withdraw`] takes
//! everything back, [`narrow`] what a role no longer gives; [`authorized`] is the user's "apps with access". The page's
//! question and answer are `oauth::consent`.

mod authorized;
mod document;
mod narrow;
mod remember;
mod withdraw;

pub(crate) use authorized::authorized_apps;
pub(crate) use document::{BY_CLIENT, BY_SUBJECT, Consent};
pub(crate) use narrow::narrow;
pub(crate) use remember::remember;
pub(crate) use withdraw::withdraw;
