//! Moderation: people report what should not be here, moderators look and decide.
//!
//! A report is kept once for each person and subject ([`report`]); a subject with reports has one item in the queue
//! ([`queue`]), which every decision about it closes ([`act`]). What being removed means for a post is the posts' matter; the
//! entry of what was done and why is `audit`'s, in the same batch.

mod act;
mod documents;
mod queue;
mod report;
mod subject;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(crate) use documents::SCHEMAS;
pub(crate) use report::forget_reporter;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(report::report))
        .routes(routes!(queue::show_queue))
        .routes(routes!(act::moderate))
}
