//! `POST /reports`.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use httpkit::extract::{Issues, Json};
use httpkit::limits::Limit;
use httpkit::{Envelope, Error, Reply, Result, UserId};
use serde::{Deserialize, Serialize};
use store::{Document as _, Page};
use utoipa::ToSchema;

use super::documents::{BY_REPORTER, Reason, Report, ReportId, ReviewItem};
use super::subject::{Subject, SubjectBody};
use crate::app::App;
use crate::caller::FirstParty;
use crate::idempotency::{self, Fingerprint};
use crate::problems::{Removing, Writing};
use crate::text;

/// How often a report is tried again when others report the same thing at the same moment.
const ATTEMPTS: usize = 64;

/// How many reports of who has left go at once.
const FORGOTTEN_AT_ONCE: usize = 200;

/// What is reported, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReport {
    subject: SubjectBody,
    reason: Reason,
    /// Up to 1,000 characters, for moderators alone.
    #[schema(max_length = 1000, example = "Sells the same watch under every photo")]
    text: Option<String>,
}

/// The report.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reported {
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    report_id: ReportId,
}

/// Report a post, a comment or a person
///
/// For moderators to look at. Whoever reports the same thing again is answered as the first time.
#[utoipa::path(
    post, path = "/reports", tag = "Moderation", operation_id = "report",
    security(("session" = [])),
    params(
        (
            "Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless, for a day",
            pattern = r"^[!-~]([ -~]{0,126}[!-~])?$",
        ),
    ),
    request_body = NewReport,
    responses((status = 201, description = "Moderators see it", body = Envelope<Reported>), Writing, Removing)
)]
pub(super) async fn report(
    State(app): State<App>,
    person: FirstParty,
    headers: HeaderMap,
    Json(new): Json<NewReport>,
) -> Result<Response> {
    app.limits().subject(Limit::Report, &person.user.to_string()).await?;
    let mut issues = Issues::default();
    let limit = app.settings().text.comment;
    let said = new.text.as_deref().map(|said| text::block(&mut issues, "text", "The text", said, limit));
    issues.finish()?;
    let subject = new.subject.find_visible(&app, person.user).await?;
    let (reporter, writer) = (person.user, app.clone());
    idempotency::run(&app, reporter, "reports", &headers, Fingerprint::of(&new), async move || {
        let said = said.filter(|said| !said.is_empty());
        let report_id = keep(&writer, subject, reporter, new.reason, said).await?;
        Ok(Reply::created("Thank you. Moderators will look at it", Reported { report_id }))
    })
    .await
}

/// Forgets what somebody who has left reported, a page of it at a time. What moderators have to look at stays.
///
/// # Errors
/// The store's.
pub(crate) async fn forget_reporter(app: &App, reporter: UserId) -> Result<()> {
    loop {
        let query = store::Query::index(BY_REPORTER).equal([reporter]).limit(FORGOTTEN_AT_ONCE);
        let page: Page<Report> = app.store().collection().scan(query).await?;
        let mut batch = app.store().batch();
        for report in &page.items {
            batch.delete::<Report>(&report.key());
        }
        batch.commit().await?;
        if page.next.is_none() {
            return Ok(());
        }
    }
}

/// The report and the item that it adds to, in one batch.
async fn keep(app: &App, subject: Subject, reporter: UserId, reason: Reason, text: Option<String>) -> Result<ReportId> {
    let report_id = ReportId::generate_unsharded(app.now(), app.random());
    let report = Report { report_id, subject, reporter, reason, text };
    for _ in 0..ATTEMPTS {
        if let Some(known) = app.store().collection::<Report>().get(&Report::key_of(subject, reporter)).await? {
            return Ok(known.report_id);
        }
        let item = app.store().collection::<ReviewItem>().get(&subject.key()).await?;
        let mut batch = app.store().batch();
        batch.insert(&report);
        match &item {
            Some(item) => batch.replace(item, &item.reported(&report, app.now())),
            None => batch.insert(&ReviewItem::new(subject, &report, app.now())),
        };
        match batch.commit().await {
            Ok(()) => return Ok(report_id),
            Err(error) if error.is_stale() || error.is_duplicate_key() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::conflict("changed_meanwhile", "Many report this at the same moment. Try again"))
}
