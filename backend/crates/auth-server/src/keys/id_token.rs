//! The RSA key that signs ID tokens (RS256, RFC 7518 section 3.3) and its public half as a JWK.
//!
//! Apps cannot hold a shared key, so this one kind of token is signed asymmetrically. The key is parsed once; a signature
//! costs what RSA costs and nothing else.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use utoipa::ToSchema;

/// Where a new RSA private key comes from.
pub trait KeySource: Send + Sync {
    /// A private key of 2048 bits in PKCS #8 DER; `None` where the machine cannot make one.
    fn rsa_pkcs8(&self) -> Option<Vec<u8>>;
}

/// A new key each time: for production. Its randomness is the cryptographic library's own, the one exception to the
/// injected one: a key pair cannot be made from bytes that we draw.
#[derive(Clone, Copy, Debug, Default)]
pub struct FreshKeys;

impl KeySource for FreshKeys {
    fn rsa_pkcs8(&self) -> Option<Vec<u8>> {
        let key = KeyPair::generate(KeySize::Rsa2048).ok()?;
        let der: Pkcs8V1Der<'static> = key.as_der().ok()?;
        Some(der.as_ref().to_vec())
    }
}

/// One key for the whole process, made when it is first needed: for tests, where a key each would cost more than all
/// the rest. Never for production: two deployments would share it.
#[derive(Clone, Copy, Debug, Default)]
pub struct OneKeyForAll;

impl KeySource for OneKeyForAll {
    fn rsa_pkcs8(&self) -> Option<Vec<u8>> {
        static KEY: OnceLock<Option<Vec<u8>>> = OnceLock::new();
        KEY.get_or_init(|| FreshKeys.rsa_pkcs8()).clone()
    }
}

/// A public signing key as apps fetch it (RFC 7517).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Jwk {
    /// Always `RSA`.
    #[schema(example = "RSA")]
    pub kty: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub key_use: &'static str,
    /// Always `RS256`.
    #[schema(example = "RS256")]
    pub alg: &'static str,
    /// Its name in the header of an ID token.
    pub kid: String,
    /// Modulus, base64url.
    pub n: String,
    /// Exponent, base64url.
    pub e: String,
}

/// The key that signs ID tokens.
pub(crate) struct IdTokenKey {
    kid: String,
    pair: KeyPair,
}

impl IdTokenKey {
    /// `None` where `pkcs8` is no RSA private key.
    pub(crate) fn from_pkcs8(kid: String, pkcs8: &[u8]) -> Option<Self> {
        KeyPair::from_pkcs8(pkcs8).ok().map(|pair| Self { kid, pair })
    }

    /// Its public half.
    pub(crate) fn jwk(&self) -> Jwk {
        let public = self.pair.public_key();
        Jwk {
            kty: "RSA",
            key_use: "sig",
            alg: "RS256",
            kid: self.kid.clone(),
            n: BASE64URL_NOPAD.encode(public.modulus().big_endian_without_leading_zero()),
            e: BASE64URL_NOPAD.encode(public.exponent().big_endian_without_leading_zero()),
        }
    }

    /// `claims` as a signed JWT (RFC 7515 compact form).
    pub(crate) fn sign(&self, claims: &impl Serialize) -> String {
        #[derive(Serialize)]
        struct Header<'a> {
            typ: &'a str,
            alg: &'a str,
            kid: &'a str,
        }
        let mut token = part(&Header { typ: "JWT", alg: "RS256", kid: &self.kid });
        token.push('.');
        token.push_str(&part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign_digest(&RSA_PKCS1_SHA256, &digest(&SHA256, token.as_bytes()), &mut signature)
            .expect("a key that was parsed signs a SHA-256 digest");
        token.push('.');
        token.push_str(&BASE64URL_NOPAD.encode(&signature));
        token
    }
}

fn part(value: &impl Serialize) -> String {
    BASE64URL_NOPAD.encode(&serde_json::to_vec(value).expect("claims are plain structs, which always write as JSON"))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    use super::*;

    #[test]
    fn what_is_signed_verifies_with_the_published_key() {
        let key = IdTokenKey::from_pkcs8("one".to_owned(), &OneKeyForAll.rsa_pkcs8().unwrap()).unwrap();
        let token = key.sign(&serde_json::json!({ "sub": "someone" }));
        let jwk = key.jwk();
        let (n, e) =
            (BASE64URL_NOPAD.decode(jwk.n.as_bytes()).unwrap(), BASE64URL_NOPAD.decode(jwk.e.as_bytes()).unwrap());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        let public = RsaPublicKeyComponents { n, e };
        assert_eq!(public.n.len(), 256, "2048 bits");
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
        assert!(public.verify(&RSA_PKCS1_2048_8192_SHA256, b"another message", &signature).is_err());
    }
}
