//! What the resource server and the auth server say to each other on `/internal/v1/*`: paths' bodies, nothing else.
//!
//! The direction is always resource → auth, over HTTP, with the service credential as Bearer. Of a person only the opaque
//! [`UserId`] crosses. A body here is plain JSON without the public envelope; a refusal is a [`WireError`] with a 4xx.
//!
//! | call | body | answer |
//! | --- | --- | --- |
//! | `GET keys` | | [`VerificationKeys`] |
//! | `GET events?after=&wait_ms=` | | [`Events`] (long poll) |
//! | `POST sessions` | [`OpenSession`] | [`SessionTokens`] |
//! | `POST sessions/refresh` | [`RefreshSession`] | [`SessionTokens`] |
//! | `POST sessions/logout` | [`EndSession`] | [`SessionEnded`] |
//! | `GET subjects/{sub}/sessions` | | [`Listed<SessionView>`] |
//! | `DELETE subjects/{sub}/sessions/{session_id}` | | [`Done`] |
//! | `POST subjects/{sub}/sessions/end` | [`EndOthers`] | [`Done`] |
//! | `POST subjects/{sub}/credential` | [`CredentialChanged`] | [`CredentialAnswer`] |
//! | `GET subjects/{sub}/apps` | | [`Listed<AuthorizedApp>`] |
//! | `DELETE subjects/{sub}/apps/{client_id}` | | [`Done`] |
//! | `GET clients?owner=` / `POST clients` | [`NewClient`] | [`Listed<ClientView>`] / [`ClientWithSecret`] |
//! | `GET`/`PATCH`/`DELETE clients/{client_id}?owner=` | [`ClientChange`] | [`ClientView`] / [`Done`] |
//! | `POST clients/{client_id}/secret?owner=` | | [`ClientWithSecret`] |
//! | `PUT clients/own/{client_id}` | [`OwnClient`] | [`Done`] |
//! | `POST consent/view` | [`ConsentQuestion`] | [`ConsentView`] |
//! | `POST consent/decide` | [`ConsentDecision`] | [`ConsentAnswer`] |
//! | `GET openapi` | | the OpenAPI document of the auth server's public routes (`auth_server::openapi()`) |

use serde::{Deserialize, Serialize};
use store::Time;

use crate::ids::{ClientId, GrantId, UserId};
use crate::scope::ScopeSet;
use crate::tokens::HmacKey;

/// A refusal: `error` is a stable slug, `error_description` a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{error}: {error_description}")]
pub struct WireError {
    /// For programs: `invalid_grant`, `session_below_floor`, `request_finished`, `request_expired`, `client_not_found`, …
    pub error: String,
    /// For people.
    pub error_description: String,
    /// The field at fault, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// Nothing more to say.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Done {}

/// A list that is short by nature (one person's sessions, one developer's apps).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listed<T> {
    /// Newest first.
    pub items: Vec<T>,
}

/// The keys that verify access tokens, the signing one first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerificationKeys {
    /// HS256 keys.
    pub keys: Vec<HmacKey>,
}

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

/// An app that a user let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizedApp {
    /// Which.
    pub client_id: ClientId,
    /// Its name.
    pub client_name: String,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Who made it, where a user did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// What it may do.
    pub scopes: ScopeSet,
    /// When it was first let in.
    pub granted_at: Time,
    /// When a token was last issued to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Time>,
}

/// Whether an app can keep a secret (RFC 6749 section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientType {
    /// Runs on people's devices.
    Public,
    /// Runs on a server and has a secret.
    Confidential,
}

/// A new app (names as in RFC 7591).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewClient {
    /// The developer.
    pub owner: UserId,
    /// What people read on the consent page.
    pub client_name: String,
    /// Where codes may be sent, compared byte for byte.
    pub redirect_uris: Vec<String>,
    /// Whether it gets a secret.
    pub client_type: ClientType,
    /// `authorization_code`, `refresh_token`, `client_credentials`; empty: code and refresh.
    #[serde(default)]
    pub grant_types: Vec<String>,
    /// What it may ask for; absent: everything that is not for moderators and admins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeSet>,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
}

/// A change to an app: what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ClientChange {
    /// See [`NewClient::client_name`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// See [`NewClient::redirect_uris`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uris: Option<Vec<String>>,
    /// See [`NewClient::scope`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeSet>,
    /// See [`NewClient::client_uri`]; an empty text takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
}

/// An app as its developer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientView {
    /// Which.
    pub client_id: ClientId,
    /// See [`NewClient::client_name`].
    pub client_name: String,
    /// See [`NewClient::redirect_uris`].
    pub redirect_uris: Vec<String>,
    /// See [`NewClient::client_type`].
    pub client_type: ClientType,
    /// See [`NewClient::grant_types`].
    pub grant_types: Vec<String>,
    /// `none`, `client_secret_basic`.
    pub token_endpoint_auth_method: String,
    /// See [`NewClient::scope`].
    pub scope: ScopeSet,
    /// See [`NewClient::client_uri`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// When it was registered.
    pub created_at: Time,
    /// When a token was last issued to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Time>,
    /// How many secrets open it now (two during a rotation).
    pub secrets: usize,
}

/// An app and, once, its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientWithSecret {
    /// The app.
    pub client: ClientView,
    /// Shown this once; kept only as a hash. Absent for public apps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

/// A public app of the house's own, with an id that the house chose (`/docs` has one: [`ClientId::DOCS`]). It has no owner
/// and no secret, uses the code with PKCE and may refresh, may ask for every scope that is not for moderators and admins,
/// and its consent is asked like any other's. Sent at every start of the resource server: the auth server registers it, or
/// brings what it has up to date; telling it twice changes nothing the second time. An id that a developer's app has
/// already is refused with `client_taken`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnClient {
    /// See [`NewClient::client_name`].
    pub client_name: String,
    /// See [`NewClient::redirect_uris`].
    pub redirect_uris: Vec<String>,
}

/// What is a pending authorization request asking?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConsentQuestion {
    /// The sealed request from the page's address.
    pub request: String,
    /// The browser's flow cookies, name and value: the one named after the request must be among them.
    pub flow_cookies: Vec<(String, String)>,
    /// Who is signed in, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<UserId>,
    /// In which session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<GrantId>,
    /// The most that this user's role can give.
    pub ceiling: ScopeSet,
}

/// What the consent page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentView {
    /// The app.
    pub client_id: ClientId,
    /// Its name.
    pub client_name: String,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Who made it, where a user did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// What it asks for, within the ceiling.
    pub scopes: ScopeSet,
    /// What it cannot do without.
    pub required: ScopeSet,
    /// What this user gave it before.
    pub granted: ScopeSet,
    /// The host that the person is sent to afterwards.
    pub redirect_host: String,
    /// Whether the person must sign in again first.
    pub reauthenticate: bool,
    /// Whom the app expects, as it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
}

/// What the person decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConsentDecision {
    /// The sealed request.
    pub request: String,
    /// See [`ConsentQuestion::flow_cookies`].
    pub flow_cookies: Vec<(String, String)>,
    /// Who decides.
    pub sub: UserId,
    /// In which session.
    pub session_id: GrantId,
    /// The most that this user's role can give.
    pub ceiling: ScopeSet,
    /// Allow, or not.
    pub allow: bool,
    /// What is allowed; within what was asked.
    pub scopes: ScopeSet,
}

/// Where the browser goes next.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConsentAnswer {
    /// The app's redirect URI with code or error, `state` and `iss`.
    pub redirect_to: String,
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
    /// One access token.
    Token {
        /// Its `jti`.
        jti: String,
    },
}
