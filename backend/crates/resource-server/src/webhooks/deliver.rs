//! Sending deliveries. Each pending one has one job, which sends it when it is due and its webhook is not resting, or puts
//! itself off. Whoever has sent one also sends what else waits for the same webhook: so a receiver that comes back is
//! caught up with at once, and a dead one costs one attempt a rest, however much waits for it.

use std::time::Duration;

use httpkit::jobs::{JobError, JobKind};
use serde::{Deserialize, Serialize};
use store::{Query, Stored, Time, Value};

use super::attempt::{Outcome, attempt, pause};
use super::documents::{BY_DUE, Delivery, DeliveryId, DeliveryState, LastAttempt, Webhook, WebhookId};
use super::lanes::Lane;
use crate::app::App;

/// How long a job waits whose webhook is being served.
const LANE_BUSY: Duration = Duration::from_secs(5);
/// How much else one job sends, and for how long.
const MOST_AT_ONCE: usize = 100;
const LONGEST_TURN: Duration = Duration::from_secs(20);

/// Send one delivery.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Deliver {
    delivery: DeliveryId,
    /// How often it was put off: part of the job's name, so that there is one of it, whoever dies in between.
    turn: u32,
}

impl JobKind for Deliver {
    const NAME: &'static str = "deliver-webhook";
}

/// Writes a new delivery and the job that sends it.
///
/// # Errors
/// The store's; `Duplicate` where there is that delivery.
pub(super) async fn begin(app: &App, delivery: &Delivery) -> store::Result<()> {
    let jobs = &app.webhooks().jobs;
    let job = jobs.job(&Deliver { delivery: delivery.id, turn: 0 })?.once(name(delivery.id, 0));
    app.store().batch().insert(delivery).insert(&job).commit().await?;
    jobs.wake();
    Ok(())
}

fn name(delivery: DeliveryId, turn: u32) -> String {
    format!("{delivery}:{turn}")
}

/// Does [`Deliver`].
pub(crate) async fn deliver(app: App, job: Deliver) -> Result<(), JobError> {
    let Some(webhook) = pending(&app, job.delivery).await?.map(|delivery| delivery.webhook) else { return Ok(()) };
    let Some(lane) = app.webhooks().lanes.enter(webhook) else {
        return job.put_off(&app, app.now() + pause(1, LANE_BUSY, app.random())).await;
    };
    let now = app.now();
    // Read again: whoever was in the lane before may have sent it.
    let Some(delivery) = pending(&app, job.delivery).await? else { return catch_up(&app, lane, webhook, now).await };
    let hook = app.store().collection::<Webhook>().get(&webhook).await?;
    let Some(hook) = hook.filter(|hook| hook.is_active()) else { return give_up(&app, &delivery).await };
    if let Some(later) = delivery.due.max(hook.resting_until).filter(|due| *due > now) {
        return job.put_off(&app, later).await;
    }
    match attempt(&app, &hook, &delivery).await? {
        Outcome::Delivered => catch_up(&app, lane, webhook, now).await,
        Outcome::Failed => Ok(()),
        Outcome::Later(due) => job.put_off(&app, due).await,
    }
}

/// The delivery, if it is still to be sent.
async fn pending(app: &App, delivery: DeliveryId) -> store::Result<Option<Stored<Delivery>>> {
    let delivery = app.store().collection::<Delivery>().get(&delivery).await?;
    Ok(delivery.filter(|delivery| delivery.state == DeliveryState::Pending))
}

impl Deliver {
    /// The same again, not before `due`.
    async fn put_off(self, app: &App, due: Time) -> Result<(), JobError> {
        let next = Self { delivery: self.delivery, turn: self.turn.saturating_add(1) };
        let jobs = &app.webhooks().jobs;
        let job = jobs.job(&next)?.once(name(next.delivery, next.turn)).not_before(due);
        jobs.insert_once(&job).await?;
        Ok(())
    }
}

/// Sends what else is due for `webhook`, and what comes meanwhile. Their own jobs find them done.
async fn catch_up(app: &App, lane: Lane<'_>, webhook: WebhookId, began: Time) -> Result<(), JobError> {
    let mut lane = Some(lane);
    while let Some(inside) = lane {
        if !send_due(app, webhook, began).await? {
            break;
        }
        lane = inside.leave();
    }
    Ok(())
}

/// Sends what is due for `webhook`, and says whether all of it was taken, and in time.
async fn send_due(app: &App, webhook: WebhookId, began: Time) -> Result<bool, JobError> {
    let deliveries = app.store().collection::<Delivery>();
    let Some(hook) = app.store().collection::<Webhook>().get(&webhook).await? else { return Ok(false) };
    let due = Query::index(BY_DUE).equal([Value::from(webhook)]).at_most(app.now()).limit(MOST_AT_ONCE);
    for delivery in deliveries.scan(due).await?.items {
        let is_over = app.now().since(began) > LONGEST_TURN;
        if is_over || !hook.is_active() || attempt(app, &hook, &delivery).await? != Outcome::Delivered {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A delivery to a webhook that is gone or disabled.
async fn give_up(app: &App, delivery: &Stored<Delivery>) -> Result<(), JobError> {
    let error = Some("The webhook was disabled or removed".to_owned());
    let last = delivery.last.clone().unwrap_or(LastAttempt { at: app.now(), status: None, error, duration_ms: 0 });
    let failed = Delivery { state: DeliveryState::Failed, due: None, last: Some(last), ..delivery.document.clone() };
    match app.store().collection().replace(delivery, &failed).await {
        Err(error) if error.is_stale() => Ok(()),
        outcome => Ok(outcome?),
    }
}
