//! Apps: what their developers register and what users let in.

use serde::{Deserialize, Serialize};
use store::Time;

use crate::ids::{ClientId, UserId};
use crate::scope::ScopeSet;

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
    /// See [`ClientOptions::logo_media`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_media: Option<String>,
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

/// What an app may choose beyond its name and its redirect URIs (names as in RFC 7591, OpenID Connect Registration and
/// their kin). What is absent is the default in a new app and stays in a change; an empty text, list or key set takes away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct ClientOptions {
    /// `none`, `client_secret_basic`, `client_secret_post` or `private_key_jwt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<String>,
    /// The one algorithm of its assertions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// Its public keys, a JWK set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<serde_json::Value>,
    /// Where its public keys are, instead of `jwks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// `false` only for a confidential app whose library knows no PKCE: a code that is stolen can then be put into
    /// somebody else's sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_pkce: Option<bool>,
    /// `standard` or `fapi2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Whether it gets only tokens that are bound to a key (RFC 9449).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpop_bound_access_tokens: Option<bool>,
    /// Whether it asks only by pushed requests (RFC 9126).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_pushed_authorization_requests: Option<bool>,
    /// `RS256`, `PS256`, `ES256` or `EdDSA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// Seconds: the `max_age` of a request that names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// Where the browser may go after a logout that the app asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Where the app is told that a session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it needs `sid` for that; it always gets one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_session_required: Option<bool>,
    /// A picture somewhere else. Kept, and never shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// A picture of the resource server's, in its own words: the one that people are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_media: Option<String>,
    /// What the app does with people's data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
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
    /// The rest; the method must fit `client_type`.
    #[serde(flatten)]
    pub options: ClientOptions,
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
    /// See [`NewClient::grant_types`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
    /// See [`NewClient::scope`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeSet>,
    /// Takes [`ClientOptions::default_max_age`] away.
    #[serde(default)]
    pub no_default_max_age: bool,
    /// See [`NewClient::client_uri`]; an empty text takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// See [`NewClient::options`].
    #[serde(flatten)]
    pub options: ClientOptions,
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
    /// See [`NewClient::scope`].
    pub scope: ScopeSet,
    /// See [`NewClient::client_uri`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Everything that was chosen, also what was chosen by saying nothing.
    #[serde(flatten)]
    pub options: ClientOptions,
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
