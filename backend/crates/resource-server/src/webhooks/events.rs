//! `GET /webhooks/events`: what can be subscribed to, in words.

use httpkit::{Envelope, Reply};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::kind::{Audience, Kind};
use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// What can be subscribed to. The list is short, and always whole.
#[derive(Serialize, ToSchema)]
struct WebhookEvents {
    items: Vec<EventView>,
    /// Always null: there is one page.
    next_cursor: Option<String>,
}

/// A type of event.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEvent)]
struct EventView {
    #[serde(rename = "type")]
    kind: Kind,
    title: &'static str,
    detail: &'static str,
    /// Who may subscribe.
    #[serde(rename = "for")]
    audience: &'static [Audience],
}

/// List the events that webhooks are told of
#[utoipa::path(
    get, path = "/webhooks/events", tag = "Webhooks", operation_id = "listWebhookEvents",
    responses((status = 200, description = "The events", body = Envelope<WebhookEvents>))
)]
async fn list() -> Reply<WebhookEvents> {
    let view = |kind: Kind| EventView { kind, title: kind.title(), detail: kind.detail(), audience: kind.audience() };
    Reply::ok("Events", WebhookEvents { items: Kind::ALL.map(view).into(), next_cursor: None })
}
