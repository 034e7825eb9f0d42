//! A developer's own apps: registering, changing, another secret, deleting. "Third-party apps" in API.md.
//!
//! What may be a name, a redirect URI or a scope of an app is the auth server's to judge, since it keeps them; this side
//! knows whose they are and how often one may try. Names are those of RFC 7591. A secret is in one answer only.

mod view;

use axum::extract::State;
use httpkit::auth_wire::{ClientChange, ClientType, NewClient};
use httpkit::extract::{Json, Path};
use httpkit::limits::Limit;
use httpkit::{ClientId, Envelope, Error, Nothing, Reply, Result, ScopeSet, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::FirstParty;
use view::{AppView, AppWithSecret, Apps};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(renew_secret))
}

/// List one's own apps
#[utoipa::path(
    get, path = "/apps", tag = "Apps", operation_id = "listApps",
    security(("session" = [])),
    responses((status = 200, description = "The apps, newest first", body = Envelope<Apps>))
)]
async fn list(State(app): State<App>, developer: FirstParty) -> Result<Reply<Apps>> {
    let clients = app.auth().clients(developer.user).await?;
    let items = clients.into_iter().map(AppView::new).collect();
    Ok(Reply::ok("Your apps", Apps { items, next_cursor: None }))
}

/// A new app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApp {
    /// What people read when it asks for access.
    #[schema(min_length = 1, max_length = 80, example = "Print shop")]
    client_name: String,
    /// Where codes may be sent, compared byte for byte (on the loopback the port may vary).
    #[schema(example = json!(["https://print.example/callback"]))]
    redirect_uris: Vec<String>,
    client_type: ClientType,
    /// `authorization_code`, `refresh_token`, `client_credentials`; the first two where nothing is said.
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
}

/// Register an app
///
/// The answer holds the secret of a confidential app, this once.
#[utoipa::path(
    post, path = "/apps", tag = "Apps", operation_id = "createApp",
    security(("session" = [])),
    request_body = NewApp,
    responses((status = 201, description = "Registered", body = Envelope<AppWithSecret>))
)]
async fn create(
    State(app): State<App>,
    developer: FirstParty,
    Json(new): Json<NewApp>,
) -> Result<Reply<AppWithSecret>> {
    limit(&app, developer.user).await?;
    let client = NewClient {
        owner: developer.user,
        client_name: new.client_name,
        redirect_uris: new.redirect_uris,
        client_type: new.client_type,
        grant_types: new.grant_types,
        scope: new.scope.as_deref().map(scopes).transpose()?,
        client_uri: new.client_uri,
    };
    let created = app.auth().create_client(&client).await?;
    Ok(Reply::created("App registered", AppWithSecret::new(created)))
}

/// Show one of one's own apps
#[utoipa::path(
    get, path = "/apps/{client_id}", tag = "Apps", operation_id = "getApp",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app")),
    responses((status = 200, description = "The app", body = Envelope<AppView>))
)]
async fn show(State(app): State<App>, developer: FirstParty, Path(client): Path<String>) -> Result<Reply<AppView>> {
    let client = app.auth().client(developer.user, &parse(&client)?).await?;
    Ok(Reply::ok("App", AppView::new(client)))
}

/// What is to change of an app; what is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppChange {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 80)]
    client_name: Option<String>,
    #[serde(default)]
    redirect_uris: Option<Vec<String>>,
    /// Separated by spaces.
    #[serde(default)]
    scope: Option<String>,
    /// An empty text takes it away.
    #[serde(default)]
    client_uri: Option<String>,
}

/// Change an app
#[utoipa::path(
    patch, path = "/apps/{client_id}", tag = "Apps", operation_id = "changeApp",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app")),
    request_body = AppChange,
    responses((status = 200, description = "Changed", body = Envelope<AppView>))
)]
async fn change(
    State(app): State<App>,
    developer: FirstParty,
    Path(client): Path<String>,
    Json(change): Json<AppChange>,
) -> Result<Reply<AppView>> {
    let client = parse(&client)?;
    limit(&app, developer.user).await?;
    let change = ClientChange {
        client_name: change.client_name,
        redirect_uris: change.redirect_uris,
        scope: change.scope.as_deref().map(scopes).transpose()?,
        client_uri: change.client_uri,
    };
    let changed = app.auth().change_client(developer.user, &client, &change).await?;
    Ok(Reply::ok("App changed", AppView::new(changed)))
}

/// Delete an app
///
/// Everything that people gave it ends at once.
#[utoipa::path(
    delete, path = "/apps/{client_id}", tag = "Apps", operation_id = "deleteApp",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app")),
    responses((status = 200, description = "Deleted", body = Envelope<Nothing>))
)]
async fn remove(State(app): State<App>, developer: FirstParty, Path(client): Path<String>) -> Result<Reply<Nothing>> {
    app.auth().delete_client(developer.user, &parse(&client)?).await?;
    app.follower().catch_up(&app).await;
    Ok(Reply::done("App deleted"))
}

/// Give an app another secret
///
/// The old one lives on for a day; there are two at most.
#[utoipa::path(
    post, path = "/apps/{client_id}/secret", tag = "Apps", operation_id = "renewAppSecret",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app")),
    responses((status = 201, description = "The new secret, shown this once", body = Envelope<AppWithSecret>))
)]
async fn renew_secret(
    State(app): State<App>,
    developer: FirstParty,
    Path(client): Path<String>,
) -> Result<Reply<AppWithSecret>> {
    let client = parse(&client)?;
    limit(&app, developer.user).await?;
    let renewed = app.auth().rotate_client_secret(developer.user, &client).await?;
    Ok(Reply::created("New secret made", AppWithSecret::new(renewed)))
}

async fn limit(app: &App, developer: UserId) -> Result<()> {
    app.limits().subject(Limit::App, &developer.to_string()).await
}

fn parse(client: &str) -> Result<ClientId> {
    client.parse().map_err(|_| Error::not_found("client_not_found", "App not found"))
}

fn scopes(names: &str) -> Result<ScopeSet> {
    names
        .parse()
        .map_err(|unknown| Error::invalid("scope", "scope_invalid", format!("There is no scope like that ({unknown})")))
}
