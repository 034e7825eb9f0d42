//! The keys of the auth server: rings of HS256 keys, the keys that sign ID tokens, and the seals.
//!
//! They lie in `auth_keys`, sealed under the master secret: every replica on one database signs with the same keys without
//! a file being copied around, a stolen database alone signs nothing, and a backup of the store is whole. The hash of
//! client secrets needs no document: it is derived from the master secret.
//!
//! Keys change by the clock ([`rings`]) and are read anew from the store every second ([`Keys::freshen`]): a key is
//! published for much longer than that before it signs, and one that an operator gives up ([`retirement`]) is believed
//! nowhere any more. Private keys for ID tokens take long to make; they are made beside the first requests, or by the first
//! that needs one. To add a use, add it to [`KeyUse`].

mod document;
mod retirement;
mod rings;
mod rotation;
mod seals;
mod signing;
mod source;
mod vault;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use httpkit::services::Services;
use serde::de::DeserializeOwned;
use store::{Clock, Time};

use crate::clients::SigningAlgorithm;
pub(crate) use document::{KeyDocument, KeyUse};
pub(crate) use retirement::retire;
pub use retirement::{RetireError, retire_key};
pub(crate) use rings::Rings;
use rings::{OpenedKey, Schedule};
pub use rotation::{list_keys, rotate_keys};
pub(crate) use seals::Seals;
pub(crate) use signing::{Jwk, SigningKey};
pub use source::{FreshKeys, KeyKind, KeySource, OneKeyForAll};
use vault::Vault;

/// How old what this process knows of the keys may become: so long a key that was given up is still believed here.
pub(crate) const RELOAD: Duration = Duration::from_secs(1);

/// Why the signing keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(
        "the signing keys in the auth store were made under another master secret; \
         restore the file auth/secrets/master that belongs to this store"
    )]
    OtherMaster,
    #[error("no key could be made")]
    Generation,
}

impl From<KeysError> for crate::error::Error {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Store(error) => error.into(),
            error @ (KeysError::OtherMaster | KeysError::Generation) => {
                store::Error::Unavailable(error.to_string()).into()
            }
        }
    }
}

type KeyResult<T> = Result<T, KeysError>;

/// Every key, as this process knows them.
pub(crate) struct Keys {
    vault: Vault,
    schedule: Schedule,
    clock: Arc<dyn Clock>,
    held: RwLock<Held>,
    /// Held by who makes a key, so that one does it for all. It may take long: nobody else waits for this.
    making: tokio::sync::Mutex<()>,
    /// Held by who reads the store, so that what was read later never gives way to what was read before.
    loading: tokio::sync::Mutex<()>,
}

struct Held {
    opened: Arc<[OpenedKey]>,
    rings: Arc<Rings>,
    loaded_at: Time,
}

impl Keys {
    /// Opens the keys; the first start makes those that are quickly made. Of replicas that start at once, one makes them
    /// and all use those.
    pub(crate) async fn open(services: &Services, source: Arc<dyn KeySource>) -> KeyResult<Self> {
        let vault = Vault::new(services, source);
        let schedule = Schedule::new(&services.settings);
        let now = services.clock.now();
        let mut opened = vault.open(&[]).await?;
        let missing = [KeyUse::Access, KeyUse::Refresh, KeyUse::Seal];
        let missing = missing.into_iter().filter(|key_use| opened.iter().all(|key| key.key_use != *key_use));
        let missing: Vec<KeyUse> = missing.collect();
        for key_use in &missing {
            vault.make(*key_use, 1, now, now).await?;
        }
        if !missing.is_empty() {
            opened = vault.open(&opened).await?;
        }
        let rings = Arc::new(Rings::at(now, &opened, &schedule));
        let held = RwLock::new(Held { opened: opened.into(), rings, loaded_at: now });
        Ok(Self {
            vault,
            schedule,
            clock: Arc::clone(&services.clock),
            held,
            making: Default::default(),
            loading: Default::default(),
        })
    }

    /// The keys of this moment.
    pub(crate) fn now(&self) -> Arc<Rings> {
        let now = self.clock.now();
        let opened = {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            if now < held.rings.until {
                return Arc::clone(&held.rings);
            }
            Arc::clone(&held.opened)
        };
        let rings = Arc::new(Rings::at(now, &opened, &self.schedule));
        self.held.write().unwrap_or_else(PoisonError::into_inner).rings = Arc::clone(&rings);
        rings
    }

    /// The name of the key that signs refresh tokens now.
    pub(crate) fn refresh_kid(&self) -> String {
        self.now().refresh.signing_kid().to_owned()
    }

    /// Reads the store again where that was long ago. A store that does not answer changes nothing.
    pub(crate) async fn freshen(&self) {
        if !self.is_stale() {
            return;
        }
        let Ok(_one_for_all) = self.loading.try_lock() else { return };
        if let Err(error) = self.read_locked().await {
            tracing::warn!(%error, "the keys could not be read again; those that are known stay in use: {error}");
        }
    }

    /// Reads the store, however fresh what is known is. A store that does not answer changes nothing.
    pub(crate) async fn read_again(&self) {
        if let Err(error) = self.read_store().await {
            tracing::warn!(%error, "the keys could not be read again; those that are known stay in use: {error}");
        }
    }

    /// The key that signs ID tokens by `algorithm` now; the first one is made here where nobody has made it yet.
    ///
    /// # Errors
    /// The store's, or that no key can be made.
    pub(crate) async fn id_token(&self, algorithm: SigningAlgorithm) -> crate::error::Result<Arc<SigningKey>> {
        let signing = |rings: &Rings| {
            let mut keys = rings.id_tokens.iter().filter(|key| key.signs);
            keys.find(|key| key.key.algorithm == algorithm).map(|key| Arc::clone(&key.key))
        };
        if let Some(key) = signing(&self.now()) {
            return Ok(key);
        }
        self.make_missing(KeyUse::IdToken(algorithm)).await?;
        signing(&self.now()).ok_or_else(|| KeysError::Generation.into())
    }

    /// The public keys of every algorithm, those included that nobody has needed yet.
    ///
    /// # Errors
    /// As [`Keys::id_token`].
    pub(crate) async fn jwks(&self) -> crate::error::Result<Vec<Jwk>> {
        for algorithm in SigningAlgorithm::ALL {
            self.id_token(algorithm).await?;
        }
        Ok(self.now().jwks())
    }

    /// The claims of an ID token of ours, however old; nothing where none of our present keys signed it.
    pub(crate) fn read_id_token<C: DeserializeOwned>(&self, token: &str) -> Option<C> {
        signing::verify(&self.now().id_tokens, "JWT", token)
    }

    async fn make_missing(&self, key_use: KeyUse) -> KeyResult<()> {
        let _one_for_all = self.making.lock().await;
        self.read_store().await?;
        if self.opened().iter().all(|key| key.key_use != key_use) {
            let now = self.clock.now();
            self.vault.make(key_use, 1, now, now).await?;
            self.read_store().await?;
        }
        Ok(())
    }

    async fn read_store(&self) -> KeyResult<()> {
        let _one_after_the_other = self.loading.lock().await;
        self.read_locked().await
    }

    /// For who holds `loading`.
    async fn read_locked(&self) -> KeyResult<()> {
        let now = self.clock.now();
        let known = self.opened();
        let opened: Arc<[OpenedKey]> = self.vault.open(&known).await?.into();
        if opened.len() == known.len() && opened.iter().zip(&*known).all(|(read, known)| read.is_as(known)) {
            self.held.write().unwrap_or_else(PoisonError::into_inner).loaded_at = now;
            return Ok(());
        }
        let rings = Arc::new(Rings::at(now, &opened, &self.schedule));
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Held { opened, rings, loaded_at: now };
        Ok(())
    }

    fn opened(&self) -> Arc<[OpenedKey]> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner).opened)
    }

    /// Whether it is time to read the store again, see [`Keys::freshen`].
    pub(crate) fn is_stale(&self) -> bool {
        let loaded_at = self.held.read().unwrap_or_else(PoisonError::into_inner).loaded_at;
        self.clock.now() >= loaded_at + RELOAD
    }
}
