//! `GET /admin/audit`.

use axum::extract::State;
use httpkit::extract::{PageQuery, Query};
use httpkit::{Envelope, Reply, Result, UserId};
use serde::Serialize;
use store::Page;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::document::{Action, ActionId, ModAction, Subject};
use crate::app::App;
use crate::caller::Acting;
use crate::caller::scopes::Admin;
use crate::paging::{Listing, Paging};
use crate::problems::Reading;
use crate::users::{self, UserCard};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Something that a moderator or an admin did.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEntry {
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    action_id: ActionId,
    #[schema(format = DateTime, example = "2026-11-22T17:43:00Z")]
    at: String,
    /// Who did it; null: an operator by the command line, or somebody whose account is deleted.
    actor: Option<UserCard>,
    action: Action,
    subject: Subject,
    /// Why, as the actor said it; empty where nobody asked.
    reason: String,
    /// What was before, where something changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = "user")]
    from: Option<String>,
    /// What is since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = "mod")]
    to: Option<String>,
}

/// List what moderators and admins did, newest first
///
/// For admins.
#[utoipa::path(
    get, path = "/admin/audit", tag = "Administration", operation_id = "listAudit",
    security(("oauth" = ["admin"])),
    params(PageQuery),
    responses((status = 200, description = "What was done", body = Envelope<Listing<AuditEntry>>), Reading)
)]
async fn list(
    State(app): State<App>,
    _admin: Acting<Admin>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<Listing<AuditEntry>>> {
    let paging = Paging::read(&app, "audit".to_owned(), &query)?;
    let newest = store::Query::by_key().descending().after(paging.after.clone()).limit(paging.limit);
    let page: Page<ModAction> = app.store().collection().scan(newest).await?;
    let next = page.next.clone();
    let items = views(&app, page.into_documents()).await?;
    Ok(Reply::ok("What moderators and admins did", paging.listing(&app, items, next.as_ref())))
}

async fn views(app: &App, entries: Vec<ModAction>) -> Result<Vec<AuditEntry>> {
    let actors: Vec<UserId> = entries.iter().filter_map(|entry| entry.actor).collect();
    let mut cards = users::cards_of_all(app, &actors).await?.into_iter();
    let views = entries.into_iter().map(|entry| AuditEntry {
        at: entry.action_id.time().to_rfc3339(),
        actor: entry.actor.and_then(|_| cards.next().flatten()),
        action_id: entry.action_id,
        action: entry.action,
        subject: entry.subject,
        reason: entry.reason,
        from: entry.from,
        to: entry.to,
    });
    Ok(views.collect())
}
