//! The public key that a proof brings in its header (RFC 7517), its thumbprint (RFC 7638), and what it signed.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::hash;

/// Members of private and symmetric keys (RFC 7518 section 6): a proof that holds one has given its key away.
const SECRET_MEMBERS: [&str; 8] = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];
/// Of an RSA modulus, in bytes: 2048 to 4096 bits, so that nobody makes us work with a monster.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;

/// A key that can make proofs.
pub(super) enum PublicKey {
    P256 { point: [u8; 65] },
    Ed25519 { point: [u8; 32] },
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
}

impl PublicKey {
    /// Reads a JWK; nothing where it is no public key of a kind that signs proofs here.
    pub(super) fn read(jwk: &Map<String, Value>) -> Option<Self> {
        if SECRET_MEMBERS.iter().any(|name| jwk.contains_key(*name)) {
            return None;
        }
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let number = |name: &str| BASE64URL_NOPAD.decode(text(name)?.as_bytes()).ok();
        match (text("kty")?, text("crv")) {
            ("EC", Some("P-256")) => {
                let mut point = [4; 65];
                point[1..33].copy_from_slice(number("x").filter(|x| x.len() == 32)?.as_slice());
                point[33..].copy_from_slice(number("y").filter(|y| y.len() == 32)?.as_slice());
                Some(Self::P256 { point })
            }
            ("OKP", Some("Ed25519")) => Some(Self::Ed25519 { point: number("x")?.try_into().ok()? }),
            ("RSA", None) => {
                let modulus = number("n").filter(|n| MODULUS.contains(&n.len()) && n[0] != 0)?;
                let exponent = number("e").filter(|e| (1..=8).contains(&e.len()) && e[0] != 0)?;
                Some(Self::Rsa { modulus, exponent })
            }
            _ => None,
        }
    }

    /// Whether `signature`, made with `algorithm`, is this key's for `message`. One kind of key has one algorithm.
    pub(super) fn signed(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        let verified = match (self, algorithm) {
            (Self::P256 { point }, "ES256") => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            (Self::Ed25519 { point }, "EdDSA" | "Ed25519") => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
            (Self::Rsa { modulus, exponent }, "PS256") => {
                RsaPublicKeyComponents { n: modulus, e: exponent }.verify(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            _ => return false,
        };
        verified.is_ok()
    }

    /// Its thumbprint: the SHA-256 of its required members in their order, without spaces.
    pub(super) fn thumbprint(&self) -> String {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let canonical = match self {
            Self::P256 { point } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text(&point[1..33]), text(&point[33..]))
            }
            Self::Ed25519 { point } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(point)),
            Self::Rsa { modulus, exponent } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(exponent), text(modulus))
            }
        };
        hash(canonical.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(jwk: Value) -> Option<PublicKey> {
        PublicKey::read(jwk.as_object().unwrap())
    }

    #[test]
    fn the_thumbprints_of_the_rfcs_hold() {
        // RFC 7638 section 3.1.
        let modulus = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let rsa =
            read(json!({ "kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29" })).unwrap();
        assert_eq!(rsa.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        // RFC 8037 appendix A.3.
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let ed25519 = read(json!({ "kty": "OKP", "crv": "Ed25519", "x": x })).unwrap();
        assert_eq!(ed25519.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        // RFC 9449 section 6.1 names the thumbprint of the key of its examples.
        let (x, y) = ("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");
        let p256 = read(json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })).unwrap();
        assert_eq!(p256.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn private_shared_small_and_unknown_keys_are_none() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        for jwk in [
            json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "d": x }),
            json!({ "kty": "OKP", "crv": "X25519", "x": x }),
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }),
            json!({ "kty": "oct", "k": x }),
            json!({ "kty": "RSA", "n": x, "e": "AQAB" }),
            json!({ "kty": "EC", "crv": "P-256", "x": x }),
            json!({ "kty": "EC", "crv": "P-384", "x": x, "y": x }),
            json!({ "kty": ["EC"] }),
            json!({}),
        ] {
            assert!(read(jwk.clone()).is_none(), "{jwk}");
        }
    }
}
