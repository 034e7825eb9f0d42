//! How Tapri's servers speak HTTP: everything that both share and that knows no feature.
//!
//! Answers are a [`Reply`] or an [`Error`], both in the envelope. Requests come in through [`extract`]; tokens, seals and
//! cookies through [`tokens`], [`seal`] and [`cookies`]. A route that will go is put in [`retire`]. What the two servers say to each other is [`auth_wire`].
//! Nothing here reads or writes a document, and nothing here knows a route.

pub mod auth_wire;
pub mod context;
pub mod cookies;
mod cursor;
pub mod dpop;
pub mod error;
pub mod extract;
mod ids;
pub mod jobs;
pub mod limits;
pub mod logging;
pub mod metrics;
pub mod middleware;
pub mod outbound;
pub mod proxy;
mod reply;
pub mod retire;
mod scope;
pub mod seal;
pub mod secrets;
pub mod serve;
pub mod services;
pub mod settings;
pub mod tls;
pub mod tokens;

pub use cursor::Cursors;
pub use error::{Error, ErrorEnvelope, FieldIssue, Kind, Result, WayBack};
pub use ids::{ClientId, GrantId, NotAClientId, UserId};
pub use reply::{Envelope, Nothing, Reply, json_response};
pub use scope::{SELF_SCOPE, Scope, ScopeSet, UnknownScope};
