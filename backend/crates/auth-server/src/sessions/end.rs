//! Ending sessions: by logging out, from the list of devices, or all others at once.

use httpkit::auth_wire::{EndSession, SessionEnded};
use httpkit::{GrantId, UserId};

use super::list::live_sessions;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::grants::{self, GrantKind};
use crate::tokens::read_refresh;

/// Ends the session of a refresh token, also of one that has expired or was rotated away: it once was the person's. A
/// session that is over stays over, without an error.
///
/// # Errors
/// `invalid_grant` where it is no refresh token of a session.
pub(crate) async fn log_out(core: &Core, request: EndSession) -> Result<SessionEnded> {
    let no_session = || Error::invalid_grant("This is no session's refresh token");
    let claims = read_refresh(&core.keys, &request.refresh_token).ok_or_else(no_session)?;
    let ended = SessionEnded { sub: claims.sub, session_id: claims.gid };
    match core.grants.get(&claims.gid).await? {
        Some(grant) if grant.kind != GrantKind::Session => return Err(no_session()),
        Some(_) => {}
        None => return Ok(ended),
    }
    grants::end(core, claims.gid).await?;
    Ok(ended)
}

/// Ends one session of `sub`.
///
/// # Errors
/// `session_not_found` where `sub` has no such session, or has it no more.
pub(crate) async fn end_one(core: &Core, sub: UserId, session: GrantId) -> Result<()> {
    let found = super::find_live(core, session, sub).await?;
    found.ok_or_else(|| Error::not_found("session_not_found", "Session not found"))?;
    grants::end(core, session).await?;
    Ok(())
}

/// Ends all sessions of `sub` but `keep`.
///
/// # Errors
/// The store's.
pub(crate) async fn end_others(core: &Core, sub: UserId, keep: Option<GrantId>) -> Result<()> {
    let sessions = live_sessions(core, sub).await?;
    for session in sessions.into_iter().filter(|session| Some(session.id) != keep) {
        grants::end(core, session.id).await?;
    }
    Ok(())
}
