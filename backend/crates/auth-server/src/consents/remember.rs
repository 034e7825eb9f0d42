//! Writing what a user decided.

use httpkit::auth_wire::{EndedKind, Notable};
use httpkit::{ClientId, ScopeSet, UserId};

use super::Consent;
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result, lost_race};
use crate::tidy;

/// Remembers that `sub` was asked for `asked` and allowed `allowed` of it, and returns the consent as it then is. Where
/// that is less than before, what the app was given under the old consent ends.
///
/// # Errors
/// The store's.
pub(crate) async fn remember(
    core: &Core,
    sub: UserId,
    client: &ClientId,
    asked: ScopeSet,
    allowed: ScopeSet,
) -> Result<Consent> {
    let key = (sub, client.as_str().to_owned());
    for _ in 0..ATTEMPTS {
        let now = core.now();
        let stored = core.consents.get(&key).await?;
        let before =
            stored.as_ref().map_or_else(|| Consent::new(sub, client.clone(), now), |stored| stored.document.clone());
        let after = before.decided(asked, allowed, now);
        let mut batch = core.store.batch();
        match &stored {
            Some(_) if after == before => return Ok(after),
            Some(stored) => batch.replace(stored, &after),
            None => batch.insert(&after),
        };
        let narrowed = after.revision > before.revision;
        if narrowed {
            let what = EndedKind::Consent { sub, client_id: client.clone(), revision: after.revision };
            // Less than before may be nothing at all: that is told as what it is.
            match after.held().is_empty() && !before.held().is_empty() {
                true => {
                    let notable = Notable::ConsentWithdrawn { sub, client_id: client.clone() };
                    core.record_notable(&mut batch, what, notable, now);
                }
                false => core.record_ended(&mut batch, what, now),
            }
            tidy::subject_later(core, &mut batch, sub);
        }
        match batch.commit().await {
            Ok(()) => {
                if narrowed {
                    core.news.announce();
                    core.jobs.wake();
                }
                return Ok(after);
            }
            Err(error) if lost_race(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::too_contended())
}
