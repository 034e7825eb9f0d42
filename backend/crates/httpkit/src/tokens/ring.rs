//! A ring of HMAC keys: the first signs, all verify, each is found by its `kid` alone.
//!
//! Every request for a token is signed here twice, so that nothing is prepared or parsed here more than once; that what is
//! written and believed is what a library of others writes and believes is tried in the tests.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use store::Time;

use super::TokenError;

/// One HS256 key and its name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HmacKey {
    /// Its `kid`: opaque, compared exactly.
    pub kid: String,
    /// 32 bytes, base64url on the wire between the two servers.
    #[serde(with = "base64url")]
    pub secret: [u8; 32],
    /// When it is no longer believed, where that is known: everything that it signed has expired by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

impl std::fmt::Debug for HmacKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("HmacKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

mod base64url {
    use data_encoding::BASE64URL_NOPAD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(secret: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64URL_NOPAD.encode(secret))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        bytes.try_into().map_err(|_| serde::de::Error::custom("a key has 32 bytes"))
    }
}

/// Longer than any token of ours; what exceeds it is refused before it is parsed.
const LONGEST_TOKEN: usize = 4096;
/// Room for most of them.
const USUAL_TOKEN: usize = 512;

/// Keys that sign and verify one kind of token.
pub struct HmacRing {
    keys: Vec<Prepared>,
}

struct Prepared {
    kid: String,
    until: Option<Time>,
    key: hmac::Key,
}

/// The one algorithm of every ring (RFC 7518 section 3.2).
const ALGORITHM: &str = "HS256";

/// The header of what a ring signs. The order of the fields is the order on the wire.
#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'static str,
    kid: &'a str,
}

/// What is read of one that somebody shows; the rest, such as a key that it brings along, does not count.
#[derive(Deserialize)]
struct ShownHeader {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    /// What must be understood (RFC 7515 section 4.1.11): here is nothing of the kind.
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

impl HmacRing {
    /// A ring of `keys`, the signing one first.
    pub fn new(keys: &[HmacKey]) -> Self {
        let prepared = |key: &HmacKey| Prepared {
            kid: key.kid.clone(),
            until: key.until,
            key: hmac::Key::new(hmac::HMAC_SHA256, &key.secret),
        };
        Self { keys: keys.iter().map(prepared).collect() }
    }

    /// The `kid` that signs now.
    pub fn signing_kid(&self) -> &str {
        self.keys.first().map_or("", |key| &key.kid)
    }

    /// Signs `claims` as a token of kind `typ` with the first key, or with the one named: the same claims under the same
    /// key give the same bytes.
    ///
    /// # Errors
    /// [`TokenError::UnknownKey`] where the ring has no such key.
    pub fn sign(&self, typ: &str, kid: Option<&str>, claims: &impl Serialize) -> Result<String, TokenError> {
        let key = match kid {
            Some(kid) => self.find(kid)?,
            None => self.keys.first().ok_or(TokenError::UnknownKey)?,
        };
        let header = json(&Header { typ, alg: ALGORITHM, kid: &key.kid })?;
        let mut token = String::with_capacity(USUAL_TOKEN);
        BASE64URL_NOPAD.encode_append(&header, &mut token);
        token.push('.');
        BASE64URL_NOPAD.encode_append(&json(claims)?, &mut token);
        let signature = hmac::sign(&key.key, token.as_bytes());
        token.push('.');
        BASE64URL_NOPAD.encode_append(signature.as_ref(), &mut token);
        Ok(token)
    }

    /// Checks kind and signature of `token` and reads its claims. Times and places are the caller's to judge, after the
    /// signature and by the one clock.
    ///
    /// # Errors
    /// What is wrong with it, see [`TokenError`].
    pub fn verify<C: DeserializeOwned>(&self, typ: &str, token: &str) -> Result<C, TokenError> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::Malformed);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = message.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let header: ShownHeader = read(header)?;
        if header.alg != ALGORITHM || header.typ.as_deref() != Some(typ) || header.crit.is_some() {
            return Err(TokenError::Kind);
        }
        let key = self.find(header.kid.as_deref().ok_or(TokenError::UnknownKey)?)?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).map_err(|_| TokenError::Malformed)?;
        hmac::verify(&key.key, message.as_bytes(), &signature).map_err(|_| TokenError::Signature)?;
        read(claims)
    }

    /// Until when the key of `token`, which was verified, is believed; nothing where that has no end that is known.
    pub(super) fn believed_until(&self, token: &str) -> Option<Time> {
        let header: ShownHeader = read(token.split('.').next()?).ok()?;
        self.find(header.kid.as_deref()?).ok()?.until
    }

    fn find(&self, kid: &str) -> Result<&Prepared, TokenError> {
        self.keys.iter().find(|key| key.kid == kid).ok_or(TokenError::UnknownKey)
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, TokenError> {
    serde_json::to_vec(value).map_err(|_| TokenError::Malformed)
}

/// A part of a token: JSON in base64url.
fn read<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let json = BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenError::Malformed)
}

impl std::fmt::Debug for HmacRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.keys.iter().map(|key| &key.kid)).finish()
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Claims {
        sub: String,
    }

    fn key(kid: &str, byte: u8) -> HmacKey {
        HmacKey { kid: kid.to_owned(), secret: [byte; 32], until: None }
    }

    fn claims() -> Claims {
        Claims { sub: "someone".to_owned() }
    }

    #[test]
    fn the_same_claims_under_the_same_key_give_the_same_bytes() {
        let ring = HmacRing::new(&[key("new", 2), key("old", 1)]);
        let first = ring.sign("refresh+jwt", Some("old"), &claims()).expect("signed");
        assert_eq!(first, ring.sign("refresh+jwt", Some("old"), &claims()).expect("signed"));
        assert_eq!(ring.verify("refresh+jwt", &first), Ok(claims()));
    }

    #[test]
    fn another_kind_another_key_and_another_algorithm_are_refused() {
        let ring = HmacRing::new(&[key("one", 1)]);
        let token = ring.sign("at+jwt", None, &claims()).expect("signed");
        assert_eq!(ring.verify::<Claims>("refresh+jwt", &token), Err(TokenError::Kind));

        let same_name = HmacRing::new(&[key("one", 9)]);
        assert_eq!(same_name.verify::<Claims>("at+jwt", &token), Err(TokenError::Signature));
        let other_name = HmacRing::new(&[key("two", 1)]);
        assert_eq!(other_name.verify::<Claims>("at+jwt", &token), Err(TokenError::UnknownKey));

        let stronger = by_the_library(Algorithm::HS384, |_| {});
        assert_eq!(ring.verify::<Claims>("at+jwt", &stronger), Err(TokenError::Kind));
    }

    /// `claims()` as the library signs them with the key `one`.
    fn by_the_library(algorithm: Algorithm, change: impl FnOnce(&mut Header)) -> String {
        let mut header = Header::new(algorithm);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some("one".to_owned());
        change(&mut header);
        jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&[1; 32])).expect("signed")
    }

    #[test]
    fn what_is_written_and_read_is_what_the_library_writes_and_reads() {
        let ring = HmacRing::new(&[key("one", 1)]);
        let token = ring.sign("at+jwt", None, &claims()).expect("signed");
        assert_eq!(token, by_the_library(Algorithm::HS256, |_| {}), "byte for byte");
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<Claims>(&token, &DecodingKey::from_secret(&[1; 32]), &validation);
        assert_eq!(read.expect("it is good").claims, claims());
        let more = by_the_library(Algorithm::HS256, |header| header.jku = Some("https://evil.example/".to_owned()));
        assert_eq!(ring.verify("at+jwt", &more), Ok(claims()), "what nobody reads does no harm");
        let critical = by_the_library(Algorithm::HS256, |header| header.crit = Some(vec!["b64".to_owned()]));
        assert_eq!(ring.verify::<Claims>("at+jwt", &critical), Err(TokenError::Kind));
    }

    #[test]
    fn what_is_bent_cut_or_put_together_is_refused() {
        let ring = HmacRing::new(&[key("one", 1)]);
        let token = ring.sign("at+jwt", None, &claims()).expect("signed");
        let parts: Vec<&str> = token.split('.').collect();
        for position in 0..token.len() {
            let mut bent = token.clone().into_bytes();
            bent[position] = if bent[position] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).expect("ASCII");
            assert!(ring.verify::<Claims>("at+jwt", &bent).is_err(), "changed at {position}");
            assert!(ring.verify::<Claims>("at+jwt", &token[..position]).is_err(), "cut at {position}");
        }
        let header = |header: serde_json::Value| BASE64URL_NOPAD.encode(header.to_string().as_bytes());
        for bad in [
            String::new(),
            "..".to_owned(),
            format!("{token}."),
            format!("{token}="),
            format!(".{token}"),
            format!("{}.{}", parts[0], parts[1]),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}.{}", header(json!({"typ": "at+jwt", "kid": "one", "alg": "none"})), parts[1], parts[2]),
            format!("{}.{}.{}", header(json!({"typ": "at+jwt", "kid": ["one"], "alg": "HS256"})), parts[1], parts[2]),
            format!("{}.{}.{}", header(json!(["at+jwt", "HS256", "one"])), parts[1], parts[2]),
            format!("{}.{}.{}", header(json!({"typ": "at+jwt", "alg": "HS256"})), parts[1], parts[2]),
        ] {
            assert!(ring.verify::<Claims>("at+jwt", &bad).is_err(), "{bad}");
        }
    }
}
