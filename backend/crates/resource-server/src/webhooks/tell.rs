//! From an event to its deliveries: a job in the batch that causes the event, done more than once without harm.

use aws_lc_rs::digest::{SHA256, digest};
use httpkit::jobs::{JobError, JobKind};
use serde::{Deserialize, Serialize};
use store::{Batch, Id, IdLike, Random, Time};

use super::deliver;
use super::documents::{Delivery, DeliveryId, DeliveryState, WebhookId};
use super::{audience, payload};
use crate::app::App;
use crate::events::{AuthEvent, Happening};

/// Tell everybody who may hear it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Tell {
    event_id: Id,
    at: Time,
    event: AuthEvent,
}

impl JobKind for Tell {
    const NAME: &'static str = "tell-webhooks";
}

/// Puts what happened into the batch that causes it.
///
/// # Errors
/// The store's.
pub(crate) fn hear(app: &App, batch: &mut Batch, happening: &Happening) -> store::Result<()> {
    let Happening { id, at, event } = happening.clone();
    batch.insert(&app.jobs().job(&Tell { event_id: id, at, event })?);
    Ok(())
}

/// Does [`Tell`]: one delivery for each who may hear it.
pub(crate) async fn tell(app: App, job: Tell) -> Result<(), JobError> {
    let Some(kind) = payload::kind(&job.event) else { return Ok(()) };
    for hook in audience::of(&app, kind, &job.event).await? {
        let delivery = Delivery {
            id: delivery_id(job.event_id, hook.id),
            webhook: hook.id,
            event: job.event_id,
            kind,
            payload: payload::of(kind, &job.event, job.at),
            state: DeliveryState::Pending,
            attempts: 0,
            due: Some(app.now()),
            last: None,
            expires_at: app.now() + app.settings().webhooks.keep,
        };
        match deliver::begin(&app, &delivery).await {
            Ok(()) => {}
            // This job was done before, and its worker died before it could say so.
            Err(error) if error.is_duplicate_key() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The same for the same event and webhook, whoever makes it.
fn delivery_id(event: Id, webhook: WebhookId) -> DeliveryId {
    DeliveryId::generate(event.time(), webhook.shard(), &Derived::of(event, webhook))
}

/// Bytes that follow from two ids: what an id is drawn from that is to be found again.
struct Derived([u8; 32]);

impl Derived {
    fn of(event: Id, webhook: WebhookId) -> Self {
        let both = [event.as_bytes().as_slice(), webhook.as_id().as_bytes()].concat();
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, &both).as_ref());
        Self(bytes)
    }
}

impl Random for Derived {
    fn fill(&self, bytes: &mut [u8]) {
        for (byte, derived) in bytes.iter_mut().zip(self.0.iter().cycle()) {
            *byte = *derived;
        }
    }
}

#[cfg(test)]
mod tests {
    use store::SeededRandom;

    use super::*;

    #[test]
    fn one_event_and_one_webhook_have_one_delivery() {
        let random = SeededRandom::new(1);
        let id = || Id::generate_unsharded(Time::from_seconds(1), &random);
        let (event, one, two) = (id(), WebhookId::from_id(id()), WebhookId::from_id(id()));
        assert_eq!(delivery_id(event, one), delivery_id(event, one));
        assert_ne!(delivery_id(event, one), delivery_id(event, two));
        assert_ne!(delivery_id(event, one), delivery_id(id(), one));
        assert_eq!((delivery_id(event, one).time(), delivery_id(event, one).shard()), (event.time(), one.shard()));
    }
}
