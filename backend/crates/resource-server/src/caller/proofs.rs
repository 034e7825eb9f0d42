//! DPoP proofs (RFC 9449 section 7): whether whoever shows a bound token has its key. Everything is judged from the
//! request and from memory, no other server is asked.
//!
//! A proof is good once, on each replica for itself: seen ones are remembered for as long as their nonce is good. The
//! memory is bounded; when it is full it is emptied, and every nonce that was given out before is good no longer, so that
//! nothing that was forgotten can come again. Who holds such a nonce is asked to make another proof, which clients do by
//! themselves.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use http::{HeaderValue, Method};
use httpkit::context;
use httpkit::dpop::{Expected, NONCE_LIFE, Nonces, Places, Proof, ProofError};
use httpkit::secrets::Secrets;
use httpkit::settings::Settings;
use store::Time;

/// About a hundred bytes each.
const MOST_SEEN: usize = 500_000;

/// Judges proofs.
#[derive(Debug)]
pub struct Proofs {
    places: Places,
    nonces: Nonces,
    seen: Mutex<Seen>,
}

/// What is shown with a bound token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    pub method: &'a Method,
    pub path: &'a str,
    pub token: &'a str,
    /// The thumbprint of the key that the token is bound to.
    pub key: &'a str,
}

/// Why somebody is not believed to have the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotProved {
    /// The proof is not good, or none that this server can use.
    Proof(ProofError),
    /// It is another key's.
    OtherKey,
}

impl From<ProofError> for NotProved {
    fn from(error: ProofError) -> Self {
        Self::Proof(error)
    }
}

impl Proofs {
    /// Nothing seen yet.
    pub fn new(settings: &Settings, secrets: &Secrets) -> Self {
        let origins = std::iter::once(&settings.origin).chain(&settings.former_origins).cloned();
        let nonces = Nonces::new(&secrets.derive("dpop-nonces"));
        Self { places: Places::new(origins), nonces, seen: Mutex::default() }
    }

    /// Judges `proof` at `now`; the answer will carry the nonce for the next one.
    pub(super) fn check(&self, proof: &Proof, shown: Shown<'_>, now: Time) -> Result<(), NotProved> {
        if proof.thumbprint() != shown.key {
            return Err(NotProved::OtherKey);
        }
        let expected = Expected { method: shown.method, path: shown.path, access_token: Some(shown.token) };
        let issued = proof.judge(expected, &self.places, &self.nonces, now)?;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).note(proof.id(), issued, now, MOST_SEEN)?;
        context::note_nonce(self.next_nonce(now));
        Ok(())
    }

    /// The nonce for a proof that is made now.
    pub(super) fn next_nonce(&self, now: Time) -> HeaderValue {
        HeaderValue::try_from(self.nonces.issue(now)).expect("base64url is good in a header")
    }
}

/// The proofs of the last one to two lives of a nonce.
#[derive(Debug)]
struct Seen {
    current: HashSet<String>,
    previous: HashSet<String>,
    /// When `current` began.
    began: Time,
    /// Nonces up to this moment are good no longer.
    forgotten: Time,
}

impl Default for Seen {
    fn default() -> Self {
        let never = Time::from_millis(0);
        Self { current: HashSet::new(), previous: HashSet::new(), began: never, forgotten: never }
    }
}

impl Seen {
    /// Remembers a proof whose nonce was given out at `issued`.
    fn note(&mut self, id: String, issued: Time, now: Time, most: usize) -> Result<(), ProofError> {
        if now >= self.began + NONCE_LIFE {
            // Whoever came before that showed a nonce that has died since.
            let is_older = now >= self.began + NONCE_LIFE * 2;
            self.previous = std::mem::take(&mut self.current);
            if is_older {
                self.previous.clear();
            }
            self.began = now;
        }
        if issued <= self.forgotten {
            return Err(ProofError::NonceWanted);
        }
        if self.previous.contains(&id) || self.current.contains(&id) {
            return Err(ProofError::Invalid("The DPoP proof was used before (jti)"));
        }
        if self.current.len() + self.previous.len() >= most {
            *self = Self { began: now, forgotten: now, ..Self::default() };
            return Err(ProofError::NonceWanted);
        }
        self.current.insert(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const START: Time = Time::from_seconds(1_790_000_000);
    const AGAIN: Result<(), ProofError> = Err(ProofError::Invalid("The DPoP proof was used before (jti)"));

    fn at(seconds: u64) -> Time {
        START + Duration::from_secs(seconds)
    }

    #[test]
    fn a_proof_is_remembered_while_its_nonce_is_good() {
        let mut seen = Seen::default();
        for begin in [0, 30, 59, 61, 500] {
            let id = || format!("at {begin}");
            assert_eq!(seen.note(id(), at(begin), at(begin), 100), Ok(()));
            assert_eq!(seen.note(id(), at(begin), at(begin + 59), 100), AGAIN, "{begin}");
        }
    }

    #[test]
    fn what_is_long_gone_takes_no_room() {
        let mut seen = Seen::default();
        for second in 0..1_000 {
            assert_eq!(seen.note(second.to_string(), at(second), at(second), 200), Ok(()));
        }
        assert!(seen.current.len() + seen.previous.len() <= 120);
    }

    #[test]
    fn a_full_memory_forgets_and_makes_old_nonces_worthless() {
        let mut seen = Seen::default();
        for number in 0..10 {
            assert_eq!(seen.note(number.to_string(), at(0), at(1), 10), Ok(()));
        }
        assert_eq!(seen.note("one more".to_owned(), at(0), at(2), 10), Err(ProofError::NonceWanted));
        for number in 0..10 {
            assert_eq!(seen.note(number.to_string(), at(0), at(3), 10), Err(ProofError::NonceWanted));
        }
        assert_eq!(seen.note("with a new nonce".to_owned(), at(3), at(3), 10), Ok(()));
    }
}
