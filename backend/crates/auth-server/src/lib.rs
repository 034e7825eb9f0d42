//! The auth server: gives out tokens and knows nobody.
//!
//! Of a person it knows an opaque id. It keeps clients, grants, consents, floors, revocations and keys, each in a tiny
//! collection of its own (`auth_*`); its process holds no state, so that any replica answers any request. `docs/oauth.md`
//! tells how it works; what ends what, and why nothing needs a lock, is told there too.
//!
//! Two doors: [`oauth`] for apps and browsers, by the letter of the RFCs, and [`internal`] for the resource server, with
//! the service credential. Between them the domain: [`sessions`], [`grants`], [`clients`], [`consents`], [`subjects`],
//! [`revocations`], [`keys`]. Nothing here checks a password, knows a name, or calls the resource server.

mod backchannel;
mod background;
mod clients;
mod consents;
mod core;
mod error;
mod fresh_keys;
mod grants;
mod internal;
mod jobs;
mod keys;
mod leaving;
mod lifetimes;
mod oauth;
mod restored;
mod revocations;
mod schemas;
mod seen;
mod server;
mod sessions;
mod subjects;
#[cfg(test)]
mod tests;
mod tidy;
mod tokens;

pub use keys::{FreshKeys, KeyKind, KeySource, OneKeyForAll, RetireError, list_keys, retire_key, rotate_keys};
pub use restored::end_all_grants;
pub use schemas::schemas;
pub use server::{AuthServer, StartError, openapi};
