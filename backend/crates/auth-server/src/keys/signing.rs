//! A key that signs ID tokens and logout tokens (RFC 7518 section 3, RFC 8037 section 3), and its public half as a JWK.
//!
//! Apps cannot hold a shared key, so these tokens are signed asymmetrically. A key is parsed once and is for one
//! algorithm; a signature costs what the algorithm costs and nothing else. When which key signs is told in `rings`.

use std::fmt;

use aws_lc_rs::digest::{Algorithm, SHA256, SHA512, digest};
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::source::{KeyKind, library_random};
use crate::clients::SigningAlgorithm;

/// Longer than any token of ours; what exceeds it is refused before it is read.
const LONGEST_TOKEN: usize = 4096;

/// A public signing key as apps fetch it (RFC 7517).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Jwk {
    /// `RSA`, `EC` or `OKP`.
    #[schema(example = "RSA")]
    pub kty: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub key_use: &'static str,
    /// The one algorithm that it is for.
    #[schema(example = "RS256")]
    pub alg: &'static str,
    /// Its name in the header of what it signs.
    pub kid: String,
    /// Of an RSA key: the modulus, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// Of an RSA key: the exponent, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// Of the others: `P-256` or `Ed25519`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<&'static str>,
    /// Of the others: the point, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// Of P-256: its second half.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

/// A key that signs with one algorithm.
pub(crate) struct SigningKey {
    pub kid: String,
    pub algorithm: SigningAlgorithm,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The header of a JWS (RFC 7515 section 4.1), as far as it matters here.
#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'a str,
    kid: &'a str,
}

/// What is read of one that somebody shows.
#[derive(Deserialize)]
struct ShownHeader {
    typ: Option<String>,
    alg: String,
    kid: String,
}

/// Which private key an algorithm needs.
pub(super) const fn kind_of(algorithm: SigningAlgorithm) -> KeyKind {
    match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => KeyKind::Rsa,
        SigningAlgorithm::Es256 => KeyKind::P256,
        SigningAlgorithm::EdDsa => KeyKind::Ed25519,
    }
}

impl SigningKey {
    /// `None` where `pkcs8` is no private key for this algorithm.
    pub(super) fn from_pkcs8(kid: String, algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Option<Self> {
        let pair = match kind_of(algorithm) {
            KeyKind::Rsa => Pair::Rsa(RsaKeyPair::from_pkcs8(pkcs8).ok()?),
            KeyKind::P256 => Pair::P256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok()?),
            KeyKind::Ed25519 => Pair::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8).ok()?),
        };
        Some(Self { kid, algorithm, pair })
    }

    /// Its public half.
    pub(crate) fn jwk(&self) -> Jwk {
        let common = Jwk { key_use: "sig", alg: self.algorithm.name(), kid: self.kid.clone(), ..Jwk::default() };
        let text = |bytes: &[u8]| Some(BASE64URL_NOPAD.encode(bytes));
        match &self.pair {
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                let n = text(public.modulus().big_endian_without_leading_zero());
                Jwk { kty: "RSA", n, e: text(public.exponent().big_endian_without_leading_zero()), ..common }
            }
            Pair::P256(pair) => {
                // Uncompressed: one byte that says so, then both halves.
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                Jwk { kty: "EC", crv: Some("P-256"), x: text(x), y: text(y), ..common }
            }
            Pair::Ed25519(pair) => {
                Jwk { kty: "OKP", crv: Some("Ed25519"), x: text(pair.public_key().as_ref()), ..common }
            }
        }
    }

    /// `claims` as a signed JWT of kind `typ` (RFC 7515 compact form).
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> String {
        let mut token = part(&Header { typ, alg: self.algorithm.name(), kid: &self.kid });
        token.push('.');
        token.push_str(&part(claims));
        let signature = self.signature(token.as_bytes());
        token.push('.');
        token.push_str(&BASE64URL_NOPAD.encode(&signature));
        token
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        const WHY: &str = "a key that was parsed signs any message";
        let random = library_random();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                match self.algorithm {
                    SigningAlgorithm::Ps256 => pair.sign(&RSA_PSS_SHA256, &random, message, &mut signature),
                    _ => pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature),
                }
                .expect(WHY);
                signature
            }
            Pair::P256(pair) => pair.sign(&random, message).expect(WHY).as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// The left half of the hash of `token`, as `at_hash` wants it (OpenID Connect Core section 3.1.3.6): the hash is the
    /// one that the signature is made with, which of Ed25519 is SHA-512.
    pub(crate) fn half_hash(&self, token: &str) -> String {
        half_hash(self.algorithm, token)
    }

    /// The claims of a token that this key signed; its times and its audience are not judged.
    fn verify<C: DeserializeOwned>(&self, signed: &str, claims: &str, signature: &[u8]) -> Option<C> {
        let algorithm: &'static dyn VerificationAlgorithm = match self.algorithm {
            SigningAlgorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            SigningAlgorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
            SigningAlgorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
            SigningAlgorithm::EdDsa => &ED25519,
        };
        let public = match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref().to_vec(),
            Pair::P256(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        };
        UnparsedPublicKey::new(algorithm, public).verify(signed.as_bytes(), signature).ok()?;
        serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).ok()?).ok()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The claims of `token`, of kind `typ`, if one of `keys` signed it, by the algorithm that this key is for. Times and
/// audience are the caller's to judge.
pub(super) fn verify<C: DeserializeOwned>(keys: &[impl AsRef<SigningKey>], typ: &str, token: &str) -> Option<C> {
    if token.len() > LONGEST_TOKEN {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: ShownHeader = serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes()).ok()?).ok()?;
    let key = keys.iter().map(AsRef::as_ref).find(|key| key.kid == header.kid)?;
    if header.alg != key.algorithm.name() || header.typ.as_deref() != Some(typ) {
        return None;
    }
    key.verify(signed, claims, &BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?)
}

fn half_hash(algorithm: SigningAlgorithm, token: &str) -> String {
    let hash: &'static Algorithm = match algorithm {
        SigningAlgorithm::EdDsa => &SHA512,
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 | SigningAlgorithm::Es256 => &SHA256,
    };
    let whole = digest(hash, token.as_bytes());
    BASE64URL_NOPAD.encode(&whole.as_ref()[..whole.as_ref().len() / 2])
}

fn part(value: &impl Serialize) -> String {
    BASE64URL_NOPAD.encode(&serde_json::to_vec(value).expect("claims are plain structs, which always write as JSON"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jsonwebtoken::jwk::Jwk as ReadJwk;
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::{Value, json};

    use super::super::source::{KeySource as _, OneKeyForAll};
    use super::*;

    fn key(algorithm: SigningAlgorithm) -> Arc<SigningKey> {
        let pkcs8 = OneKeyForAll.pkcs8(kind_of(algorithm)).unwrap();
        Arc::new(SigningKey::from_pkcs8(algorithm.name().to_lowercase(), algorithm, &pkcs8).unwrap())
    }

    #[test]
    fn what_is_signed_verifies_with_the_published_key_in_a_library_that_knows_only_that() {
        for algorithm in SigningAlgorithm::ALL {
            let key = key(algorithm);
            let token = key.sign("JWT", &json!({ "sub": "someone" }));
            let jwk: ReadJwk = serde_json::from_value(serde_json::to_value(key.jwk()).unwrap()).unwrap();
            let mut validation = Validation::new(algorithm.name().parse().unwrap());
            validation.required_spec_claims.clear();
            let claims = jsonwebtoken::decode::<Value>(&token, &DecodingKey::from_jwk(&jwk).unwrap(), &validation);
            assert_eq!(claims.unwrap().claims, json!({ "sub": "someone" }), "{}", algorithm.name());
        }
    }

    #[test]
    fn a_token_is_read_back_by_its_own_key_algorithm_and_kind_alone() {
        let keys = SigningAlgorithm::ALL.map(key);
        for (place, signer) in keys.iter().enumerate() {
            let token = signer.sign("JWT", &json!({ "sub": "someone" }));
            assert_eq!(verify::<Value>(&keys, "JWT", &token), Some(json!({ "sub": "someone" })));
            assert_eq!(verify::<Value>(&keys, "logout+jwt", &token), None);
            let others: Vec<_> = keys.iter().enumerate().filter(|(other, _)| *other != place).collect();
            let others: Vec<_> = others.into_iter().map(|(_, key)| Arc::clone(key)).collect();
            assert_eq!(verify::<Value>(&others, "JWT", &token), None);
            let (signed, _) = token.rsplit_once('.').unwrap();
            for forged in [format!("{signed}."), format!("{signed}.AAAA"), signed.to_owned(), String::new()] {
                assert_eq!(verify::<Value>(&keys, "JWT", &forged), None, "{forged}");
            }
        }
        let confused = keys[0].sign("JWT", &json!({})).replacen(
            &part(&Header { typ: "JWT", alg: "RS256", kid: "rs256" }),
            &part(&Header { typ: "JWT", alg: "none", kid: "rs256" }),
            1,
        );
        assert_eq!(verify::<Value>(&keys, "JWT", &confused), None);
    }

    #[test]
    fn the_hash_is_the_left_half() {
        // From OpenID Connect Core, appendix A.3.
        let access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(SigningAlgorithm::Rs256, access_token), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(half_hash(SigningAlgorithm::EdDsa, access_token).len(), 43, "256 bits of SHA-512");
    }
}
