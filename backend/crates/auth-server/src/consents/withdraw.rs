//! Taking back all that an app was allowed.

use httpkit::auth_wire::{EndedKind, Notable};
use httpkit::{ClientId, UserId};

use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result};
use crate::tidy;

/// Withdraws what `sub` allowed `client`: its grants die, and it has to ask anew. Where nothing is allowed, nothing changes.
///
/// # Errors
/// The store's.
pub(crate) async fn withdraw(core: &Core, sub: UserId, client: &ClientId) -> Result<()> {
    let key = (sub, client.as_str().to_owned());
    for _ in 0..ATTEMPTS {
        let Some(stored) = core.consents.get(&key).await? else { return Ok(()) };
        let after = stored.withdrawn();
        if after == stored.document {
            return Ok(());
        }
        let mut batch = core.store.batch();
        batch.replace(&stored, &after);
        let what = EndedKind::Consent { sub, client_id: client.clone(), revision: after.revision };
        // What had only declined something has nothing to hear of.
        match stored.held().is_empty() {
            true => core.record_ended(&mut batch, what, core.now()),
            false => {
                let notable = Notable::ConsentWithdrawn { sub, client_id: client.clone() };
                core.record_notable(&mut batch, what, notable, core.now());
            }
        }
        tidy::subject_later(core, &mut batch, sub);
        if core.commit_news(batch).await? {
            return Ok(());
        }
    }
    Err(Error::too_contended())
}
