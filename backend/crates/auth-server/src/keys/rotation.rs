//! When the next key is made: by the operator (`tapri keys rotate`), or by the calendar.
//!
//! Making one is all there is to do. It is published at once, signs after the lead, and the one before it retires, all by
//! the clock; see [`super::rings`].

use std::sync::Arc;

use httpkit::auth_wire::KeyView;
use httpkit::services::Services;
use store::Time;

use super::rings::OpenedKey;
use super::{FreshKeys, KeyResult, KeyUse, Keys};
use crate::clients::SigningAlgorithm;
use crate::schemas::schemas;
use crate::server::StartError;

impl Keys {
    /// Makes the next key of every use, but where one is on its way already; all keys as they are now.
    ///
    /// # Errors
    /// The store's, or that no key can be made.
    pub(crate) async fn rotate(&self) -> KeyResult<Vec<KeyView>> {
        self.make_next(|_, _| true).await?;
        self.list().await
    }

    /// All keys as they are now, those included that are retired and not forgotten yet.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn list(&self) -> KeyResult<Vec<KeyView>> {
        self.read_store().await?;
        Ok(self.now().views.clone())
    }

    /// What is to be done about keys from time to time: those for ID tokens that are not there yet are made, those that
    /// are old get a successor, those that are retired are forgotten.
    ///
    /// # Errors
    /// The store's, or that no key can be made.
    pub(crate) async fn tend(&self) -> KeyResult<()> {
        for algorithm in SigningAlgorithm::ALL {
            if self.opened().iter().all(|key| key.key_use != KeyUse::IdToken(algorithm)) {
                self.make_missing(KeyUse::IdToken(algorithm)).await?;
            }
        }
        self.freshen().await;
        let every = self.schedule.every;
        self.make_next(|newest, now| now >= newest.signs_from + every).await?;
        for id in self.now().retired.clone() {
            self.vault.forget(&id).await?;
        }
        Ok(())
    }

    /// Makes the next key of each use whose newest one is `due` and signs.
    async fn make_next(&self, due: impl Fn(&OpenedKey, Time) -> bool) -> KeyResult<()> {
        let now = self.clock.now();
        let known = self.opened();
        let of = |key_use| known.iter().filter(move |key| key.key_use == key_use && key.retired_at.is_none());
        let newest = KeyUse::ALL.into_iter().filter_map(|key_use| of(key_use).max_by_key(|key| key.serial));
        let due: Vec<&OpenedKey> = newest.filter(|newest| newest.signs_from <= now && due(newest, now)).collect();
        if due.is_empty() {
            return Ok(());
        }
        let _one_for_all = self.making.lock().await;
        for newest in due {
            let serial = next_serial(&known, newest.key_use);
            self.vault.make(newest.key_use, serial, now, now + self.schedule.lead).await?;
            tracing::info!(key_use = newest.key_use.name(), "the next key of `{}` is published", newest.key_use.name());
        }
        self.read_store().await
    }
}

/// The serial number of the next key: no other ever had it, also none that was given up.
pub(super) fn next_serial(known: &[OpenedKey], key_use: KeyUse) -> u32 {
    let serials = known.iter().filter(|key| key.key_use == key_use).map(|key| key.serial);
    serials.max().map_or(1, |newest| newest + 1)
}

/// All keys of an auth server that is not running.
///
/// # Errors
/// As its start.
pub async fn list_keys(services: &Services) -> Result<Vec<KeyView>, StartError> {
    Ok(open(services).await?.list().await?)
}

/// Makes the next key of every use for an auth server that is not running, and lists all.
///
/// # Errors
/// As its start.
pub async fn rotate_keys(services: &Services) -> Result<Vec<KeyView>, StartError> {
    Ok(open(services).await?.rotate().await?)
}

async fn open(services: &Services) -> KeyResult<Keys> {
    services.store.ensure(schemas()).await?;
    Keys::open(services, Arc::new(FreshKeys)).await
}
