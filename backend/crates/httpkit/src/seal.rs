//! Sealed values: what leaves the server and comes back unread and unchanged (codes, pending requests, cursors, the
//! session cookie).
//!
//! AES-256-GCM with a random nonce; the key and the associated data are derived from a *purpose*, so that nothing sealed
//! for one purpose opens for another. A seal has no expiry of its own: what expires carries its time inside, and who
//! opens it judges.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Random;

/// Seals and opens values for one purpose.
pub struct Sealer {
    purpose: &'static str,
    key: LessSafeKey,
}

/// What did not open: forged, cut, made for another purpose, or under another key. Callers learn no more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value does not open")]
pub struct NotOurs;

/// Nothing that we seal comes near this; longer input is refused before any work is spent on it.
const LONGEST: usize = 16 * 1024;

impl Sealer {
    /// `key` must be derived for this `purpose` alone (`Secrets::derive`).
    pub fn new(purpose: &'static str, key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("32 bytes are an AES-256 key");
        Self { purpose, key: LessSafeKey::new(key) }
    }

    /// Seals `value`; base64url, safe in URLs, cookies and headers.
    pub fn seal(&self, value: &impl Serialize, random: &dyn Random) -> String {
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce);
        let mut sealed = nonce.to_vec();
        let mut plain = serde_json::to_vec(value).expect("sealed values are plain structs, which always write as JSON");
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(self.purpose), &mut plain)
            .expect("AES-GCM takes any message of this size");
        sealed.extend_from_slice(&plain);
        sealed.extend_from_slice(tag.as_ref());
        BASE64URL_NOPAD.encode(&sealed)
    }

    /// Opens what [`Sealer::seal`] made for the same purpose.
    ///
    /// # Errors
    /// [`NotOurs`], whatever the reason.
    pub fn open<T: DeserializeOwned>(&self, sealed: &str) -> Result<T, NotOurs> {
        if sealed.len() > LONGEST {
            return Err(NotOurs);
        }
        let mut bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).map_err(|_| NotOurs)?;
        let (nonce, message) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(NotOurs)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotOurs)?;
        let plain = self.key.open_in_place(nonce, Aad::from(self.purpose), message).map_err(|_| NotOurs)?;
        serde_json::from_slice(plain).map_err(|_| NotOurs)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sealer").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use store::SeededRandom;

    use super::*;

    #[test]
    fn opens_only_for_its_purpose_and_only_unchanged() {
        let random = SeededRandom::new(1);
        let codes = Sealer::new("code", &[7; 32]);
        let sealed = codes.seal(&("request", 3), &random);
        assert_eq!(codes.open::<(String, i32)>(&sealed), Ok(("request".to_owned(), 3)));

        let pending = Sealer::new("pending", &[7; 32]);
        assert_eq!(pending.open::<(String, i32)>(&sealed), Err(NotOurs));
        for position in 0..sealed.len() {
            let mut forged = sealed.clone().into_bytes();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).expect("ASCII");
            assert_eq!(codes.open::<(String, i32)>(&forged), Err(NotOurs), "changed at {position}");
        }
        assert_eq!(codes.open::<(String, i32)>(""), Err(NotOurs));
    }
}
