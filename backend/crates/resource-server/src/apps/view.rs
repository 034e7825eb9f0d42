//! An app as its developer sees it.

use httpkit::ClientId;
use httpkit::auth_wire::{ClientOptions, ClientType, ClientView, ClientWithSecret};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// A developer's apps. The list is short, and always whole.
#[derive(Serialize, ToSchema)]
pub(super) struct Apps {
    /// Newest first.
    pub items: Vec<AppView>,
    /// Always null: there is one page.
    pub next_cursor: Option<String>,
}

/// One app.
#[derive(Serialize, ToSchema)]
#[schema(as = App)]
pub(super) struct AppView {
    #[schema(value_type = String)]
    client_id: ClientId,
    client_name: String,
    redirect_uris: Vec<String>,
    client_type: ClientType,
    grant_types: Vec<String>,
    /// What it may ask for, separated by spaces.
    scope: String,
    client_uri: Option<String>,
    logo_url: Option<String>,
    #[serde(flatten)]
    options: AppOptions,
    /// What a developer should think about again, in sentences.
    warnings: Vec<&'static str>,
    #[schema(format = DateTime)]
    created_at: String,
    /// When a token was last issued to it.
    #[schema(format = DateTime)]
    last_used: Option<String>,
    /// How many secrets open it now.
    secrets: usize,
}

/// What an app chose, also by saying nothing; the names are those of a new app.
#[derive(Serialize, ToSchema)]
struct AppOptions {
    token_endpoint_auth_method: Option<String>,
    token_endpoint_auth_signing_alg: Option<String>,
    #[schema(value_type = Option<Object>)]
    jwks: Option<serde_json::Value>,
    jwks_uri: Option<String>,
    require_pkce: Option<bool>,
    profile: Option<String>,
    dpop_bound_access_tokens: Option<bool>,
    require_pushed_authorization_requests: Option<bool>,
    id_token_signed_response_alg: Option<String>,
    default_max_age: Option<u32>,
    post_logout_redirect_uris: Option<Vec<String>>,
    backchannel_logout_uri: Option<String>,
    backchannel_logout_session_required: Option<bool>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
}

impl AppOptions {
    fn new(options: ClientOptions) -> Self {
        Self {
            token_endpoint_auth_method: options.token_endpoint_auth_method,
            token_endpoint_auth_signing_alg: options.token_endpoint_auth_signing_alg,
            jwks: options.jwks,
            jwks_uri: options.jwks_uri,
            require_pkce: options.require_pkce,
            profile: options.profile,
            dpop_bound_access_tokens: options.dpop_bound_access_tokens,
            require_pushed_authorization_requests: options.require_pushed_authorization_requests,
            id_token_signed_response_alg: options.id_token_signed_response_alg,
            default_max_age: options.default_max_age,
            post_logout_redirect_uris: options.post_logout_redirect_uris,
            backchannel_logout_uri: options.backchannel_logout_uri,
            backchannel_logout_session_required: options.backchannel_logout_session_required,
            policy_uri: options.policy_uri,
            tos_uri: options.tos_uri,
        }
    }
}

fn warnings(options: &ClientOptions) -> Vec<&'static str> {
    match options.require_pkce {
        Some(false) => vec![
            "PKCE is off: whoever steals a code of this app can use it. Turn it on as soon as your library knows it",
        ],
        _ => Vec::new(),
    }
}

/// An app and, once, its secret.
#[derive(Serialize, ToSchema)]
pub(super) struct AppWithSecret {
    #[serde(flatten)]
    app: AppView,
    /// Shown this once; absent for public apps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    client_secret: Option<String>,
}

impl AppView {
    pub fn new(app: &App, client: ClientView) -> Self {
        Self {
            logo_url: super::logo_address(app, client.options.logo_media.as_deref()),
            warnings: warnings(&client.options),
            options: AppOptions::new(client.options),
            client_id: client.client_id,
            client_name: client.client_name,
            redirect_uris: client.redirect_uris,
            client_type: client.client_type,
            grant_types: client.grant_types,
            scope: client.scope.to_string(),
            client_uri: client.client_uri,
            created_at: client.created_at.to_rfc3339(),
            last_used: client.last_used.map(|time| time.to_rfc3339()),
            secrets: client.secrets,
        }
    }
}

impl AppWithSecret {
    pub fn new(app: &App, created: ClientWithSecret) -> Self {
        Self { app: AppView::new(app, created.client), client_secret: created.client_secret }
    }
}
