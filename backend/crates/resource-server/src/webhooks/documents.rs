//! The documents: a webhook, and a delivery of one event to one webhook.

use std::fmt;
use std::str::FromStr;

use httpkit::{ClientId, UserId};
use serde::{Deserialize, Serialize};
use store::{Document, Id, Index, LogicalShard, Random, Schema, ShardKey, Time, Value};
use utoipa::ToSchema;

use super::kind::{Audience, Kind};

store::id_type!(
    /// A webhook. It carries the logical shard of its app.
    pub(crate) WebhookId
);
store::id_type!(
    /// A delivery. It carries the logical shard of its webhook.
    pub(crate) DeliveryId
);

pub(super) const BY_OWNER: &str = "by_owner";
pub(super) const BY_DEVELOPER: &str = "by_developer";
pub(super) const BY_WEBHOOK: &str = "by_webhook";
pub(super) const BY_DUE: &str = "by_due";

/// Whose a webhook is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) enum Owner {
    App(ClientId),
    Operator,
}

const OPERATOR: &str = "operator";

impl Owner {
    /// As whom it subscribes.
    pub fn audience(&self) -> Audience {
        match self {
            Self::App(_) => Audience::App,
            Self::Operator => Audience::Operator,
        }
    }

    /// The logical shard of what it owns.
    pub fn shard(&self, random: &dyn Random) -> LogicalShard {
        let app = match self {
            Self::App(client) => client.as_str().strip_prefix("app_").and_then(|id| id.parse::<Id>().ok()),
            Self::Operator => None,
        };
        app.map_or_else(|| LogicalShard::draw(random), |id| id.shard())
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::App(client) => client.as_str(),
            Self::Operator => OPERATOR,
        })
    }
}

impl From<Owner> for String {
    fn from(owner: Owner) -> Self {
        owner.to_string()
    }
}

impl From<&Owner> for Value {
    fn from(owner: &Owner) -> Self {
        owner.to_string().into()
    }
}

impl TryFrom<String> for Owner {
    type Error = httpkit::NotAClientId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == OPERATOR { Ok(Self::Operator) } else { ClientId::from_str(&text).map(Self::App) }
    }
}

/// Whether a webhook is sent anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookState)]
pub(super) enum HookState {
    Active,
    Disabled,
}

/// A webhook.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Webhook {
    pub id: WebhookId,
    pub owner: Owner,
    /// Which of the owner's places it has.
    pub slot: i32,
    /// Whose app it is; none: it is the operator's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub developer: Option<UserId>,
    pub url: String,
    pub events: Vec<Kind>,
    /// Sealed.
    pub secret: String,
    /// The secret before, as long as it signs along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<FormerSecret>,
    pub state: HookState,
    /// Why it was disabled, where it was not by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Failures in a row.
    pub failures: u32,
    /// Since when nothing was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Time>,
    /// Until when nothing is sent, since the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resting_until: Option<Time>,
}

/// One of the places for webhooks that an owner has; whoever is first has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Slot {
    /// The owner and a number.
    pub name: String,
    pub webhook: WebhookId,
}

impl Slot {
    pub fn name(owner: &Owner, number: i32) -> String {
        format!("{owner}:{number}")
    }
}

impl Document for Slot {
    type Key = String;

    const SCHEMA: &'static Schema = &Schema::new("resource_webhook_slots").shard_key(ShardKey::Key);

    fn key(&self) -> String {
        self.name.clone()
    }
}

/// A secret that was replaced.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FormerSecret {
    /// Sealed.
    pub secret: String,
    pub until: Time,
}

impl Webhook {
    pub fn is_active(&self) -> bool {
        self.state == HookState::Active
    }

    /// The name of its place.
    pub fn slot_name(&self) -> String {
        Slot::name(&self.owner, self.slot)
    }

    /// As one that never failed.
    pub fn healthy(self) -> Self {
        Self { note: None, failures: 0, failing_since: None, resting_until: None, ..self }
    }
}

impl Document for Webhook {
    type Key = WebhookId;

    const SCHEMA: &'static Schema = &Schema::new("resource_webhooks")
        .indexes(&[Index::new(BY_OWNER).equal(&["owner"]), Index::new(BY_DEVELOPER).equal(&["developer"])]);

    fn key(&self) -> WebhookId {
        self.id
    }
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryState)]
pub(super) enum DeliveryState {
    /// It is sent, now or later.
    Pending,
    /// The receiver took it.
    Delivered,
    /// It was given up.
    Failed,
}

/// One event on its way to one webhook.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Delivery {
    pub id: DeliveryId,
    pub webhook: WebhookId,
    /// The event: the same on every replay.
    pub event: Id,
    pub kind: Kind,
    /// The body, byte for byte.
    pub payload: String,
    pub state: DeliveryState,
    pub attempts: u32,
    /// When it is sent next; none: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastAttempt>,
    pub expires_at: Time,
}

/// What came of the last attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastAttempt {
    pub at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub duration_ms: i64,
}

impl Document for Delivery {
    type Key = DeliveryId;

    const SCHEMA: &'static Schema = &Schema::new("resource_webhook_deliveries")
        .indexes(&[Index::new(BY_WEBHOOK).equal(&["webhook"]), Index::new(BY_DUE).equal(&["webhook"]).order("due")])
        .expires("expires_at");

    fn key(&self) -> DeliveryId {
        self.id
    }
}
