//! A developer's routes: the webhooks of their own apps, in person only.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use httpkit::extract::{Json, PageQuery, Path, Query};
use httpkit::{Envelope, Error, Nothing, Reply, Result, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{NewWebhook, WebhookChange};
use super::documents::Owner;
use super::manage::{self, WebhookList};
use super::view::{DeliveryView, RenewedSecret, WebhookView, WebhookWithSecret};
use super::{again, log};
use crate::app::App;
use crate::caller::FirstParty;
use crate::paging::Listing;
use crate::problems::{Reading, Writing};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(change, remove))
        .routes(routes!(renew_secret))
        .routes(routes!(test))
        .routes(routes!(deliveries))
        .routes(routes!(replay))
}

/// List an app's webhooks
#[utoipa::path(
    get, path = "/apps/{client_id}/webhooks", tag = "Webhooks", operation_id = "listAppWebhooks",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app")),
    responses((status = 200, description = "The webhooks, oldest first", body = Envelope<WebhookList>), Reading)
)]
async fn list(State(app): State<App>, person: FirstParty, Path(client): Path<String>) -> Result<Reply<WebhookList>> {
    let owner = own(&app, person.user, &client).await?;
    Ok(Reply::ok("Webhooks", manage::list(&app, &owner).await?))
}

/// Add a webhook
///
/// The answer holds its secret, this once.
#[utoipa::path(
    post, path = "/apps/{client_id}/webhooks", tag = "Webhooks", operation_id = "createAppWebhook",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app")),
    request_body = NewWebhook,
    responses((status = 201, description = "Added", body = Envelope<WebhookWithSecret>), Writing)
)]
async fn create(
    State(app): State<App>,
    person: FirstParty,
    Path(client): Path<String>,
    Json(new): Json<NewWebhook>,
) -> Result<Reply<WebhookWithSecret>> {
    manage::limit(&app, person.user).await?;
    let owner = own(&app, person.user, &client).await?;
    let wish = new.parse(&app, &owner)?;
    Ok(Reply::created("Webhook added", manage::create(&app, owner, Some(person.user), wish).await?))
}

/// Change a webhook
#[utoipa::path(
    patch, path = "/apps/{client_id}/webhooks/{webhook_id}", tag = "Webhooks", operation_id = "changeAppWebhook",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app"), ("webhook_id" = String, Path, description = "The webhook")),
    request_body = WebhookChange,
    responses((status = 200, description = "Changed", body = Envelope<WebhookView>), Writing)
)]
async fn change(
    State(app): State<App>,
    person: FirstParty,
    Path((client, webhook)): Path<(String, String)>,
    Json(change): Json<WebhookChange>,
) -> Result<Reply<WebhookView>> {
    manage::limit(&app, person.user).await?;
    let owner = own(&app, person.user, &client).await?;
    let changes = change.parse(&app, &owner)?;
    Ok(Reply::ok("Webhook changed", manage::change(&app, &owner, &webhook, changes).await?))
}

/// Remove a webhook
///
/// What is on its way to it is given up.
#[utoipa::path(
    delete, path = "/apps/{client_id}/webhooks/{webhook_id}", tag = "Webhooks", operation_id = "removeAppWebhook",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app"), ("webhook_id" = String, Path, description = "The webhook")),
    responses((status = 200, description = "Removed", body = Envelope<Nothing>), Writing)
)]
async fn remove(
    State(app): State<App>,
    person: FirstParty,
    Path((client, webhook)): Path<(String, String)>,
) -> Result<Reply<Nothing>> {
    let owner = own(&app, person.user, &client).await?;
    manage::remove(&app, &owner, &webhook).await?;
    Ok(Reply::done("Webhook removed"))
}

/// Give a webhook another secret
///
/// For a day the old one signs along, so that a receiver can change without losing anything.
#[utoipa::path(
    post, path = "/apps/{client_id}/webhooks/{webhook_id}/secret", tag = "Webhooks", operation_id = "renewAppWebhookSecret",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app"), ("webhook_id" = String, Path, description = "The webhook")),
    responses((status = 201, description = "The new secret, shown this once", body = Envelope<RenewedSecret>), Writing)
)]
async fn renew_secret(
    State(app): State<App>,
    person: FirstParty,
    Path((client, webhook)): Path<(String, String)>,
) -> Result<Reply<RenewedSecret>> {
    manage::limit(&app, person.user).await?;
    let owner = own(&app, person.user, &client).await?;
    Ok(Reply::created("New secret made", manage::renew_secret(&app, &owner, &webhook).await?))
}

/// Send a test
#[utoipa::path(
    post, path = "/apps/{client_id}/webhooks/{webhook_id}/test", tag = "Webhooks", operation_id = "testAppWebhook",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app"), ("webhook_id" = String, Path, description = "The webhook"), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless, for a day", pattern = r"^[!-~]([ -~]{0,126}[!-~])?$")),
    responses((status = 201, description = "On its way", body = Envelope<DeliveryView>), Writing)
)]
async fn test(
    State(app): State<App>,
    person: FirstParty,
    Path((client, webhook)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    manage::limit(&app, person.user).await?;
    let owner = own(&app, person.user, &client).await?;
    again::test(&app, person.user, owner, webhook, &headers).await
}

/// List what was sent, newest first
///
/// Deliveries stay for 30 days.
#[utoipa::path(
    get, path = "/apps/{client_id}/webhooks/{webhook_id}/deliveries", tag = "Webhooks", operation_id = "listAppWebhookDeliveries",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app"), ("webhook_id" = String, Path, description = "The webhook"), PageQuery),
    responses((status = 200, description = "Deliveries", body = Envelope<Listing<DeliveryView>>), Reading)
)]
async fn deliveries(
    State(app): State<App>,
    person: FirstParty,
    Path((client, webhook)): Path<(String, String)>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<Listing<DeliveryView>>> {
    let owner = own(&app, person.user, &client).await?;
    Ok(Reply::ok("Deliveries", log::list(&app, &owner, &webhook, &query).await?))
}

/// Send a delivery again
///
/// As a new delivery of the same event, at once.
#[utoipa::path(
    post, path = "/apps/{client_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", tag = "Webhooks",
    operation_id = "replayAppWebhookDelivery",
    security(("session" = [])),
    params(("client_id" = String, Path, description = "The app"), ("webhook_id" = String, Path, description = "The webhook"), ("delivery_id" = String, Path, description = "The delivery"), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless, for a day", pattern = r"^[!-~]([ -~]{0,126}[!-~])?$")),
    responses((status = 201, description = "On its way", body = Envelope<DeliveryView>), Writing)
)]
async fn replay(
    State(app): State<App>,
    person: FirstParty,
    Path((client, webhook, delivery)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    manage::limit(&app, person.user).await?;
    let owner = own(&app, person.user, &client).await?;
    again::replay(&app, person.user, owner, webhook, delivery, &headers).await
}

/// The app, if it is this developer's.
async fn own(app: &App, developer: UserId, client: &str) -> Result<Owner> {
    let client = client.parse().map_err(|_| Error::not_found("client_not_found", "App not found"))?;
    Ok(Owner::App(app.auth().client(developer, &client).await?.client_id))
}
