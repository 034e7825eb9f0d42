//! The public keys with which an app signs (RFC 7517): read strictly, kept parsed, written back as they are understood.
//!
//! A set may hold what we cannot use (keys for encryption, curves of others); that is passed over, as RFC 7517 section 5
//! says. A private key is not: who sends one has lost it.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::SigningAlgorithm;

/// More keys than an app has while it changes them.
const MOST_KEYS: usize = 20;
const LONGEST_KID: usize = 200;
/// Of an RSA modulus, in bytes: 2048 to 8192 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;
/// What only a private or a symmetric key has.
const PRIVATE_MEMBERS: [&str; 2] = ["d", "k"];

/// A public key of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublicKey {
    /// Its name in the header of what it signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The one algorithm that it is for, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<SigningAlgorithm>,
    pub material: KeyMaterial,
}

/// The numbers of a key, base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyMaterial {
    Rsa {
        n: String,
        e: String,
    },
    /// A point on P-256.
    P256 {
        x: String,
        y: String,
    },
    Ed25519 {
        x: String,
    },
}

impl PublicKey {
    /// Reads one JWK; `None` where it is a key that we have no use for.
    ///
    /// # Errors
    /// A sentence where it says that it is a key of ours, and is not.
    fn parse(jwk: &Map<String, Value>) -> Result<Option<Self>, &'static str> {
        if PRIVATE_MEMBERS.iter().any(|name| jwk.contains_key(*name)) {
            return Err("jwks holds a private or a shared key. Make new keys and send the public halves");
        }
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return Ok(None);
        }
        let Some(material) = KeyMaterial::parse(text)? else { return Ok(None) };
        let alg = match jwk.get("alg") {
            None => None,
            Some(name) => match name.as_str().and_then(SigningAlgorithm::parse) {
                Some(alg) if material.fits(alg) => Some(alg),
                _ => return Ok(None),
            },
        };
        match jwk.get("kid") {
            None => Ok(Some(Self { kid: None, alg, material })),
            Some(Value::String(kid)) if kid.len() <= LONGEST_KID => {
                Ok(Some(Self { kid: Some(kid.clone()), alg, material }))
            }
            Some(_) => Err("The kid of a key is a text of at most 200 characters"),
        }
    }

    /// As a JWK.
    pub(crate) fn to_json(&self) -> Value {
        let mut jwk = match &self.material {
            KeyMaterial::Rsa { n, e } => json!({ "kty": "RSA", "n": n, "e": e }),
            KeyMaterial::P256 { x, y } => json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }),
            KeyMaterial::Ed25519 { x } => json!({ "kty": "OKP", "crv": "Ed25519", "x": x }),
        };
        jwk["use"] = "sig".into();
        if let Some(kid) = &self.kid {
            jwk["kid"] = kid.clone().into();
        }
        if let Some(alg) = self.alg {
            jwk["alg"] = alg.name().into();
        }
        jwk
    }

    /// Whether it made `signature` over `message` with `alg`.
    pub(crate) fn verifies(&self, alg: SigningAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        // What was parsed decodes; what would not, verifies nothing.
        let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap_or_default();
        match (&self.material, alg) {
            (KeyMaterial::Rsa { n, e }, SigningAlgorithm::Rs256) => {
                let key = PublicKeyComponents { n: bytes(n), e: bytes(e) };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
            (KeyMaterial::Rsa { n, e }, SigningAlgorithm::Ps256) => {
                let key = PublicKeyComponents { n: bytes(n), e: bytes(e) };
                key.verify(&RSA_PSS_2048_8192_SHA256, message, signature).is_ok()
            }
            (KeyMaterial::P256 { x, y }, SigningAlgorithm::Es256) => {
                let point = [&[4][..], &bytes(x), &bytes(y)].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            (KeyMaterial::Ed25519 { x }, SigningAlgorithm::EdDsa) => {
                UnparsedPublicKey::new(&ED25519, bytes(x)).verify(message, signature).is_ok()
            }
            (KeyMaterial::Rsa { .. } | KeyMaterial::P256 { .. } | KeyMaterial::Ed25519 { .. }, _) => false,
        }
    }

    /// Whether it may have signed something whose header names `alg`.
    pub(crate) fn is_for(&self, alg: SigningAlgorithm) -> bool {
        self.material.fits(alg) && self.alg.is_none_or(|only| only == alg)
    }
}

impl KeyMaterial {
    fn parse<'a>(text: impl Fn(&str) -> Option<&'a str>) -> Result<Option<Self>, &'static str> {
        let number = |name: &str, fits: &dyn Fn(usize) -> bool| {
            let bytes = text(name).and_then(|value| BASE64URL_NOPAD.decode(value.as_bytes()).ok());
            let bytes = bytes.filter(|bytes| fits(bytes.len()));
            bytes
                .map(|bytes| BASE64URL_NOPAD.encode(&bytes))
                .ok_or("A key of jwks is not whole, too small or too large")
        };
        let is_32 = |length: usize| length == 32;
        match (text("kty"), text("crv")) {
            (Some("RSA"), _) => Ok(Some(Self::Rsa {
                n: number("n", &|length| MODULUS.contains(&length))?,
                e: number("e", &|length| (1..=8).contains(&length))?,
            })),
            (Some("EC"), Some("P-256")) => Ok(Some(Self::P256 { x: number("x", &is_32)?, y: number("y", &is_32)? })),
            (Some("OKP"), Some("Ed25519")) => Ok(Some(Self::Ed25519 { x: number("x", &is_32)? })),
            _ => Ok(None),
        }
    }

    /// Whether a key like this can make such a signature.
    const fn fits(&self, alg: SigningAlgorithm) -> bool {
        matches!(
            (self, alg),
            (Self::Rsa { .. }, SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256)
                | (Self::P256 { .. }, SigningAlgorithm::Es256)
                | (Self::Ed25519 { .. }, SigningAlgorithm::EdDsa)
        )
    }
}

/// Reads a JWK set.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(crate) fn parse_key_set(set: &Value) -> Result<Vec<PublicKey>, &'static str> {
    let keys = set.get("keys").and_then(Value::as_array).ok_or("jwks is an object with an array named keys")?;
    if keys.len() > MOST_KEYS {
        return Err("jwks has at most 20 keys");
    }
    let mut parsed = Vec::new();
    for key in keys {
        let key = key.as_object().ok_or("Every key of jwks is an object")?;
        parsed.extend(PublicKey::parse(key)?);
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(keys: Value) -> Result<Vec<PublicKey>, &'static str> {
        parse_key_set(&json!({ "keys": keys }))
    }

    // RFC 8037, appendix A.2.
    const ED25519: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn a_key_reads_and_writes_the_same() {
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": ED25519, "kid": "one", "alg": "EdDSA", "use": "sig" });
        let keys = set(json!([jwk])).unwrap();
        assert_eq!(keys[0].to_json(), jwk);
        assert!(keys[0].is_for(SigningAlgorithm::EdDsa) && !keys[0].is_for(SigningAlgorithm::Es256));
    }

    #[test]
    fn what_cannot_sign_for_us_is_passed_over() {
        let others = json!([
            { "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA" },
            { "kty": "OKP", "crv": "X25519", "x": ED25519 },
            { "kty": "OKP", "crv": "Ed25519", "x": ED25519, "use": "enc" },
            { "kty": "OKP", "crv": "Ed25519", "x": ED25519, "alg": "RS256" },
        ]);
        assert_eq!(set(others).unwrap(), []);
    }

    #[test]
    fn a_private_a_shared_and_a_broken_key_are_refused() {
        for key in [
            json!({ "kty": "OKP", "crv": "Ed25519", "x": ED25519, "d": ED25519 }),
            json!({ "kty": "oct", "k": "c2VjcmV0" }),
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }),
            json!({ "kty": "EC", "crv": "P-256", "x": ED25519 }),
            json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" }),
            json!({ "kty": "OKP", "crv": "Ed25519", "x": ED25519, "kid": { "$ne": "" } }),
            json!("key"),
        ] {
            assert!(set(json!([key])).is_err(), "{key}");
        }
        assert!(parse_key_set(&json!([])).is_err());
    }
}
