//! People's sessions: opening, refreshing, ending them, and what a changed password means to them.

use serde::{Deserialize, Serialize};
use store::Time;

use crate::ids::{GrantId, UserId};

/// Opens a session for somebody whose password the resource server has checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenSession {
    /// Who.
    pub sub: UserId,
    /// The credential's version as it was read when the password was checked.
    pub version: i64,
    /// When the person proved who they are.
    pub auth_time: Time,
    /// How (RFC 8176): `pwd`.
    pub amr: Vec<String>,
    /// The session cookie that the browser already has, if any: the same user's session is renewed, another's ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_cookie: Option<String>,
}

/// What a signed-in person's client holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTokens {
    /// Whose.
    pub sub: UserId,
    /// The session (its grant's id).
    pub session_id: GrantId,
    /// JWT.
    pub access_token: String,
    /// Seconds.
    pub expires_in: u64,
    /// JWT; after a lenient refresh it may be the one that was sent.
    pub refresh_token: String,
    /// Seconds until the refresh token goes stale when it is not used.
    pub refresh_expires_in: u64,
    /// The sealed session id for the session cookie.
    pub session_cookie: String,
}

/// Refreshes a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefreshSession {
    /// The refresh token.
    pub refresh_token: String,
    /// Cookie mode: a generation younger than the grace is answered unrotated, so that many tabs never look like theft.
    #[serde(default)]
    pub lenient: bool,
}

/// Ends the session of this refresh token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndSession {
    /// The refresh token, also one that has expired or was rotated away.
    pub refresh_token: String,
}

/// Which session ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionEnded {
    /// Whose.
    pub sub: UserId,
    /// Which.
    pub session_id: GrantId,
}

/// One session in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Which.
    pub session_id: GrantId,
    /// When it was opened.
    pub created_at: Time,
    /// When it was last refreshed.
    pub last_used: Time,
    /// When the person last proved who they are in it.
    pub auth_time: Time,
}

/// Ends all sessions but one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndOthers {
    /// The one that stays, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<GrantId>,
}

/// The credential has a new version: what was opened under older ones ends (OAUTH.md, "What ends what"). Idempotent:
/// telling it twice changes nothing the second time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CredentialChanged {
    /// The new version.
    pub version: i64,
    /// The session in which it was changed; it stays and gets new tokens under the new version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<GrantId>,
    /// Whether app grants with `offline_access` end too.
    #[serde(default)]
    pub apps: bool,
    /// When the person proved who they are, for the session that stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Time>,
}

/// The tokens of the session that stayed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CredentialAnswer {
    /// Absent where no session was to stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<SessionTokens>,
}
