//! What a signed-in person's client holds.

use httpkit::SELF_SCOPE;
use httpkit::auth_wire::SessionTokens;
use store::Time;

use super::SessionCookie;
use crate::core::Core;
use crate::error::Result;
use crate::grants::Grant;
use crate::tokens::{AccessContent, write_refresh};

/// Tokens for the session's present generation. The refresh token is the same for everybody who asks; the access token is
/// a new one.
///
/// # Errors
/// `invalid_grant` where the key of this generation was retired.
pub(super) fn issue(core: &Core, session: &Grant, now: Time) -> Result<SessionTokens> {
    let content = AccessContent {
        sub: session.sub.to_string(),
        client: session.client.clone(),
        scope: SELF_SCOPE.to_owned(),
        grant: Some(session.id),
        session: session.session_of_tokens(),
        version: session.version,
        revision: 0,
        client_version: 0,
        key: None,
    };
    Ok(SessionTokens {
        sub: session.sub,
        session_id: session.id,
        access_token: core.tokens.write_access(&core.keys, content, now, &*core.random),
        expires_in: core.lifetimes.access.as_secs(),
        refresh_token: write_refresh(&core.keys, session)?,
        refresh_expires_in: session.idle_until.since(now).as_secs(),
        session_cookie: SessionCookie::seal(core, session),
    })
}
