//! A name for each request: in `X-Request-Id`, in errors and in the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use http::{HeaderName, HeaderValue};
use store::Random;

/// The header that carries a request's id, both ways.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 13;

/// A request's id, in the two forms in which it is needed.
#[derive(Clone, Debug)]
pub(crate) struct RequestId {
    pub(crate) text: Arc<str>,
    pub(crate) header: HeaderValue,
}

/// Gives ids. The start is drawn from the injected randomness once and then counted, mixed so that neighbours look
/// unlike: unique in a process, and across processes as good as 64 random bits, without drawing for each request.
/// An id is a name, not a secret.
#[derive(Debug)]
pub(super) struct RequestIds {
    start: u64,
    count: AtomicU64,
}

impl RequestIds {
    pub(super) fn new(random: &dyn Random) -> Self {
        let mut start = [0; 8];
        random.fill(&mut start);
        Self { start: u64::from_le_bytes(start), count: AtomicU64::new(0) }
    }

    /// The id that `request` came with, if it comes from our own gateway in this process or from a trusted proxy;
    /// otherwise a new one.
    pub(super) fn of(&self, request: &Request, trusted: bool) -> RequestId {
        if let Some(given) = request.extensions().get::<RequestId>() {
            return given.clone();
        }
        let given = request.headers().get(X_REQUEST_ID).filter(|_| trusted).and_then(well_formed);
        given.unwrap_or_else(|| self.next())
    }

    fn next(&self) -> RequestId {
        let mut rest = mix(self.start.wrapping_add(self.count.fetch_add(1, Ordering::Relaxed)));
        let mut text = [0; LENGTH];
        for letter in &mut text {
            *letter = ALPHABET[usize::from(rest as u8 & 31)];
            rest >>= 5;
        }
        let text = std::str::from_utf8(&text).expect("the alphabet is ASCII");
        let header = HeaderValue::from_str(text).expect("the alphabet is visible ASCII");
        RequestId { text: Arc::from(text), header }
    }
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): one to one, so different counts stay different.
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// What may stand in a log and in a header: 8 to 64 letters, digits, dots, dashes and underscores.
fn well_formed(value: &HeaderValue) -> Option<RequestId> {
    let text = value.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let fits = (8..=64).contains(&text.len()) && text.bytes().all(plain);
    fits.then(|| RequestId { text: Arc::from(text), header: value.clone() })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use store::SeededRandom;

    use super::*;

    #[test]
    fn ids_are_different_and_of_one_form() {
        let ids = RequestIds::new(&SeededRandom::new(1));
        let given: HashSet<Arc<str>> = (0..10_000).map(|_| ids.next().text).collect();
        assert_eq!(given.len(), 10_000);
        assert!(given.iter().all(|id| id.len() == LENGTH && id.bytes().all(|byte| ALPHABET.contains(&byte))));
    }

    #[test]
    fn only_a_well_formed_id_is_taken_over() {
        let accepted = |text: &str| well_formed(&HeaderValue::from_str(text).unwrap()).is_some();
        assert!(accepted("0f8fad5b-d9cb-469f-a165-70867728950e") && accepted("req_12345678"));
        for text in ["", "short", "with space", "a\tb_______", &"x".repeat(65), "<script>alert(1)</script>"] {
            assert!(!accepted(text), "{text:?}");
        }
    }
}
