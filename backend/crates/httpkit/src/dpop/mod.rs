//! Proof of possession (DPoP, RFC 9449): how a proof is read and what it must agree with, for the token endpoint and for
//! every resource alike.
//!
//! [`Proof::read`] checks kind, key and signature; [`Proof::judge`] compares what was signed with the request that brought
//! it; [`Nonces`] makes and knows the nonces that keep a proof from being made ahead of time. Whether a proof was seen
//! before is remembered by who uses this, and what a missing one means is decided there. To take one more algorithm, add
//! it in `key.rs` and to [`ALGORITHMS`].

mod key;
mod nonce;
mod place;
mod proof;
#[cfg(test)]
mod tests;

use http::HeaderName;

pub use nonce::{NONCE_LIFE, Nonces};
pub use place::Places;
pub use proof::{Expected, Proof, ProofError};

/// What proofs may be signed with, as the metadata of both servers says. `Ed25519` is the name of RFC 9864 for what was
/// `EdDSA` before.
pub const ALGORITHMS: [&str; 4] = ["ES256", "EdDSA", "Ed25519", "PS256"];

/// The header that brings a proof.
pub const DPOP: HeaderName = HeaderName::from_static("dpop");

/// The header that brings the nonce for the next proof.
pub const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Whether `text` has the form of a key's thumbprint (RFC 7638, SHA-256): 43 characters of base64url.
pub fn is_thumbprint(text: &str) -> bool {
    data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).is_ok_and(|bytes| bytes.len() == 32)
}

/// base64url of SHA-256.
fn hash(text: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text).as_ref())
}
