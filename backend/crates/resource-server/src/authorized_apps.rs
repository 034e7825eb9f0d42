//! "Apps with access": what a user let in, with which rights and when it was last used; taking it back.

use axum::extract::State;
use httpkit::auth_wire::AuthorizedApp;
use httpkit::extract::Path;
use httpkit::{ClientId, Envelope, Error, Nothing, Reply, Result, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::apps;
use crate::caller::FirstParty;
use crate::consent::{ScopeWords, words_of};
use crate::users::{self, UserCard};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(withdraw))
}

/// The apps that a user let in. The list is short, and always whole.
#[derive(Serialize, ToSchema)]
struct AuthorizedApps {
    /// Newest first.
    items: Vec<AuthorizedAppView>,
    /// Always null: there is one page.
    next_cursor: Option<String>,
}

/// One app that a user let in.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthorizedApp)]
struct AuthorizedAppView {
    #[schema(value_type = String)]
    client_id: ClientId,
    client_name: String,
    client_uri: Option<String>,
    logo_url: Option<String>,
    /// Who made it; null for an app of the house, and for one that registered itself.
    made_by: Option<UserCard>,
    /// What it may do.
    scopes: Vec<ScopeWords>,
    /// When it was first let in.
    #[schema(format = DateTime)]
    granted_at: String,
    /// When a token was last issued to it.
    #[schema(format = DateTime)]
    last_used: Option<String>,
}

/// List the apps with access
#[utoipa::path(
    get, path = "/me/authorized-apps", tag = "Apps", operation_id = "listAuthorizedApps",
    security(("session" = [])),
    responses((status = 200, description = "The apps, newest first", body = Envelope<AuthorizedApps>))
)]
async fn list(State(state): State<App>, person: FirstParty) -> Result<Reply<AuthorizedApps>> {
    let let_in = state.auth().authorized_apps(person.user).await?;
    let owners: Vec<UserId> = let_in.iter().filter_map(|app| app.owner).collect();
    let mut cards = users::cards(&state, &owners).await?.into_iter();
    let items = let_in.into_iter().map(|app| {
        let made_by = app.owner.and_then(|_| cards.next().flatten());
        let logo_url = apps::logo_address(&state, app.logo_media.as_deref());
        view(app, made_by, logo_url)
    });
    Ok(Reply::ok(
        "These apps have access to your account",
        AuthorizedApps { items: items.collect(), next_cursor: None },
    ))
}

fn view(app: AuthorizedApp, made_by: Option<UserCard>, logo_url: Option<String>) -> AuthorizedAppView {
    AuthorizedAppView {
        client_id: app.client_id,
        client_name: app.client_name,
        client_uri: app.client_uri,
        logo_url,
        made_by,
        scopes: words_of(app.scopes),
        granted_at: app.granted_at.to_rfc3339(),
        last_used: app.last_used.map(|time| time.to_rfc3339()),
    }
}

/// Withdraw an app's access
///
/// Every token that it holds for this account is dead at once.
#[utoipa::path(
    delete, path = "/me/authorized-apps/{client_id}", tag = "Apps", operation_id = "withdrawApp",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app")),
    responses((status = 200, description = "Withdrawn", body = Envelope<Nothing>))
)]
async fn withdraw(State(app): State<App>, person: FirstParty, Path(client): Path<String>) -> Result<Reply<Nothing>> {
    let client = client.parse().map_err(|_| Error::not_found("app_not_authorized", "You have not let this app in"))?;
    app.auth().withdraw_app(person.user, &client).await?;
    app.follower().catch_up(&app).await;
    Ok(Reply::done("The app has no access any more"))
}
