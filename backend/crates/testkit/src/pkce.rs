//! PKCE (RFC 7636) as a client does it.

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;

/// The S256 challenge of a verifier.
pub fn challenge(verifier: &str) -> String {
    BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref())
}
