//! What every replica of the resource server follows: the keys, and what was ended.

use serde::{Deserialize, Serialize};
use store::Time;

use crate::ids::{ClientId, GrantId, UserId};
use crate::tokens::HmacKey;

/// The keys that verify access tokens, the signing one first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerificationKeys {
    /// HS256 keys.
    pub keys: Vec<HmacKey>,
}

/// News for the replicas of the resource server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Events {
    /// Where to go on: pass it as `after`.
    pub next: String,
    /// What ended since `after` (with an overlap: the same entry may come again).
    pub ended: Vec<Ended>,
}

/// Something ended. Tokens that it covers are refused until `until`, after which none can be alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The entry's own id.
    pub id: String,
    /// What.
    #[serde(flatten)]
    pub what: EndedKind,
    /// How long it must be remembered.
    pub until: Time,
    /// What others may want to hear of it, beyond that it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notable: Option<Notable>,
}

/// An event behind the end of something, told once under the entry's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Notable {
    /// A session was ended: signed out, here or elsewhere.
    SessionEnded {
        /// Whose.
        sub: UserId,
        /// Which.
        sid: GrantId,
    },
    /// A person took back all that they allowed an app.
    ConsentWithdrawn {
        /// Whose.
        sub: UserId,
        /// Which app.
        client_id: ClientId,
    },
    /// A refresh token or a code was shown a second time, so somebody holds a copy; its grant ended.
    Reused {
        /// Whose.
        sub: UserId,
        /// Whose token it was: an app's, or `tapri-web` for a session.
        client_id: ClientId,
        /// The grant that ended.
        gid: GrantId,
        /// What was shown twice.
        what: Reused,
    },
}

/// What was shown a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reused {
    /// A refresh token that was rotated away.
    RefreshToken,
    /// A code that was redeemed before.
    AuthorizationCode,
}

/// What ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EndedKind {
    /// One grant of an app (`gid`).
    Grant {
        /// The grant.
        gid: GrantId,
    },
    /// A session, and with it every online grant that was born in it (`gid` or `sid`).
    Session {
        /// The session.
        sid: GrantId,
    },
    /// A subject's sessions with `ver` below this; and app tokens below `apps_from`.
    Subject {
        /// Whose.
        sub: UserId,
        /// Tokens of sessions, and of apps' online grants born in one, need at least this `ver`.
        sessions_from: i64,
        /// Tokens of apps need at least this `ver`.
        apps_from: i64,
        /// The session in which the credential was changed: apps' online grants born in it live on, whatever their `ver`
        /// (its own tokens were renewed and obey `sessions_from` like all).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep: Option<GrantId>,
    },
    /// What a user gave to an app: tokens with `rev` below this.
    Consent {
        /// Whose.
        sub: UserId,
        /// Which app.
        client_id: ClientId,
        /// Tokens need at least this `rev`.
        revision: i64,
    },
    /// An app as a whole: tokens with `cver` below this.
    Client {
        /// Which app.
        client_id: ClientId,
        /// Tokens need at least this `cver`.
        grants_from: i64,
    },
    /// A key that signed access tokens: no token of it is good, however young.
    Key {
        /// Its name.
        kid: String,
    },
    /// One access token.
    Token {
        /// Its `jti`.
        jti: String,
    },
}
