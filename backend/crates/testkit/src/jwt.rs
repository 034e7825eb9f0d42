//! Tokens from an attacker's bench: taken apart, changed, signed with whatever key is at hand. No rule of ours is used
//! here, so that what a story forges does not depend on what it tests.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

/// A JWS in its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Jwt {
    /// The header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
}

impl Jwt {
    /// Takes `token` apart without judging it; panics where it is no JWS.
    #[track_caller]
    pub fn read(token: &str) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3, "not a JWS: {token}");
        let part = |text: &str| {
            let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url");
            serde_json::from_slice(&bytes).expect("JSON")
        };
        Self { header: part(parts[0]), claims: part(parts[1]) }
    }

    /// With another value in the header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    /// With another claim.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    /// Without a claim.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        if let Some(claims) = self.claims.as_object_mut() {
            claims.remove(name);
        }
        self
    }

    /// Signed with HMAC-SHA-256 under `key`.
    pub fn signed(&self, key: &[u8]) -> String {
        let body = self.body();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), body.as_bytes());
        format!("{body}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
    }

    /// With an empty signature.
    pub fn unsigned(&self) -> String {
        format!("{}.", self.body())
    }

    fn body(&self) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        format!("{}.{}", part(&self.header), part(&self.claims))
    }
}

/// `token` with the last character of its signature changed.
pub fn tampered(token: &str) -> String {
    let (body, signature) = token.rsplit_once('.').expect("a JWS has dots");
    let mut signature = signature.as_bytes().to_vec();
    // The first character carries six whole bits of the signature; the last one may carry padding.
    signature[0] = if signature[0] == b'A' { b'B' } else { b'A' };
    format!("{body}.{}", String::from_utf8(signature).expect("base64url is ASCII"))
}
