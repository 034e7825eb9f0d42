//! Third-party apps: what they ask, what people allow, what they get, and how it ends.

mod client_keys;
mod codes;
mod consent;
mod developers;
mod devices;
mod documents;
mod ending;
mod fapi;
mod id_tokens;
mod metadata;
mod own_account;
pub(crate) mod proofs;
pub(crate) mod pushed;
mod refreshing;
mod registration;
mod remembered;
mod resources;
mod signing_out;
