//! An app as its developer sees it.

use httpkit::ClientId;
use httpkit::auth_wire::{ClientType, ClientView, ClientWithSecret};
use serde::Serialize;
use utoipa::ToSchema;

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
    /// How it proves who it is at the token endpoint: `none` or `client_secret_basic`.
    token_endpoint_auth_method: String,
    /// What it may ask for, separated by spaces.
    scope: String,
    client_uri: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    /// When a token was last issued to it.
    #[schema(format = DateTime)]
    last_used: Option<String>,
    /// How many secrets open it now.
    secrets: usize,
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
    pub fn new(client: ClientView) -> Self {
        Self {
            client_id: client.client_id,
            client_name: client.client_name,
            redirect_uris: client.redirect_uris,
            client_type: client.client_type,
            grant_types: client.grant_types,
            token_endpoint_auth_method: client.token_endpoint_auth_method,
            scope: client.scope.to_string(),
            client_uri: client.client_uri,
            created_at: client.created_at.to_rfc3339(),
            last_used: client.last_used.map(|time| time.to_rfc3339()),
            secrets: client.secrets,
        }
    }
}

impl AppWithSecret {
    pub fn new(created: ClientWithSecret) -> Self {
        Self { app: AppView::new(created.client), client_secret: created.client_secret }
    }
}
