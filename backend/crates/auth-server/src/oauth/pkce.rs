//! Proof key for code exchange (RFC 7636), `S256` only: `plain` proves nothing to anybody who saw the request.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::error::{Error, Result};

/// The challenge of an authorization request: 43 characters of base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Challenge(String);

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`. Both are required: a method that is not named means `plain`.
    ///
    /// # Errors
    /// `invalid_request` (RFC 7636 section 4.4.1).
    pub(crate) fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Self> {
        let challenge =
            challenge.ok_or_else(|| Error::invalid_request("code_challenge is missing: PKCE is required"))?;
        if method != Some("S256") {
            return Err(Error::invalid_request("code_challenge_method must be S256"));
        }
        let digest = BASE64URL_NOPAD.decode(challenge.as_bytes()).ok();
        if digest.is_none_or(|digest| digest.len() != 32) {
            return Err(Error::invalid_request("code_challenge must be the base64url of a SHA-256, 43 characters"));
        }
        Ok(Self(challenge.to_owned()))
    }

    /// Whether `verifier` is what the challenge was made from.
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(allowed) {
            return false;
        }
        let made = BASE64URL_NOPAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref());
        made.as_bytes().ct_eq(self.0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_holds() {
        let challenge = Challenge::parse(Some(CHALLENGE), Some("S256")).unwrap();
        assert!(challenge.is_met_by(VERIFIER));
        assert!(!challenge.is_met_by(CHALLENGE), "plain is not accepted as S256");
        assert!(!challenge.is_met_by("short") && !challenge.is_met_by(""));
        assert!(!challenge.is_met_by(&format!("{VERIFIER} ")));
    }

    #[test]
    fn a_request_without_s256_is_refused() {
        for (challenge, method) in [
            (None, None),
            (None, Some("S256")),
            (Some(CHALLENGE), None),
            (Some(VERIFIER), Some("plain")),
            (Some("short"), Some("S256")),
            (Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"), Some("S256")),
        ] {
            assert!(Challenge::parse(challenge, method).is_err(), "{challenge:?} {method:?}");
        }
    }
}
