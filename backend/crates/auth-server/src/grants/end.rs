//! Ending a grant: the document and its entry in the revocation list, in one batch.

use httpkit::GrantId;
use httpkit::auth_wire::{EndedKind, Notable, Reused};
use store::{Batch, Stored, Time};

use super::{AlreadyEnded, Grant, GrantKind};
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result};
use crate::{backchannel, tidy};

/// Ends a grant, unless it has ended or there is none. When this returns, no refresh of it succeeds any more, and the
/// list names it.
///
/// # Errors
/// The store's.
pub(crate) async fn end(core: &Core, id: GrantId) -> Result<()> {
    end_telling(core, id, ended).await
}

/// Ends a grant of which a refresh token or code was shown a second time: somebody holds a copy.
///
/// # Errors
/// The store's.
pub(crate) async fn end_reused(core: &Core, id: GrantId, what: Reused) -> Result<()> {
    tracing::warn!(grant.id = %id, ?what, "grant {id} ends: what was to be used once was used twice");
    let reused =
        |grant: &Grant| Some(Notable::Reused { sub: grant.sub, client_id: grant.client.clone(), gid: grant.id, what });
    end_telling(core, id, reused).await
}

async fn end_telling(core: &Core, id: GrantId, tell: impl Fn(&Grant) -> Option<Notable>) -> Result<()> {
    for _ in 0..ATTEMPTS {
        let Some(grant) = core.grants.get(&id).await? else { return Ok(()) };
        let mut batch = core.store.batch();
        if put_end(core, &mut batch, &grant, tell(&grant), core.now()).is_err() {
            return Ok(());
        }
        if core.commit_news(batch).await? {
            return Ok(());
        }
    }
    Err(Error::too_contended())
}

/// Puts the end of `grant` into `batch`. Who commits it announces the news.
///
/// # Errors
/// [`AlreadyEnded`]; then nothing was put.
pub(crate) fn end_in(core: &Core, batch: &mut Batch, grant: &Stored<Grant>, now: Time) -> Result<(), AlreadyEnded> {
    put_end(core, batch, grant, ended(grant), now)
}

/// What is told of an ordinary end: that of a session is one, that of an app's grant is its own doing.
fn ended(grant: &Grant) -> Option<Notable> {
    match grant.kind {
        GrantKind::Session => Some(Notable::SessionEnded { sub: grant.sub, sid: grant.id }),
        GrantKind::App => None,
    }
}

fn put_end(
    core: &Core,
    batch: &mut Batch,
    grant: &Stored<Grant>,
    notable: Option<Notable>,
    now: Time,
) -> Result<(), AlreadyEnded> {
    let ended = grant.ended(now, &core.lifetimes)?;
    batch.replace(grant, &ended);
    let what = match grant.kind {
        GrantKind::Session => EndedKind::Session { sid: grant.id },
        GrantKind::App => EndedKind::Grant { gid: grant.id },
    };
    match notable {
        Some(notable) => core.record_notable(batch, what, notable, now),
        None => core.record_ended(batch, what, now),
    }
    if grant.kind == GrantKind::Session {
        // What apps were given in it, and those of them that want to know.
        tidy::subject_later(core, batch, grant.sub);
        backchannel::session_over_later(core, batch, grant);
    }
    Ok(())
}
