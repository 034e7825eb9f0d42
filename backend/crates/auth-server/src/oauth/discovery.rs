//! What this server can do, for programs: metadata (RFC 8414, OpenID Connect Discovery) and the keys of ID tokens.
//!
//! It says what works and nothing else; a test calls everything that it names. Whoever adds a feature adds its line here.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use httpkit::{Scope, json_response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clients::{AuthMethod, GrantType, SigningAlgorithm};
use crate::core::Core;
use crate::keys::Jwk;
use crate::oauth::answer::OAuthError;
use crate::oauth::authorize::{Prompt, ResponseMode};
use crate::oauth::token::ACR;

/// What ID tokens say, then what userinfo says.
const CLAIMS: [&str; 17] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "at_hash",
    "sid",
    "name",
    "preferred_username",
    "profile",
    "picture",
    "email",
    "email_verified",
];

/// The metadata of this server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Metadata {
    /// The issuer of every token, and the `iss` of every authorization response (RFC 9207).
    pub issuer: String,
    /// Where an app sends the browser.
    pub authorization_endpoint: String,
    /// Where an app gets tokens.
    pub token_endpoint: String,
    /// Who the user is, for tokens with `openid`.
    pub userinfo_endpoint: String,
    /// The keys of ID tokens.
    pub jwks_uri: String,
    /// RFC 7009.
    pub revocation_endpoint: String,
    /// RFC 7662.
    pub introspection_endpoint: String,
    /// RFC 8628.
    pub device_authorization_endpoint: String,
    /// RFC 7591; only where apps may register themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// An app's id may be the URL of a document that says what it is (draft-ietf-oauth-client-id-metadata-document).
    pub client_id_metadata_document_supported: bool,
    /// RFC 9126.
    pub pushed_authorization_request_endpoint: String,
    /// Whether every app must push its requests; otherwise only those that are registered so.
    pub require_pushed_authorization_requests: bool,
    /// RFC 9449: what proofs may be signed with.
    pub dpop_signing_alg_values_supported: [&'static str; 4],
    /// Every scope there is.
    pub scopes_supported: Vec<&'static str>,
    /// `code` alone.
    pub response_types_supported: [&'static str; 1],
    /// How the answer reaches the app.
    pub response_modes_supported: [&'static str; 3],
    /// How an app gets tokens.
    pub grant_types_supported: Vec<&'static str>,
    /// What an app may want the person to be shown.
    pub prompt_values_supported: [&'static str; 4],
    /// RFC 7636; never `plain`.
    pub code_challenge_methods_supported: [&'static str; 1],
    /// How an app proves who it is at the token endpoint.
    pub token_endpoint_auth_methods_supported: [&'static str; 4],
    /// With what `private_key_jwt` assertions may be signed there.
    pub token_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    /// The same at the revocation endpoint.
    pub revocation_endpoint_auth_methods_supported: [&'static str; 4],
    /// With what assertions may be signed there.
    pub revocation_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    /// Introspection is for confidential apps.
    pub introspection_endpoint_auth_methods_supported: [&'static str; 3],
    /// With what assertions may be signed there.
    pub introspection_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    /// RFC 9207: `iss` comes with every authorization response.
    pub authorization_response_iss_parameter_supported: bool,
    /// One id for a user, whichever app asks.
    pub subject_types_supported: [&'static str; 1],
    /// What ID tokens are signed with.
    pub id_token_signing_alg_values_supported: [&'static str; 4],
    /// How sure we are of who somebody is.
    pub acr_values_supported: [&'static str; 1],
    /// What an ID token may say, and what userinfo may.
    pub claims_supported: [&'static str; 17],
    /// Claims are values, not references.
    pub claim_types_supported: [&'static str; 1],
    /// An app may ask for single claims; each is given by its scope.
    pub claims_parameter_supported: bool,
    /// OpenID Connect RP-Initiated Logout.
    pub end_session_endpoint: String,
    /// Apps can be told when a session ends (OpenID Connect Back-Channel Logout).
    pub backchannel_logout_supported: bool,
    /// They are told which: with its `sid`.
    pub backchannel_logout_session_supported: bool,
    /// The languages of the pages.
    pub ui_locales_supported: [&'static str; 2],
    /// Not supported.
    pub request_parameter_supported: bool,
    /// Not supported.
    pub request_uri_parameter_supported: bool,
}

impl Metadata {
    fn new(core: &Core) -> Self {
        let issuer = &*core.issuer;
        let at = |path: &str| format!("{issuer}{path}");
        let (methods, algorithms) =
            (AuthMethod::ALL.map(AuthMethod::name), SigningAlgorithm::ALL.map(SigningAlgorithm::name));
        Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: at("/oauth/authorize"),
            token_endpoint: at("/oauth/token"),
            userinfo_endpoint: at("/oauth/userinfo"),
            jwks_uri: at("/oauth/jwks"),
            revocation_endpoint: at("/oauth/revoke"),
            introspection_endpoint: at("/oauth/introspect"),
            device_authorization_endpoint: at("/oauth/device_authorization"),
            registration_endpoint: core.registration.is_possible().then(|| at("/oauth/register")),
            client_id_metadata_document_supported: true,
            pushed_authorization_request_endpoint: at("/oauth/par"),
            require_pushed_authorization_requests: core.requires_par,
            dpop_signing_alg_values_supported: httpkit::dpop::ALGORITHMS,
            scopes_supported: Scope::ALL.iter().map(|scope| scope.name()).collect(),
            response_types_supported: ["code"],
            response_modes_supported: ResponseMode::ALL,
            grant_types_supported: GrantType::ALL.map(GrantType::name).to_vec(),
            prompt_values_supported: Prompt::ALL,
            code_challenge_methods_supported: ["S256"],
            token_endpoint_auth_methods_supported: methods,
            token_endpoint_auth_signing_alg_values_supported: algorithms,
            revocation_endpoint_auth_methods_supported: methods,
            revocation_endpoint_auth_signing_alg_values_supported: algorithms,
            introspection_endpoint_auth_methods_supported: [
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
            ],
            introspection_endpoint_auth_signing_alg_values_supported: algorithms,
            authorization_response_iss_parameter_supported: true,
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: algorithms,
            acr_values_supported: [ACR],
            claims_supported: CLAIMS,
            claim_types_supported: ["normal"],
            claims_parameter_supported: true,
            end_session_endpoint: at("/oauth/logout"),
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            ui_locales_supported: ["en", "hi"],
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
        }
    }
}

/// A set of public keys (RFC 7517 section 5).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// What this server can do (RFC 8414).
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "oauth",
    responses((status = 200, body = Metadata, description = "The metadata")),
)]
pub(crate) async fn oauth_metadata(State(core): State<Arc<Core>>) -> Response {
    public(&Metadata::new(&core))
}

/// What this server can do (OpenID Connect Discovery): the same document.
#[utoipa::path(
    get, path = "/.well-known/openid-configuration", tag = "oauth",
    responses((status = 200, body = Metadata, description = "The metadata")),
)]
pub(crate) async fn openid_configuration(State(core): State<Arc<Core>>) -> Response {
    public(&Metadata::new(&core))
}

/// The public keys that ID tokens are verified with.
#[utoipa::path(
    get, path = "/oauth/jwks", tag = "oauth",
    responses((status = 200, body = JwkSet, description = "The keys")),
)]
pub(crate) async fn jwks(State(core): State<Arc<Core>>) -> Result<Response, OAuthError> {
    Ok(public(&JwkSet { keys: core.keys.jwks().await? }))
}

/// The same for everybody, for a few minutes.
fn public(body: &impl Serialize) -> Response {
    let caching = [(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))];
    (caching, json_response(StatusCode::OK, body)).into_response()
}
