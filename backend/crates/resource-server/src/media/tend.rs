//! What is done about pictures after an answer, and done even if the process dies: jobs. Each may be done twice.

use std::time::Duration;

use httpkit::UserId;
use httpkit::jobs::{Job, JobError, JobKind};
use serde::{Deserialize, Serialize};
use store::{Batch, Page, Query, Result, Stored};

use super::documents::{Media, MediaId};
use super::upload;
use crate::app::App;
use crate::jobs::ResourceQueue;

/// When an upload that its request did not finish is taken up: longer than a request lives.
const TAKEN_UP_AFTER: Duration = Duration::from_secs(60);

/// How long a picture waits for something to show it.
const UNUSED_STAYS: Duration = Duration::from_secs(24 * 60 * 60);

/// How many pictures of who has left go at once.
const FORGOTTEN_AT_ONCE: usize = 50;

/// Finish an upload, in case that its request could not.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Prepare {
    media_id: MediaId,
}

/// Delete a picture that nothing shows by then.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Discard {
    media_id: MediaId,
}

/// Remove the files of a picture whose document is gone.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Erase {
    folder: String,
}

impl JobKind for Prepare {
    const NAME: &'static str = "prepare-picture";
}

impl JobKind for Discard {
    const NAME: &'static str = "discard-picture";
}

impl JobKind for Erase {
    const NAME: &'static str = "erase-picture";
}

/// Adds to the batch of a new upload what is to become of it whatever happens.
pub(super) fn look_after(app: &App, batch: &mut Batch, media: &Media) -> Result<()> {
    let now = app.now();
    batch.insert(&app.jobs().job(&Prepare { media_id: media.id })?.not_before(now + TAKEN_UP_AFTER));
    batch.insert(&app.jobs().job(&Discard { media_id: media.id })?.not_before(now + UNUSED_STAYS));
    Ok(())
}

/// The removal of the files in `folder`, for the batch that deletes their document.
pub(super) fn erasure(app: &App, folder: &str) -> Result<Job<ResourceQueue>> {
    app.jobs().job(&Erase { folder: folder.to_owned() })
}

/// Does [`Prepare`].
pub(crate) async fn prepare(app: App, job: Prepare) -> Result<(), JobError> {
    Ok(upload::finish_later(&app, job.media_id).await?)
}

/// Does [`Discard`].
pub(crate) async fn discard(app: App, job: Discard) -> Result<(), JobError> {
    let media: Option<Stored<Media>> = app.store().collection().get(&job.media_id).await?;
    let Some(media) = media.filter(|media| media.shown_by.is_none()) else { return Ok(()) };
    let mut batch = app.store().batch();
    super::release(&app, &mut batch, &media)?;
    // Stale: it is being used in this very moment. The job comes again and finds it shown.
    batch.commit().await?;
    super::released(&app, &[media.id]);
    Ok(())
}

/// Deletes a page of the pictures of somebody who has left; whether there may be more.
pub(crate) async fn forget_owner(app: &App, owner: UserId) -> httpkit::Result<bool> {
    let query = Query::index("by_owner").equal([owner]).limit(FORGOTTEN_AT_ONCE);
    let page: Page<Media> = app.store().collection().scan(query).await?;
    for found in &page.items {
        let Some(media) = app.store().collection::<Media>().get(&found.id).await? else { continue };
        let mut batch = app.store().batch();
        super::release(app, &mut batch, &media)?;
        batch.commit().await?;
        super::released(app, &[media.id]);
    }
    Ok(page.next.is_some())
}

/// Does [`Erase`].
pub(crate) async fn erase(app: App, job: Erase) -> Result<(), JobError> {
    let disk = app.studio().disk().clone();
    Ok(tokio::task::spawn_blocking(move || disk.erase(&job.folder)).await??)
}
