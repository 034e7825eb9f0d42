//! What the auth server seals, each for its purpose alone, so that none opens as another.
//!
//! A seal names the key that it was made under, and each purpose has a key derived from that one: one ring rotates for all.
//! To add a purpose, add it to [`Purpose`] and to [`Seals`].

use std::sync::Arc;

use httpkit::seal::{NotOurs, Sealer};
use httpkit::secrets::derive;
use httpkit::tokens::HmacKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Random;

use super::Keys;

/// What a seal is for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Pushed,
    Posted,
    Pending,
    Code,
    Answer,
    Logout,
    Session,
    Device,
    Place,
}

impl Purpose {
    /// Every one, in the order of their declaration.
    const ALL: [Self; 9] = [
        Self::Pushed,
        Self::Posted,
        Self::Pending,
        Self::Code,
        Self::Answer,
        Self::Logout,
        Self::Session,
        Self::Device,
        Self::Place,
    ];

    /// Its name in what is sealed. Never changes.
    const fn name(self) -> &'static str {
        match self {
            Self::Pushed => "pushed",
            Self::Posted => "posted",
            Self::Pending => "pending",
            Self::Code => "code",
            Self::Answer => "answer",
            Self::Logout => "logout",
            Self::Session => "session",
            Self::Device => "device",
            Self::Place => "place",
        }
    }
}

/// A key of the ring, and what is derived from it for each purpose: once, and not for each code.
#[derive(Debug)]
pub(crate) struct SealKey {
    kid: String,
    sealers: [Sealer; Purpose::ALL.len()],
}

impl SealKey {
    pub(super) fn new(key: &HmacKey) -> Self {
        let sealer = |purpose: Purpose| {
            let name = purpose.name();
            Sealer::new(name, &derive(&key.secret, &format!("seal/{name}")))
        };
        Self { kid: key.kid.clone(), sealers: Purpose::ALL.map(sealer) }
    }

    fn sealer(&self, purpose: Purpose) -> &Sealer {
        &self.sealers[purpose as usize]
    }
}

/// Seals and opens for one purpose, with the keys of the moment.
pub(crate) struct Seal {
    purpose: Purpose,
    keys: Arc<Keys>,
}

impl Seal {
    fn new(purpose: Purpose, keys: &Arc<Keys>) -> Self {
        Self { purpose, keys: Arc::clone(keys) }
    }

    /// Seals `value`; base64url and a dot, safe in URLs, cookies and headers.
    pub(crate) fn seal(&self, value: &impl Serialize, random: &dyn Random) -> String {
        let rings = self.keys.now();
        let key = rings.seals.first().expect("the first start made one, and who gives one up makes the next");
        format!("{}.{}", key.kid, key.sealer(self.purpose).seal(value, random))
    }

    /// Opens what [`Seal::seal`] made for the same purpose.
    ///
    /// # Errors
    /// [`NotOurs`], whatever the reason.
    pub(crate) fn open<T: DeserializeOwned>(&self, sealed: &str) -> Result<T, NotOurs> {
        let (kid, sealed) = sealed.split_once('.').ok_or(NotOurs)?;
        let rings = self.keys.now();
        let key = rings.seals.iter().find(|key| key.kid == kid).ok_or(NotOurs)?;
        key.sealer(self.purpose).open(sealed)
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
            pushed: seal(Purpose::Pushed),
            posted: seal(Purpose::Posted),
            pending: seal(Purpose::Pending),
            code: seal(Purpose::Code),
            answer: seal(Purpose::Answer),
            logout: seal(Purpose::Logout),
            session: seal(Purpose::Session),
            device: seal(Purpose::Device),
            place: seal(Purpose::Place),
        }
    }
}
