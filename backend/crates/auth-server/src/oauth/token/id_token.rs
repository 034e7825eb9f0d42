//! The ID token (OpenID Connect Core section 2): who signed in, when and how. No profile: the auth server knows none.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use store::Time;

use crate::core::Core;
use crate::oauth::code::Code;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    amr: &'a [String],
    at_hash: String,
    sid: String,
}

/// The ID token that goes with `access_token`.
pub(super) fn issue(core: &Core, code: &Code, access_token: &str, now: Time) -> String {
    core.keys.id_token.sign(&Claims {
        iss: &core.issuer,
        sub: code.sub.to_string(),
        aud: code.client.as_str(),
        exp: (now + core.lifetimes.access).as_seconds(),
        iat: now.as_seconds(),
        auth_time: code.auth_time.as_seconds(),
        nonce: code.nonce.as_deref(),
        amr: &code.amr,
        at_hash: at_hash(access_token),
        sid: code.session.to_string(),
    })
}

/// The left half of the access token's SHA-256 (OpenID Connect Core section 3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let digest = digest(&SHA256, access_token.as_bytes());
    BASE64URL_NOPAD.encode(&digest.as_ref()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_left_half() {
        // From OpenID Connect Core, appendix A.3.
        let access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(at_hash(access_token), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
