//! Signed tokens (JWS, HS256): how they are written and how they are judged.
//!
//! One ring of keys signs one kind of token. The algorithm is fixed by the ring and the kind by the header's `typ`, never
//! by what a token claims (RFC 8725 sections 3.1 and 3.11). Time comes from the caller. What a token may *do* is not
//! decided here.

mod access;
mod ring;
mod verifier;

pub use access::{ACCESS_TYPE, AccessClaims, AccessRules, Confirmation};
pub use ring::{HmacKey, HmacRing};
pub use verifier::{AccessVerifier, Verified};

/// Why a token is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a JWS of ours: cut, oversized, a claim missing or of a wrong JSON type.
    #[error("the token is malformed")]
    Malformed,
    /// `alg` is not HS256, or `typ` is another kind's.
    #[error("the token is of another kind")]
    Kind,
    /// No key has this `kid`.
    #[error("the token's key is not known")]
    UnknownKey,
    /// The signature is not ours.
    #[error("the token's signature is not ours")]
    Signature,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `iat` lies in the future, or `exp` further off than any token lives.
    #[error("the token's times are impossible")]
    Times,
    /// `iss` or `aud` names another place.
    #[error("the token was made for another place")]
    Place,
}
