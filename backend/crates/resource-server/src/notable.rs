//! What the auth server tells beside what ended: a token that was used twice, a session that somebody ended, an access that
//! somebody withdrew.
//!
//! Every replica follows the same list and reads an entry more than once, so each is marked under its own id in the batch
//! that records it: the first one to do so tells, all others find the mark. What this process has seen it remembers, so
//! that the store is asked about an entry once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use httpkit::auth_wire::{Ended, Notable};
use serde::{Deserialize, Serialize};
use store::{Document, Id, Schema, Time};

use crate::app::App;
use crate::events::{AuthEvent, Happening};
use crate::react;

/// A mark stays longer than any replica can still read its entry.
const STAYS: Duration = Duration::from_secs(3600);

pub(crate) const SCHEMAS: &[&Schema] = &[Heard::SCHEMA];

/// That an entry of the auth server's list was recorded here.
#[derive(Debug, Serialize, Deserialize)]
struct Heard {
    id: Id,
    expires_at: Time,
}

impl Document for Heard {
    type Key = Id;

    const SCHEMA: &'static Schema = &Schema::new("resource_heard").expires("expires_at");

    fn key(&self) -> Id {
        self.id
    }
}

/// What this process has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<HashMap<Id, Time>>);

impl Seen {
    /// Records what of `news` is told and was not seen before. What cannot be recorded now is read again with the whole
    /// list, each minute.
    pub async fn hear(&self, app: &App, news: &[Ended]) {
        for (ended, notable) in news.iter().filter_map(|ended| Some((ended, ended.notable.as_ref()?))) {
            // An id that is none comes of no server of ours.
            let Ok(id) = ended.id.parse::<Id>() else { continue };
            if self.knows(id) {
                continue;
            }
            match record(app, id, ended.until, notable).await {
                Ok(()) => self.remember(id, ended.until, app.now()),
                Err(error) => tracing::warn!(%error, "what the auth server tells could not be recorded: {error}"),
            }
        }
    }

    fn knows(&self, id: Id) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&id)
    }

    fn remember(&self, id: Id, until: Time, now: Time) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, until| *until > now);
        seen.insert(id, until);
    }
}

/// The mark and what follows, in one batch; nothing where another replica was first.
async fn record(app: &App, id: Id, until: Time, notable: &Notable) -> store::Result<()> {
    let happening = Happening { id, at: id.time(), event: event(notable) };
    let mut batch = app.store().batch();
    batch.insert(&Heard { id, expires_at: until + STAYS });
    react::durably(app, &mut batch, &happening)?;
    match batch.commit().await {
        Ok(()) => {
            app.jobs().wake();
            Ok(())
        }
        Err(error) if error.is_duplicate_key() => Ok(()),
        Err(error) => Err(error),
    }
}

fn event(notable: &Notable) -> AuthEvent {
    match notable.clone() {
        Notable::SessionEnded { sub, sid } => AuthEvent::SessionEnded { user: sub, session: sid },
        Notable::ConsentWithdrawn { sub, client_id } => AuthEvent::ConsentWithdrawn { user: sub, client: client_id },
        Notable::Reused { sub, client_id, gid, what } => {
            AuthEvent::TokenReused { user: sub, client: client_id, grant: gid, token: what }
        }
    }
}
