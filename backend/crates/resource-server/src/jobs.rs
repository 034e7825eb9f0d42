//! This server's queue of work to be done after an answer, and the one table from a kind of job to who does it.

use httpkit::jobs::{JobError, Queue, Worker, schema};
use store::Schema;

use crate::app::App;
use crate::{accounts, media, moderation, posts, webhooks};

/// The queue of the resource server.
#[derive(Debug)]
pub(crate) struct ResourceQueue;

impl Queue for ResourceQueue {
    const SCHEMA: &'static Schema = &schema("resource_jobs");
}

/// Who does what.
pub(crate) fn worker(app: &App) -> Worker<ResourceQueue> {
    let apps = [(); 13].map(|()| app.clone());
    let [teller, narrower, leaver, clearer, coder, linker, herald, preparer, discarder, eraser, purger, crier, sweeper] =
        apps;
    Worker::new(app.jobs())
        .on(move |news| accounts::tell(teller.clone(), news))
        .on(move |job| accounts::tell_ceiling(narrower.clone(), job))
        .on(move |job| accounts::tell_left(leaver.clone(), job))
        .on(move |job| clear_away(clearer.clone(), job))
        .on(move |job| accounts::deliver_code(coder.clone(), job))
        .on(move |job| accounts::send_link(linker.clone(), job))
        .on(move |job| accounts::deliver_news(herald.clone(), job))
        .on(move |job: media::Prepare| media::prepare(preparer.clone(), job))
        .on(move |job: media::Discard| media::discard(discarder.clone(), job))
        .on(move |job: media::Erase| media::erase(eraser.clone(), job))
        .on(move |job: posts::Purge| posts::purge(purger.clone(), job))
        .on(move |job| webhooks::tell(crier.clone(), job))
        .on(move |job| webhooks::clear(sweeper.clone(), job))
}

/// What somebody who has left has left behind: with the slices that write, and with those that only read what they did.
async fn clear_away(app: App, job: accounts::ClearAway) -> Result<(), JobError> {
    moderation::forget_reporter(&app, job.user_id).await?;
    accounts::clear_away(app, job).await
}
