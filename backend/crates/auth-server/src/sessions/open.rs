//! Opening a session for somebody whose password the resource server has checked.

use httpkit::auth_wire::{OpenSession, SessionTokens};
use httpkit::{ClientId, GrantId, Kind, ScopeSet};
use store::{Stored, Time};

use super::{SessionCookie, is_alive, tokens};
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result, lost_race};
use crate::grants::{Grant, GrantKind, end_in};
use crate::subjects;

/// Opens a session. In a browser that has one already, the same user's is renewed and another user's ends.
///
/// # Errors
/// `session_below_floor` where the password was changed while it was checked.
pub(crate) async fn open(core: &Core, request: OpenSession) -> Result<SessionTokens> {
    for _ in 0..ATTEMPTS {
        let now = core.now();
        let floors = subjects::floors(core, request.sub).await?;
        if request.version < floors.sessions_from {
            let words = "The password was changed meanwhile. Sign in again";
            return Err(Error::refused(Kind::Conflict, "session_below_floor", words));
        }
        let known = known_session(core, request.session_cookie.as_deref()).await?;
        let mut batch = core.store.batch();
        let mut ended = false;
        let session = match &known {
            Some(known) if known.sub == request.sub && is_alive(known, floors, now) => {
                let renewed = renewed(core, known, &request, now);
                batch.replace(known, &renewed);
                renewed
            }
            _ => {
                // Of another user, or dead: an ended one cannot end again, which is as good.
                ended = known.as_ref().is_some_and(|known| end_in(core, &mut batch, known, now).is_ok());
                let session = new_session(core, &request, now);
                batch.insert(&session);
                session
            }
        };
        match batch.commit().await {
            Ok(()) => {
                if ended {
                    core.news.announce();
                }
                return tokens::issue(core, &session, now);
            }
            Err(error) if lost_race(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::too_contended())
}

/// The session of the browser's cookie, dead or alive.
async fn known_session(core: &Core, cookie: Option<&str>) -> Result<Option<Stored<Grant>>> {
    let Some(cookie) = cookie.and_then(|cookie| SessionCookie::open(core, cookie)) else { return Ok(None) };
    let grant = core.grants.get(&cookie.session).await?;
    Ok(grant.filter(|grant| grant.kind == GrantKind::Session && grant.sub == cookie.sub))
}

/// The next generation of a session, proved anew.
fn renewed(core: &Core, session: &Grant, request: &OpenSession, now: Time) -> Grant {
    let until = core.lifetimes.session_until(now, request.auth_time);
    let renewed =
        session.renewed(now, &core.keys.refresh_kid(), until, &core.lifetimes).expect("only a live session is renewed");
    Grant { version: request.version, auth_time: request.auth_time, amr: request.amr.clone(), ..renewed }
}

fn new_session(core: &Core, request: &OpenSession, now: Time) -> Grant {
    let idle_until = core.lifetimes.session_until(now, request.auth_time);
    Grant {
        id: GrantId::generate(now, request.sub.shard(), &*core.random),
        kind: GrantKind::Session,
        sub: request.sub,
        client: ClientId::web(),
        scopes: ScopeSet::EMPTY,
        session: None,
        online: true,
        version: request.version,
        revision: 0,
        client_version: 0,
        generation: 1,
        rotated_at: now,
        surprised: Vec::new(),
        kid: core.keys.refresh_kid(),
        auth_time: request.auth_time,
        amr: request.amr.clone(),
        code_jti: None,
        dpop_jkt: None,
        idle_until,
        ended_at: None,
        expires_at: core.lifetimes.grant_document_until(idle_until),
    }
}
