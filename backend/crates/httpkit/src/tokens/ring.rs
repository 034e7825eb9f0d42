//! A ring of HMAC keys: the first signs, all verify, each is found by its `kid` alone.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
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

/// Keys that sign and verify one kind of token.
pub struct HmacRing {
    keys: Vec<Prepared>,
    validation: Validation,
}

struct Prepared {
    kid: String,
    until: Option<Time>,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl HmacRing {
    /// A ring of `keys`, the signing one first.
    pub fn new(keys: &[HmacKey]) -> Self {
        let prepared = |key: &HmacKey| Prepared {
            kid: key.kid.clone(),
            until: key.until,
            encoding: EncodingKey::from_secret(&key.secret),
            decoding: DecodingKey::from_secret(&key.secret),
        };
        // Times, issuer and audience are judged by our own clock and rules, after the signature.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self { keys: keys.iter().map(prepared).collect(), validation }
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
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.encoding).map_err(|_| TokenError::Malformed)
    }

    /// Checks kind and signature of `token` and reads its claims. Times and places are the caller's to judge.
    ///
    /// # Errors
    /// What is wrong with it, see [`TokenError`].
    pub fn verify<C: DeserializeOwned>(&self, typ: &str, token: &str) -> Result<C, TokenError> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::Malformed);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
        if header.alg != Algorithm::HS256 || header.typ.as_deref() != Some(typ) {
            return Err(TokenError::Kind);
        }
        let key = self.find(header.kid.as_deref().ok_or(TokenError::UnknownKey)?)?;
        let decoded = jsonwebtoken::decode(token, &key.decoding, &self.validation);
        decoded.map(|data| data.claims).map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => TokenError::Signature,
            _ => TokenError::Malformed,
        })
    }

    /// Until when the key of `token` is believed; nothing where that has no end that is known, or is no key of this ring.
    pub(super) fn believed_until(&self, token: &str) -> Option<Time> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        self.find(header.kid.as_deref()?).ok()?.until
    }

    fn find(&self, kid: &str) -> Result<&Prepared, TokenError> {
        self.keys.iter().find(|key| key.kid == kid).ok_or(TokenError::UnknownKey)
    }
}

impl std::fmt::Debug for HmacRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.keys.iter().map(|key| &key.kid)).finish()
    }
}

#[cfg(test)]
mod tests {
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

        let mut header = Header::new(Algorithm::HS384);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some("one".to_owned());
        let stronger = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&[1; 32])).expect("signed");
        assert_eq!(ring.verify::<Claims>("at+jwt", &stronger), Err(TokenError::Kind));
    }
}
