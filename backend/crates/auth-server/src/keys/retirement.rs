//! Giving up a key before its time, because somebody else may have it (`tapri keys retire`).
//!
//! One batch: the key is marked, the next one, if it was the one that signed, signs at once, and the revocation list tells
//! the resource servers, which have dropped an access key before the second is over. The other auth servers read the keys
//! anew by then. Nothing is published ahead as in a rotation: what nobody must believe any more cannot wait.

use std::sync::Arc;

use httpkit::auth_wire::{EndedKind, KeyState, KeyView};
use httpkit::services::Services;

use super::rings::OpenedKey;
use super::rotation::next_serial;
use super::{FreshKeys, KeyUse, Keys, KeysError};
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result, lost_race};

/// Why a key was not given up.
#[derive(Debug, thiserror::Error)]
pub enum RetireError {
    /// There is none of that name.
    #[error("there is no key of this name")]
    NotFound,
    /// The store's reason, or that the server could not be opened.
    #[error("{0}")]
    Failed(String),
}

/// Gives up the key `kid`: nothing that it made is believed from now on, and where it signed another one does. All keys
/// as they are then. Doing it again changes nothing.
///
/// # Errors
/// `key_not_found`, or the store's.
pub(crate) async fn retire(core: &Core, kid: &str) -> Result<Vec<KeyView>> {
    for _ in 0..ATTEMPTS {
        let views = core.keys.list().await?;
        let key =
            core.keys.named(kid).ok_or_else(|| Error::not_found("key_not_found", "There is no key of this name"))?;
        if key.retired_at.is_some() {
            return Ok(views);
        }
        let signs = views.iter().any(|view| view.kid == kid && view.state == KeyState::Signing);
        match give_up(core, &key, signs).await {
            Ok(()) => {
                tracing::warn!(
                    kid,
                    key_use = key.key_use.name(),
                    "the key `{kid}` was given up; nothing that it made is believed"
                );
                core.news.announce();
                return Ok(core.keys.list().await?);
            }
            Err(Error::Store(error)) if lost_race(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::too_contended())
}

async fn give_up(core: &Core, key: &OpenedKey, signs: bool) -> Result<()> {
    let now = core.now();
    let gone = || store::Error::Stale { write: 0 };
    let stored = core.keys.vault.find(key.key_use, key.serial).await.map_err(Error::from)?.ok_or_else(gone)?;
    let mut batch = core.store.batch();
    let retired = super::KeyDocument { retired_at: Some(now), ..stored.document.clone() };
    batch.replace(&stored, &retired);
    if signs {
        let serial = next_serial(&core.keys.opened(), key.key_use);
        let next = core.keys.vault.new_key(key.key_use, serial, now, now).await.map_err(Error::from)?;
        batch.insert(&next);
    }
    if key.key_use == KeyUse::Access {
        core.record_ended(&mut batch, EndedKind::Key { kid: key.kid.clone() }, now);
    }
    Ok(batch.commit().await?)
}

impl Keys {
    /// The key of this name, if this process knows it.
    fn named(&self, kid: &str) -> Option<OpenedKey> {
        self.opened().iter().find(|key| key.kid == kid).cloned()
    }
}

/// Gives up a key of an auth server that is not running, and lists all.
///
/// # Errors
/// [`RetireError`].
pub async fn retire_key(services: &Services, kid: &str) -> std::result::Result<Vec<KeyView>, RetireError> {
    let core = Core::open(services, Arc::new(FreshKeys)).await;
    let core = core.map_err(|error: KeysError| RetireError::Failed(error.to_string()))?;
    retire(&core, kid).await.map_err(|error| match error {
        Error::Refused(_) => RetireError::NotFound,
        Error::Store(error) => RetireError::Failed(error.to_string()),
    })
}
