//! When a token was last issued to an app. Kept in memory and written now and then, so that no request for a token has
//! to write the app's document; what a killed process had not yet written is lost, and nothing depends on it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use httpkit::ClientId;
use store::{Change, Time};

use super::Client;
use crate::core::Core;
use crate::error::Result;

/// What is written already is not written again for so little.
const PRECISION: Duration = Duration::from_secs(60);

/// What was issued since the last writing.
#[derive(Debug, Default)]
pub(crate) struct LastUsed(Mutex<HashMap<ClientId, Time>>);

impl LastUsed {
    /// A token was issued to `client`.
    pub(crate) fn note(&self, client: &ClientId, now: Time) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match noted.get_mut(client) {
            Some(last) => *last = now,
            None => {
                noted.insert(client.clone(), now);
            }
        }
    }

    /// When a token was last issued to `client`, as far as this process knows.
    pub(crate) fn of(&self, client: &Client) -> Option<Time> {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get(&client.id).copied().max(client.last_used)
    }

    /// Writes what was noted.
    pub(crate) async fn write(&self, core: &Core) -> Result<()> {
        let noted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for (id, time) in noted {
            core.clients
                .modify(&id.into(), |client| {
                    if client.last_used.is_some_and(|written| time < written + PRECISION) {
                        return Ok::<_, store::Error>(Change::Keep);
                    }
                    client.last_used = Some(time);
                    Ok(Change::Write)
                })
                .await?;
        }
        Ok(())
    }
}
