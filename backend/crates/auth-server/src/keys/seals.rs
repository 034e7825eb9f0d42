//! What the auth server seals, each for its purpose alone, so that none opens as another.
//!
//! A seal names the key that it was made under, and each purpose has a key derived from that one: one ring rotates for all.

use std::sync::Arc;

use httpkit::seal::{NotOurs, Sealer};
use httpkit::secrets::derive;
use httpkit::tokens::HmacKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Random;

use super::Keys;

/// Seals and opens for one purpose, with the keys of the moment.
pub(crate) struct Seal {
    purpose: &'static str,
    keys: Arc<Keys>,
}

impl Seal {
    fn new(purpose: &'static str, keys: &Arc<Keys>) -> Self {
        Self { purpose, keys: Arc::clone(keys) }
    }

    /// Seals `value`; base64url and a dot, safe in URLs, cookies and headers.
    pub(crate) fn seal(&self, value: &impl Serialize, random: &dyn Random) -> String {
        let rings = self.keys.now();
        let key = rings.seals.first().expect("the first start made one, and the newest is never retired");
        format!("{}.{}", key.kid, self.sealer(key).seal(value, random))
    }

    /// Opens what [`Seal::seal`] made for the same purpose.
    ///
    /// # Errors
    /// [`NotOurs`], whatever the reason.
    pub(crate) fn open<T: DeserializeOwned>(&self, sealed: &str) -> Result<T, NotOurs> {
        let (kid, sealed) = sealed.split_once('.').ok_or(NotOurs)?;
        let rings = self.keys.now();
        let key = rings.seals.iter().find(|key| key.kid == kid).ok_or(NotOurs)?;
        self.sealer(key).open(sealed)
    }

    fn sealer(&self, key: &HmacKey) -> Sealer {
        Sealer::new(self.purpose, &derive(&key.secret, &format!("seal/{}", self.purpose)))
    }
}

/// One seal for each purpose.
pub(crate) struct Seals {
    /// A request that an app sent itself (RFC 9126).
    pub pushed: Seal,
    /// A request that came by POST and comes back by GET.
    pub posted: Seal,
    /// A request that waits for a person.
    pub pending: Seal,
    /// An authorization code.
    pub code: Seal,
    /// An answer that is posted to the app by a page of ours.
    pub answer: Seal,
    /// A request to be signed out that waits for a person.
    pub logout: Seal,
    /// The session cookie.
    pub session: Seal,
    /// What a device without a browser holds.
    pub device: Seal,
    /// Where such a device asked from.
    pub place: Seal,
}

impl Seals {
    pub(crate) fn new(keys: &Arc<Keys>) -> Self {
        let seal = |purpose| Seal::new(purpose, keys);
        Self {
            pushed: seal("pushed"),
            posted: seal("posted"),
            pending: seal("pending"),
            code: seal("code"),
            answer: seal("answer"),
            logout: seal("logout"),
            session: seal("session"),
            device: seal("device"),
            place: seal("place"),
        }
    }
}
