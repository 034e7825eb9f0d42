//! The queue of deliveries, apart from the server's other jobs: however many receivers are slow, letters and pictures do
//! not wait for them.

use httpkit::jobs::{Queue, Worker, schema};
use store::Schema;

use super::deliver::deliver;
use crate::app::App;

/// Jobs of this queue wait for others' servers, so many may wait at once.
const AT_ONCE: usize = 32;

/// The queue.
#[derive(Debug)]
pub(crate) struct WebhookQueue;

impl Queue for WebhookQueue {
    const SCHEMA: &'static Schema = &schema("resource_webhook_jobs");
}

/// Who sends.
pub(crate) fn worker(app: &App) -> Worker<WebhookQueue> {
    let sender = app.clone();
    Worker::new(&app.webhooks().jobs).at_once(AT_ONCE).on(move |job| deliver(sender.clone(), job))
}
