//! A developer's own apps: registering, changing, another secret, deleting. "Third-party apps" in API.md.
//!
//! What may be a name, a redirect URI or a scope of an app is the auth server's to judge, since it keeps them; this side
//! knows whose they are and how often one may try. Names are those of RFC 7591. A secret is in one answer only.

mod body;
mod logo;
mod view;

use axum::extract::State;
use httpkit::extract::{Json, Path};
use httpkit::limits::Limit;
use httpkit::{ClientId, Envelope, Error, Nothing, Reply, Result, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::FirstParty;
use crate::webhooks;
use body::{AppChange, NewApp};
use logo::Logo;
use view::{AppView, AppWithSecret, Apps};

pub(crate) use logo::address as logo_address;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(renew_secret))
        .routes(routes!(revoke_all))
}

/// List one's own apps
#[utoipa::path(
    get, path = "/apps", tag = "Apps", operation_id = "listApps",
    security(("session" = [])),
    responses((status = 200, description = "The apps, newest first", body = Envelope<Apps>))
)]
async fn list(State(app): State<App>, developer: FirstParty) -> Result<Reply<Apps>> {
    let clients = app.auth().clients(developer.user).await?;
    let items = clients.into_iter().map(|client| AppView::new(&app, client)).collect();
    Ok(Reply::ok("Your apps", Apps { items, next_cursor: None }))
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
    let logo = match new.logo_media_id.as_deref().filter(|id| !id.is_empty()) {
        Some(id) => Some(Logo::find(&app, developer.user, id).await?),
        None => None,
    };
    let words = logo.as_ref().map(|logo| logo.words.clone());
    let created = app.auth().create_client(&new.into_wire(developer.user, words)?).await?;
    if let Some(logo) = logo {
        logo.claim(&app).await?;
    }
    Ok(Reply::created("App registered", AppWithSecret::new(&app, created)))
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
    Ok(Reply::ok("App", AppView::new(&app, client)))
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
    let logo = match change.logo_media_id.as_deref().filter(|id| !id.is_empty()) {
        Some(id) => Some(Logo::find(&app, developer.user, id).await?),
        None => None,
    };
    // An empty text takes the picture away, as it does with everything else.
    let words =
        change.logo_media_id.as_ref().map(|_| logo.as_ref().map_or_else(String::new, |logo| logo.words.clone()));
    let former = app.auth().client(developer.user, &client).await?.options.logo_media;
    let changed = app.auth().change_client(developer.user, &client, &change.into_wire(words)?).await?;
    if let Some(logo) = logo {
        logo.claim(&app).await?;
    }
    if let Some(former) = former.filter(|former| changed.options.logo_media.as_ref() != Some(former)) {
        logo::release(&app, &former).await?;
    }
    Ok(Reply::ok("App changed", AppView::new(&app, changed)))
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
    let client = parse(&client)?;
    let logo = app.auth().client(developer.user, &client).await?.options.logo_media;
    app.auth().delete_client(developer.user, &client).await?;
    webhooks::forget_app(&app, client).await?;
    app.follower().catch_up(&app).await;
    if let Some(logo) = logo {
        logo::release(&app, &logo).await?;
    }
    Ok(Reply::done("App deleted"))
}

/// End everything that people gave to an app
///
/// For a developer whose app or tokens were stolen: every token that it holds is dead at once. What people allowed is
/// remembered, so that they need not be asked again.
#[utoipa::path(
    post, path = "/apps/{client_id}/revoke", tag = "Apps", operation_id = "revokeAppTokens",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app")),
    responses((status = 200, description = "Ended", body = Envelope<Nothing>))
)]
async fn revoke_all(
    State(app): State<App>,
    developer: FirstParty,
    Path(client): Path<String>,
) -> Result<Reply<Nothing>> {
    limit(&app, developer.user).await?;
    app.auth().revoke_client_tokens(developer.user, &parse(&client)?).await?;
    app.follower().catch_up(&app).await;
    Ok(Reply::done("Every token of this app is dead"))
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
    Ok(Reply::created("New secret made", AppWithSecret::new(&app, renewed)))
}

async fn limit(app: &App, developer: UserId) -> Result<()> {
    app.limits().subject(Limit::App, &developer.to_string()).await
}

fn parse(client: &str) -> Result<ClientId> {
    client.parse().map_err(|_| Error::not_found("client_not_found", "App not found"))
}
