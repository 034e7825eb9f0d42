//! `auth_grants`. An ended grant stays until its codes and access tokens have expired, so that its absence always means
//! that there never was one.

use httpkit::{ClientId, GrantId, ScopeSet, UserId};
use serde::{Deserialize, Serialize};
use store::{Document, Id, Index, Schema, Time, Value};

/// A subject's grants of one kind, by age. No field in it moves with a refresh.
pub(crate) const BY_SUBJECT: &str = "by_subject";

/// Which endpoints a grant belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantKind {
    /// A signed-in browser or a person's own client: `/internal/v1/sessions`.
    Session,
    /// What a user gave to an app: `/oauth/token`.
    App,
}

impl From<GrantKind> for Value {
    fn from(kind: GrantKind) -> Self {
        match kind {
            GrantKind::Session => "session".into(),
            GrantKind::App => "app".into(),
        }
    }
}

/// A grant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub id: GrantId,
    pub kind: GrantKind,
    pub sub: UserId,
    pub client: ClientId,
    /// What an app may do; nothing for a session, which may do everything.
    pub scopes: ScopeSet,
    /// The session in which an app was let in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<GrantId>,
    /// Whether an app's grant ends with that session.
    pub online: bool,
    /// The credential's version under which it was born; a session that stays through a password change moves on.
    pub version: i64,
    /// The consent's revision under which it was born.
    pub revision: i64,
    /// The client's version under which it was born.
    pub client_version: i64,
    /// Counts the refreshes.
    pub generation: i64,
    /// When this generation began.
    pub rotated_at: Time,
    /// Where this generation came of a renewal: when the ones that it took by surprise began, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surprised: Vec<Time>,
    /// The key that signs this generation's refresh token.
    pub kid: String,
    /// When the person proved who they are.
    pub auth_time: Time,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// The code that was redeemed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_jti: Option<Id>,
    /// The thumbprint of the key without which a public app cannot refresh (RFC 9449 section 5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// Good until then, unless it is used before.
    pub idle_until: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// When the document may go.
    pub expires_at: Time,
}

impl Document for Grant {
    type Key = GrantId;
    const SCHEMA: &'static Schema =
        &Schema::new("auth_grants").indexes(&[Index::new(BY_SUBJECT).equal(&["sub", "kind"])]).expires("expires_at");

    fn key(&self) -> GrantId {
        self.id
    }
}
