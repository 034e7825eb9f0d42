//! The credential has a new version: the floors rise, and the session in which it was changed moves up with them. Nothing
//! is locked and nothing is visited: what lies below a floor is dead because whoever refreshes or redeems reads it.

use httpkit::auth_wire::{CredentialAnswer, CredentialChanged, EndedKind};
use httpkit::{GrantId, UserId};
use store::{Stored, Time};

use super::{is_alive, tokens};
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result, lost_race};
use crate::grants::Grant;
use crate::subjects::{Floors, Subject, floors_of};
use crate::{backchannel, tidy};

/// Raises the floors of `sub`, and gives the session that stays new tokens. Telling it twice changes nothing the second
/// time and answers with the same refresh token.
///
/// # Errors
/// The store's.
pub(crate) async fn credential_changed(
    core: &Core,
    sub: UserId,
    change: CredentialChanged,
) -> Result<CredentialAnswer> {
    for _ in 0..ATTEMPTS {
        let now = core.now();
        let subject = core.subjects.get(&sub).await?;
        let floors = floors_of(subject.as_ref());
        let kept = kept_session(core, sub, change.keep, floors).await?;
        let raised = floors.raised(change.version, change.apps);
        let renewed = kept.as_ref().map(|kept| renewed(core, kept, &change, now));
        let mut batch = core.store.batch();
        if raised != floors {
            let raised = Subject { sub, floors: raised };
            match &subject {
                Some(subject) => batch.replace(subject, &raised),
                None => batch.insert(&raised),
            };
            let keep = kept.as_ref().map(|kept| kept.id);
            let Floors { sessions_from, apps_from } = raised.floors;
            core.record_ended(&mut batch, EndedKind::Subject { sub, sessions_from, apps_from, keep }, now);
            tidy::subject_later(core, &mut batch, sub);
            backchannel::floor_raised_later(core, &mut batch, sub, sessions_from, now);
        }
        if let (Some(kept), Some(renewed)) = (&kept, &renewed)
            && kept.document != *renewed
        {
            batch.replace(kept, renewed);
        }
        match batch.commit().await {
            Ok(()) => {
                core.news.announce();
                core.jobs.wake();
                let tokens = renewed.map(|session| tokens::issue(core, &session, now)).transpose()?;
                return Ok(CredentialAnswer { tokens });
            }
            Err(error) if lost_race(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::too_contended())
}

/// The session that is to stay, if it lives by the floors as they were: a dead one is not brought back.
async fn kept_session(
    core: &Core,
    sub: UserId,
    keep: Option<GrantId>,
    floors: Floors,
) -> Result<Option<Stored<Grant>>> {
    let Some(keep) = keep else { return Ok(None) };
    let now = core.now();
    let session = core.grants.get(&keep).await?;
    Ok(session.filter(|session| session.sub == sub && is_alive(session, floors, now)))
}

/// The kept session under the new version; as it is, where it was told of it before.
fn renewed(core: &Core, kept: &Grant, change: &CredentialChanged, now: Time) -> Grant {
    if kept.version >= change.version {
        return kept.clone();
    }
    let auth_time = change.auth_time.unwrap_or(kept.auth_time);
    let until = core.lifetimes.session_until(now, auth_time);
    let renewed =
        kept.renewed(now, &core.keys.refresh_kid(), until, &core.lifetimes).expect("only a live session is kept");
    Grant { version: change.version, auth_time, ..renewed }
}
