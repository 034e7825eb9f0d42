//! `GET /moderation/queue`.

use std::collections::BTreeMap;

use axum::extract::State;
use httpkit::extract::{PageQuery, Query};
use httpkit::{Envelope, Reply, Result};
use serde::Serialize;
use store::Page;
use utoipa::ToSchema;

use super::documents::{BY_OPEN, ReviewItem};
use super::subject::{self, Preview, Subject, SubjectBody};
use crate::app::App;
use crate::caller::Acting;
use crate::caller::scopes::Mod;
use crate::paging::{Listing, Paging};
use crate::problems::Reading;

/// Something that was reported and that nobody has decided on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueueItem {
    subject: SubjectBody,
    /// What it is; null where it is gone meanwhile.
    preview: Option<Preview>,
    reports: Reports,
    /// When the first report came.
    #[schema(format = DateTime, example = "2026-11-22T17:43:00Z")]
    first_at: String,
    /// Whether others see nothing of it already.
    hidden: bool,
}

/// What was reported.
#[derive(Debug, Serialize, ToSchema)]
struct Reports {
    #[schema(example = 3)]
    count: i64,
    /// How many said what.
    #[schema(example = json!({"spam": 2, "other": 1}))]
    reasons: BTreeMap<String, i64>,
    /// What the last one wrote who wrote anything.
    latest_text: Option<String>,
}

/// List what was reported, the longest waiting first
///
/// For moderators.
#[utoipa::path(
    get, path = "/moderation/queue", tag = "Moderation", operation_id = "showQueue",
    security(("oauth" = ["mod"])),
    params(PageQuery),
    responses((status = 200, description = "What waits", body = Envelope<Listing<QueueItem>>), Reading)
)]
pub(super) async fn show_queue(
    State(app): State<App>,
    _moderator: Acting<Mod>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<Listing<QueueItem>>> {
    let paging = Paging::read(&app, "moderation queue".to_owned(), &query)?;
    let oldest = store::Query::index(BY_OPEN).equal([true]).after(paging.after.clone()).limit(paging.limit);
    let page: Page<ReviewItem> = app.store().collection().scan(oldest).await?;
    let next = page.next.clone();
    let items = views(&app, page.into_documents()).await?;
    Ok(Reply::ok("What was reported", paging.listing(&app, items, next.as_ref())))
}

async fn views(app: &App, items: Vec<ReviewItem>) -> Result<Vec<QueueItem>> {
    let subjects: Vec<Subject> = items.iter().map(|item| item.subject).collect();
    let mut previews = subject::previews(app, &subjects).await?;
    let views = items.into_iter().map(|item| {
        let preview = previews.remove(&item.subject.key());
        QueueItem {
            subject: item.subject.body(),
            hidden: preview.as_ref().is_some_and(|preview| preview.hidden),
            preview,
            first_at: item.first_at.to_rfc3339(),
            reports: Reports { count: item.count(), reasons: item.reasons, latest_text: item.latest_text },
        }
    });
    Ok(views.collect())
}
