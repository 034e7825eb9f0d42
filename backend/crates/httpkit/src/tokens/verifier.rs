//! Verification on the hot path: a token is parsed and its signature checked once; after that it is remembered until it
//! expires or the keys change.
//!
//! Remembering is safe because only facts that cannot change are kept (signature, claims). What can change, the time and
//! what was ended, is asked anew at every request by who uses this.

use std::sync::{Arc, RwLock};

use quick_cache::sync::Cache;
use store::Time;

use super::{AccessClaims, AccessRules, HmacKey, HmacRing, TokenError};

/// How many tokens are remembered: at some 700 bytes each, a few megabytes at most.
const REMEMBERED: usize = 8192;

/// Verifies access tokens; `T` is what the server makes of the claims once (parsed ids, a set of scopes).
pub struct AccessVerifier<T> {
    rules: AccessRules,
    ring: RwLock<Arc<HmacRing>>,
    remembered: Cache<Box<str>, Arc<Verified<T>>>,
    digest: fn(&AccessClaims) -> Option<T>,
}

/// A token whose signature and claims were found good.
#[derive(Debug)]
pub struct Verified<T> {
    /// Its claims.
    pub claims: AccessClaims,
    /// What the server made of them.
    pub digest: T,
    /// Until when its key is believed.
    until: Option<Time>,
}

impl<T> Verified<T> {
    fn judge(&self, now: Time) -> Result<(), TokenError> {
        if self.claims.exp <= now.as_seconds() {
            return Err(TokenError::Expired);
        }
        if self.until.is_some_and(|until| until <= now) { Err(TokenError::UnknownKey) } else { Ok(()) }
    }
}

impl<T> AccessVerifier<T> {
    /// A verifier without keys: everything is refused until [`AccessVerifier::replace_keys`]. `digest` turns claims into
    /// what the server works with, or refuses them.
    pub fn new(rules: AccessRules, digest: fn(&AccessClaims) -> Option<T>) -> Self {
        Self { rules, ring: RwLock::new(Arc::new(HmacRing::new(&[]))), remembered: Cache::new(REMEMBERED), digest }
    }

    /// Uses these keys from now on and forgets what the former ones vouched for.
    pub fn replace_keys(&self, keys: &[HmacKey]) {
        *self.ring.write().expect("nobody panics while holding this lock") = Arc::new(HmacRing::new(keys));
        self.remembered.clear();
    }

    /// Judges `token` at `now`.
    ///
    /// # Errors
    /// What is wrong with it, see [`TokenError`].
    pub fn verify(&self, token: &str, now: Time) -> Result<Arc<Verified<T>>, TokenError> {
        if let Some(verified) = self.remembered.get(token) {
            return verified.judge(now).map(|()| verified);
        }
        let ring = self.ring.read().expect("nobody panics while holding this lock").clone();
        let claims = self.rules.verify(&ring, token, now)?;
        let digest = (self.digest)(&claims).ok_or(TokenError::Malformed)?;
        let verified = Arc::new(Verified { claims, digest, until: ring.believed_until(token) });
        verified.judge(now)?;
        self.remembered.insert(token.into(), verified.clone());
        Ok(verified)
    }
}

impl<T> std::fmt::Debug for AccessVerifier<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AccessVerifier").field("rules", &self.rules).finish_non_exhaustive()
    }
}
