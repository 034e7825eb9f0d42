//! Webhooks: telling apps, and whoever runs this place, what happens around accounts. docs/webhooks.md is for receivers.
//!
//! An event comes in by [`hear`], in the batch that causes it, as one job. That job ([`tell`]) finds who may hear it and
//! writes one delivery for each; a delivery is sent by a job of its own, in a queue of its own ([`queue`]), so that nothing
//! else of this house ever waits for a receiver. Who may hear what is decided in [`kind`] and [`audience`] and nowhere else.
//!
//! To add an event: a variant of `events::AuthEvent`, its [`kind::Kind`] with words and audience, and what its payload
//! says in [`payload`].

mod again;
mod api;
mod attempt;
mod audience;
mod body;
mod deliver;
mod documents;
mod events;
mod forget;
mod kind;
mod lanes;
mod log;
mod manage;
mod operator;
mod payload;
mod queue;
mod secret;
mod tell;
mod view;

use httpkit::jobs::{Jobs, Queue as _};
use httpkit::services::Services;
use store::{Document as _, Schema};
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use documents::{Delivery, Slot, Webhook};
use lanes::Lanes;
use secret::SecretSealer;

pub(crate) use forget::{clear, forget_app, forget_developer};
pub(crate) use queue::{WebhookQueue, worker};
pub(crate) use tell::{hear, tell};

pub(crate) const SCHEMAS: &[&Schema] = &[Webhook::SCHEMA, Slot::SCHEMA, Delivery::SCHEMA, WebhookQueue::SCHEMA];

/// What this slice has for as long as the process lives.
#[derive(Debug)]
pub(crate) struct Webhooks {
    jobs: Jobs<WebhookQueue>,
    lanes: Lanes,
    sealer: SecretSealer,
}

impl Webhooks {
    /// In the store and under the secrets of `services`.
    pub fn new(services: &Services) -> Self {
        Self { jobs: Jobs::new(services), lanes: Lanes::default(), sealer: SecretSealer::new(&services.secrets) }
    }
}

/// The routes of developers, of the operator, and the list of events.
pub(crate) fn routes() -> OpenApiRouter<App> {
    api::routes().merge(operator::routes()).merge(events::routes())
}
