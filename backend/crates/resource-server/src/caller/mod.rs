//! Who is calling, and what they may do: extractors that authenticate, so that no handler checks a token by hand.
//!
//! - [`Caller`]: somebody with a good token, whatever its scope. Rarely what a route wants.
//! - [`MaybeCaller`]: the same, or nobody. For what the public may read.
//! - [`Scoped<S>`]: a user whose token has the scope `S` ([`scopes`] has one type a scope).
//! - [`Acting<S>`]: such a user who also has the role for `S` (`mod`, `admin`), as it is now. [`ActingInPerson<S>`]: the same,
//!   but by nobody's app.
//! - [`FirstParty`]: the account's owner in person, by the web app or another client signed in by password. No
//!   third-party token gets through, whatever its scopes: 403 `first_party_only`.
//!
//! The way of a token: signature and claims once (remembered by the verifier), then at every request the clock and the
//! list of what was ended, and of a token that is bound to a key the proof that came with it. No look-up elsewhere, but of
//! the role where one is needed.

mod acting;
mod challenge;
mod ended;
mod extract;
mod identity;
mod judge;
mod proofs;
pub mod scopes;
#[cfg(test)]
mod tests;

pub use acting::{Acting, ActingInPerson};
pub use ended::EndedSet;
pub use extract::{Caller, FirstParty, MaybeCaller, Scoped};
pub use identity::Identity;
pub use proofs::Proofs;

/// Where the metadata of this server as a resource is (RFC 9728 section 3).
pub const METADATA_PATH: &str = "/.well-known/oauth-protected-resource";
