//! A key in an app's hands: the DPoP proofs (RFC 9449) and client assertions (RFC 7523) that it signs, ready to be bent by
//! an attack. No rule of ours is used here.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// An Ed25519 key. Clones are the same key.
#[derive(Clone)]
pub struct ProofKey(Arc<Ed25519KeyPair>);

impl ProofKey {
    /// A new key.
    #[expect(clippy::new_without_default, reason = "each one is another key; a default would hide that")]
    pub fn new() -> Self {
        Self(Arc::new(Ed25519KeyPair::generate().expect("a key can be made")))
    }

    /// Its public half (RFC 8037).
    pub fn jwk(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64URL_NOPAD.encode(self.0.public_key().as_ref()) })
    }

    /// Its thumbprint (RFC 7638).
    pub fn thumbprint(&self) -> String {
        let x = BASE64URL_NOPAD.encode(self.0.public_key().as_ref());
        sha256(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#))
    }

    /// A JWT of this key.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(message.as_bytes());
        format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    /// A proof for `method` at `url`, made at `now` (seconds).
    pub fn proof(&self, method: &str, url: &str, now: i64) -> Proof {
        let header = json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": self.jwk() });
        let claims = json!({ "jti": unique("proof"), "htm": method, "htu": url, "iat": now });
        Proof { key: self.clone(), header, claims }
    }

    /// An assertion that `client_id` made for `audience`, good for a minute from `now` (seconds) on.
    pub fn assertion(&self, client_id: &str, audience: impl Into<Value>, now: i64) -> Proof {
        let header = json!({ "typ": "JWT", "alg": "EdDSA" });
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience.into(), "jti": unique("assertion"),
            "iat": now, "exp": now + 60,
        });
        Proof { key: self.clone(), header, claims }
    }
}

impl fmt::Debug for ProofKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ProofKey({})", self.thumbprint())
    }
}

/// A JWT that its key has not signed yet.
#[derive(Clone, Debug)]
#[must_use = "it is a header and claims until it is signed"]
pub struct Proof {
    key: ProofKey,
    header: Value,
    claims: Value,
}

impl Proof {
    /// With another value in the header.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    /// With another claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    /// With the nonce of the server.
    pub fn nonce(self, nonce: &str) -> Self {
        self.claim("nonce", nonce)
    }

    /// For a request with `access_token`.
    pub fn token(self, access_token: &str) -> Self {
        self.claim("ath", sha256(access_token))
    }

    /// Signed by its key.
    pub fn signed(&self) -> String {
        self.key.sign(&self.header, &self.claims)
    }

    /// Signed by another key than the one that it names.
    pub fn signed_by(&self, other: &ProofKey) -> String {
        other.sign(&self.header, &self.claims)
    }
}

fn sha256(text: &str) -> String {
    BASE64URL_NOPAD.encode(digest(&SHA256, text.as_bytes()).as_ref())
}

/// Needs to be distinct, not secret.
fn unique(what: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(1);
    format!("{what}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}
