//! Proofs as clients make them, bent in every way.

use std::time::Duration;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PSS_SHA256, RsaKeyPair,
};
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};
use store::Time;
use url::Url;

use super::*;

const NOW: Time = Time::from_seconds(1_790_000_000);
const TOKEN: &str = "an.access.token";

enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Key {
    fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        match self {
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]) })
            }
            Self::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()) })
            }
            Self::Rsa(pair) => {
                let parts: aws_lc_rs::signature::RsaPublicKeyComponents<Vec<u8>> = pair.public_key().into();
                json!({ "kty": "RSA", "n": text(&parts.n), "e": text(&parts.e) })
            }
        }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        #[expect(
            clippy::disallowed_methods,
            reason = "the library wants its own source here; nothing is compared with it"
        )]
        let random = aws_lc_rs::rand::SystemRandom::new();
        let signature = match self {
            Self::P256(pair) => pair.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PSS_SHA256, &random, message.as_bytes(), &mut signature).unwrap();
                signature
            }
        };
        format!("{message}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

fn nonces() -> Nonces {
    Nonces::new(&[7; 32])
}

fn places() -> Places {
    Places::new([Url::parse("http://localhost:3000").unwrap()])
}

fn header(algorithm: &str, key: &Key) -> Value {
    json!({ "typ": "dpop+jwt", "alg": algorithm, "jwk": key.jwk() })
}

fn claims() -> Value {
    json!({
        "jti": "one", "htm": "GET", "htu": "http://localhost:3000/api/v1/me", "iat": NOW.as_seconds(),
        "ath": hash(TOKEN.as_bytes()), "nonce": nonces().issue(NOW),
    })
}

fn judge(jwt: &str, now: Time) -> Result<Time, ProofError> {
    let expected = Expected { method: &Method::GET, path: "/api/v1/me", access_token: Some(TOKEN) };
    Proof::read(jwt)?.judge(expected, &places(), &nonces(), now)
}

#[test]
fn every_algorithm_that_is_advertised_works_with_its_own_kind_of_key() {
    let rsa = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let keys = [Key::p256(), Key::Ed25519(Ed25519KeyPair::generate().unwrap()), Key::Rsa(rsa)];
    for algorithm in ALGORITHMS {
        let good = keys.iter().filter(|key| judge(&key.sign(&header(algorithm, key), &claims()), NOW) == Ok(NOW));
        assert_eq!(good.count(), 1, "{algorithm}");
    }
    for algorithm in ["none", "RS256", "HS256", "ES384", ""] {
        assert!(
            keys.iter().all(|key| judge(&key.sign(&header(algorithm, key), &claims()), NOW).is_err()),
            "{algorithm}"
        );
    }
}

#[test]
fn a_header_of_another_kind_is_refused() {
    let (key, other) = (Key::p256(), Key::p256());
    let invalid = |header: Value| matches!(judge(&key.sign(&header, &claims()), NOW), Err(ProofError::Invalid(_)));
    let good = header("ES256", &key);
    for typ in ["JWT", "at+jwt", "DPOP+JWT", ""] {
        let mut bent = good.clone();
        bent["typ"] = typ.into();
        assert!(invalid(bent), "{typ}");
    }
    let mut private = good.clone();
    private["jwk"]["d"] = "AA".into();
    assert!(invalid(private));
    let mut critical = good.clone();
    critical["crit"] = json!(["exp"]);
    assert!(invalid(critical));
    assert!(invalid(header("ES256", &other)), "signed by another key");
    for name in ["typ", "alg", "jwk"] {
        let mut bent = good.clone();
        bent.as_object_mut().unwrap().remove(name);
        assert!(invalid(bent), "{name}");
    }
    for jwt in ["", "x", "a.b", "a.b.c", "....", &"a".repeat(10_000)] {
        assert!(judge(jwt, NOW).is_err(), "{jwt}");
    }
}

#[test]
fn a_proof_for_another_request_is_refused() {
    let key = Key::p256();
    let bent = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        judge(&key.sign(&header("ES256", &key), &claims), NOW)
    };
    for (name, value) in [
        ("htm", json!("POST")),
        ("htm", json!("get")),
        ("htu", json!("http://localhost:3000/api/v1/posts")),
        ("htu", json!("https://localhost:3000/api/v1/me")),
        ("ath", json!(hash(b"another"))),
        ("ath", Value::Null),
        ("iat", json!(NOW.as_seconds() - 121)),
        ("iat", json!(NOW.as_seconds() + 31)),
        ("iat", json!(NOW.as_seconds().to_string())),
        ("iat", json!(1e300)),
        ("jti", json!("")),
        ("jti", json!("x".repeat(257))),
        ("jti", json!(7)),
    ] {
        assert!(matches!(bent(name, value.clone()), Err(ProofError::Invalid(_))), "{name} {value}");
    }
    assert_eq!(bent("iat", json!(NOW.as_seconds() + 10)), Ok(NOW), "a clock that is a little ahead");
    for nonce in [Value::Null, json!("invented"), json!(nonces().issue(NOW - NONCE_LIFE))] {
        assert_eq!(bent("nonce", nonce.clone()), Err(ProofError::NonceWanted), "{nonce}");
    }
    let fresh = key.sign(&header("ES256", &key), &claims());
    assert_eq!(judge(&fresh, NOW + Duration::from_secs(59)), Ok(NOW));
}

#[test]
fn a_proof_is_told_from_another_by_key_and_jti() {
    let (key, other) = (Key::p256(), Key::p256());
    let id = |key: &Key, jti: &str| {
        let mut claims = claims();
        claims["jti"] = jti.into();
        Proof::read(&key.sign(&header("ES256", key), &claims)).unwrap().id()
    };
    assert_eq!(id(&key, "one"), id(&key, "one"));
    assert_ne!(id(&key, "one"), id(&key, "two"));
    assert_ne!(id(&key, "one"), id(&other, "one"));
}

#[test]
fn two_headers_are_none() {
    let key = Key::p256();
    let value = HeaderValue::from_str(&key.sign(&header("ES256", &key), &claims())).unwrap();
    let mut headers = HeaderMap::new();
    assert!(Proof::of(&headers).unwrap().is_none());
    headers.append(DPOP, value.clone());
    assert!(Proof::of(&headers).unwrap().is_some());
    headers.append(DPOP, value);
    assert!(Proof::of(&headers).is_err());
}
