//! A webhook and its deliveries as their owner sees them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::documents::{Delivery, DeliveryId, DeliveryState, HookState, LastAttempt, Webhook, WebhookId};
use super::kind::Kind;
use super::secret::Secret;

/// A webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(super) struct WebhookView {
    #[schema(value_type = String)]
    webhook_id: WebhookId,
    url: String,
    /// What it is told of.
    events: Vec<Kind>,
    state: HookState,
    /// Why it was disabled, where that was not done by hand.
    note: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    /// The newest delivery; null where there was none.
    last_delivery: Option<NewestDelivery>,
}

/// The newest delivery of a webhook.
#[derive(Serialize, ToSchema)]
struct NewestDelivery {
    #[schema(format = DateTime)]
    at: String,
    state: DeliveryState,
    /// What the receiver answered last; null where it did not answer.
    status: Option<i32>,
}

/// A webhook and, once, its secret.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookWithSecret {
    #[serde(flatten)]
    webhook: WebhookView,
    /// By which deliveries are signed. Shown this once.
    #[schema(example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD2Kp6RqQzc5M=")]
    secret: String,
}

/// A webhook's new secret.
#[derive(Serialize, ToSchema)]
pub(super) struct RenewedSecret {
    /// Shown this once.
    pub secret: String,
    /// Until when the one before signs along.
    #[schema(format = DateTime)]
    pub previous_valid_until: String,
}

/// One event on its way to one webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(super) struct DeliveryView {
    #[schema(value_type = String)]
    delivery_id: DeliveryId,
    /// The header `webhook-id`: the same on every attempt and every replay.
    event_id: String,
    #[serde(rename = "type")]
    kind: Kind,
    state: DeliveryState,
    attempts: u32,
    /// When it is sent next; absent where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, format = DateTime)]
    next_attempt_at: Option<String>,
    /// What came of the last attempt; null before the first.
    last_attempt: Option<AttemptView>,
    /// The body.
    #[schema(value_type = Object)]
    payload: Value,
    #[schema(format = DateTime)]
    created_at: String,
}

/// What came of an attempt.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
struct AttemptView {
    #[schema(format = DateTime)]
    at: String,
    /// What the receiver answered; absent where it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    status: Option<i32>,
    /// What went wrong; absent where nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    error: Option<String>,
    duration_ms: i64,
}

impl WebhookView {
    pub fn new(hook: Webhook, newest: Option<Delivery>) -> Self {
        Self {
            webhook_id: hook.id,
            created_at: hook.id.time().to_rfc3339(),
            url: hook.url,
            events: hook.events,
            state: hook.state,
            note: hook.note,
            last_delivery: newest.map(|delivery| NewestDelivery {
                at: delivery.last.as_ref().map_or_else(|| delivery.id.time(), |last| last.at).to_rfc3339(),
                state: delivery.state,
                status: delivery.last.and_then(|last| last.status),
            }),
        }
    }

    pub fn with(self, secret: &Secret) -> WebhookWithSecret {
        WebhookWithSecret { webhook: self, secret: secret.text() }
    }
}

impl DeliveryView {
    pub fn new(delivery: Delivery) -> Self {
        let attempt = |last: LastAttempt| AttemptView {
            at: last.at.to_rfc3339(),
            status: last.status,
            error: last.error,
            duration_ms: last.duration_ms,
        };
        Self {
            delivery_id: delivery.id,
            event_id: delivery.event.to_string(),
            kind: delivery.kind,
            state: delivery.state,
            attempts: delivery.attempts,
            next_attempt_at: delivery.due.map(store::Time::to_rfc3339),
            last_attempt: delivery.last.map(attempt),
            // It was written as JSON by this server.
            payload: serde_json::from_str(&delivery.payload).unwrap_or_default(),
            created_at: delivery.id.time().to_rfc3339(),
        }
    }
}
