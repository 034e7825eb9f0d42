//! Nonces: the moment at which they were given out, with a MAC. Nobody keeps them, so that any replica knows another's.

use std::time::Duration;

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use store::Time;

/// How long a nonce is good.
pub const NONCE_LIFE: Duration = Duration::from_secs(60);
/// A nonce of another replica may come from a clock that is this much ahead.
const AHEAD: Duration = Duration::from_secs(5);
const MOMENT: usize = 8;
const TAG: usize = 16;

/// Makes and knows the nonces of one server.
pub struct Nonces(hmac::Key);

impl Nonces {
    /// `key` must be derived for this purpose alone (`Secrets::derive`).
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The nonce of this moment.
    pub fn issue(&self, now: Time) -> String {
        let moment = now.as_millis().to_be_bytes();
        let mut nonce = [0; MOMENT + TAG];
        nonce[..MOMENT].copy_from_slice(&moment);
        nonce[MOMENT..].copy_from_slice(&self.tag(&moment)[..TAG]);
        BASE64URL_NOPAD.encode(&nonce)
    }

    /// When `nonce` was given out, if it is ours and still good.
    pub fn open(&self, nonce: &str, now: Time) -> Option<Time> {
        if nonce.len() != BASE64URL_NOPAD.encode_len(MOMENT + TAG) {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(nonce.as_bytes()).ok()?;
        let (moment, tag) = bytes.split_first_chunk::<MOMENT>()?;
        if !bool::from(subtle::ConstantTimeEq::ct_eq(tag, &self.tag(moment)[..TAG])) {
            return None;
        }
        let issued = Time::from_millis(i64::from_be_bytes(*moment));
        (issued <= now + AHEAD && now < issued + NONCE_LIFE).then_some(issued)
    }

    fn tag(&self, moment: &[u8; MOMENT]) -> [u8; 32] {
        let tag = hmac::sign(&self.0, moment);
        tag.as_ref().try_into().expect("HMAC-SHA-256 has 32 bytes")
    }
}

impl std::fmt::Debug for Nonces {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Nonces [redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_seconds(1_790_000_000);

    #[test]
    fn a_nonce_is_good_for_a_minute_and_for_its_own_server() {
        let nonces = Nonces::new(&[1; 32]);
        let nonce = nonces.issue(NOW);
        assert_eq!(nonces.open(&nonce, NOW), Some(NOW));
        assert_eq!(nonces.open(&nonce, NOW + Duration::from_millis(59_999)), Some(NOW));
        assert_eq!(nonces.open(&nonce, NOW + NONCE_LIFE), None);
        assert_eq!(Nonces::new(&[2; 32]).open(&nonce, NOW), None);
        let ahead = nonces.issue(NOW + Duration::from_secs(6));
        assert_eq!(nonces.open(&ahead, NOW), None, "nobody has given that out yet");
        for other in ["", "x", &nonce[1..], &format!("{nonce}A")] {
            assert_eq!(nonces.open(other, NOW), None, "{other}");
        }
    }
}
