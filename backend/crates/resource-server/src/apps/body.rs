//! What a developer sends of an app: all of it at once, or what is to change.

use httpkit::auth_wire::{ClientChange, ClientOptions, ClientType, NewClient};
use httpkit::{Error, Result, ScopeSet, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::text;

/// A new app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApp {
    /// What people read when it asks for access.
    #[schema(
        min_length = 1,
        max_length = 80,
        pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$",
        example = "Print shop"
    )]
    client_name: String,
    /// Where codes may be sent, compared byte for byte (on the loopback the port may vary).
    #[schema(example = json!(["https://print.example/callback"]))]
    redirect_uris: Vec<String>,
    client_type: ClientType,
    /// `authorization_code`, `refresh_token`, `client_credentials`, `urn:ietf:params:oauth:grant-type:device_code`; the
    /// first two where nothing is said.
    #[serde(default)]
    grant_types: Vec<String>,
    /// What it may ask for, separated by spaces; everything that is not for moderators and admins where nothing is said.
    #[serde(default)]
    #[schema(example = "openid profile posts:read")]
    scope: Option<String>,
    /// Its page.
    #[serde(default)]
    #[schema(example = "https://print.example")]
    client_uri: Option<String>,
    /// One of the developer's own photos, ready; shown to people who are asked.
    #[serde(default)]
    pub logo_media_id: Option<String>,
    /// `client_secret_basic` (then `client_secret_post` is taken too) or `private_key_jwt`; a public app has `none`.
    #[serde(default)]
    #[schema(pattern = "^(none|client_secret_basic|client_secret_post|private_key_jwt)$")]
    token_endpoint_auth_method: Option<String>,
    /// The one algorithm of its assertions: `RS256`, `PS256`, `ES256`, `EdDSA`.
    #[serde(default)]
    #[schema(pattern = "^(RS256|PS256|ES256|EdDSA)?$")]
    token_endpoint_auth_signing_alg: Option<String>,
    /// Its public keys, a JWK set.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    jwks: Option<serde_json::Value>,
    /// Where its public keys are, instead of `jwks`: https, on the internet.
    #[serde(default)]
    jwks_uri: Option<String>,
    /// Leave it out. `false`, for a confidential app alone, is a risk: whoever steals a code can use it.
    #[serde(default)]
    require_pkce: Option<bool>,
    /// `standard` or `fapi2`.
    #[serde(default)]
    #[schema(pattern = "^(standard|fapi2)$")]
    profile: Option<String>,
    /// Whether it gets only tokens that are bound to a key (DPoP).
    #[serde(default)]
    dpop_bound_access_tokens: Option<bool>,
    /// Whether it asks only by pushed requests.
    #[serde(default)]
    require_pushed_authorization_requests: Option<bool>,
    /// What its ID tokens are signed with: `RS256`, `PS256`, `ES256`, `EdDSA`.
    #[serde(default)]
    #[schema(pattern = "^(RS256|PS256|ES256|EdDSA)$")]
    id_token_signed_response_alg: Option<String>,
    /// Seconds: the `max_age` of a request that names none.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 4_294_967_295_u32)]
    default_max_age: Option<u32>,
    /// Where the browser may go after a logout that the app asked for.
    #[serde(default)]
    post_logout_redirect_uris: Option<Vec<String>>,
    /// Where the app is told that a session ended.
    #[serde(default)]
    backchannel_logout_uri: Option<String>,
    /// Whether it needs `sid` for that; it always gets one.
    #[serde(default)]
    backchannel_logout_session_required: Option<bool>,
    /// What the app does with people's data.
    #[serde(default)]
    policy_uri: Option<String>,
    /// Its terms.
    #[serde(default)]
    tos_uri: Option<String>,
}

/// What is to change of an app; what is not said stays, and an empty text, list or key set takes away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppChange {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 80, pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$")]
    client_name: Option<String>,
    #[serde(default)]
    redirect_uris: Option<Vec<String>>,
    /// As in a new app. What it got before by a way that is taken away stays.
    #[serde(default)]
    grant_types: Option<Vec<String>>,
    /// Separated by spaces.
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    client_uri: Option<String>,
    /// Another photo; an empty text takes it away.
    #[serde(default)]
    pub logo_media_id: Option<String>,
    #[serde(default)]
    #[schema(pattern = "^(none|client_secret_basic|client_secret_post|private_key_jwt)$")]
    token_endpoint_auth_method: Option<String>,
    #[serde(default)]
    #[schema(pattern = "^(RS256|PS256|ES256|EdDSA)?$")]
    token_endpoint_auth_signing_alg: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    jwks: Option<serde_json::Value>,
    #[serde(default)]
    jwks_uri: Option<String>,
    #[serde(default)]
    require_pkce: Option<bool>,
    #[serde(default)]
    #[schema(pattern = "^(standard|fapi2)$")]
    profile: Option<String>,
    #[serde(default)]
    dpop_bound_access_tokens: Option<bool>,
    #[serde(default)]
    require_pushed_authorization_requests: Option<bool>,
    #[serde(default)]
    #[schema(pattern = "^(RS256|PS256|ES256|EdDSA)$")]
    id_token_signed_response_alg: Option<String>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "text::named")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 4_294_967_295_u32)]
    default_max_age: Option<Option<u32>>,
    #[serde(default)]
    post_logout_redirect_uris: Option<Vec<String>>,
    #[serde(default)]
    backchannel_logout_uri: Option<String>,
    #[serde(default)]
    backchannel_logout_session_required: Option<bool>,
    #[serde(default)]
    policy_uri: Option<String>,
    #[serde(default)]
    tos_uri: Option<String>,
}

/// The options of a body: both have the same fields.
macro_rules! options {
    ($body:expr, $default_max_age:expr, $logo:expr) => {
        ClientOptions {
            token_endpoint_auth_method: $body.token_endpoint_auth_method,
            token_endpoint_auth_signing_alg: $body.token_endpoint_auth_signing_alg,
            jwks: $body.jwks,
            jwks_uri: $body.jwks_uri,
            require_pkce: $body.require_pkce,
            profile: $body.profile,
            dpop_bound_access_tokens: $body.dpop_bound_access_tokens,
            require_pushed_authorization_requests: $body.require_pushed_authorization_requests,
            id_token_signed_response_alg: $body.id_token_signed_response_alg,
            default_max_age: $default_max_age,
            post_logout_redirect_uris: $body.post_logout_redirect_uris,
            backchannel_logout_uri: $body.backchannel_logout_uri,
            backchannel_logout_session_required: $body.backchannel_logout_session_required,
            logo_uri: None,
            logo_media: $logo,
            policy_uri: $body.policy_uri,
            tos_uri: $body.tos_uri,
        }
    };
}

impl NewApp {
    /// As the auth server wants it, with the picture as `logo`.
    pub fn into_wire(self, owner: UserId, logo: Option<String>) -> Result<NewClient> {
        Ok(NewClient {
            owner,
            client_name: self.client_name,
            redirect_uris: self.redirect_uris,
            client_type: self.client_type,
            grant_types: self.grant_types,
            scope: self.scope.as_deref().map(scopes).transpose()?,
            client_uri: self.client_uri,
            options: options!(self, self.default_max_age, logo),
        })
    }
}

impl AppChange {
    /// As the auth server wants it, with the picture as `logo`.
    pub fn into_wire(self, logo: Option<String>) -> Result<ClientChange> {
        Ok(ClientChange {
            client_name: self.client_name,
            redirect_uris: self.redirect_uris,
            grant_types: self.grant_types,
            no_default_max_age: self.default_max_age == Some(None),
            scope: self.scope.as_deref().map(scopes).transpose()?,
            client_uri: self.client_uri,
            options: options!(self, self.default_max_age.flatten(), logo),
        })
    }
}

fn scopes(names: &str) -> Result<ScopeSet> {
    names
        .parse()
        .map_err(|unknown| Error::invalid("scope", "scope_invalid", format!("There is no scope like that ({unknown})")))
}
