//! What a receiver reads: a type, a time, and ids. No names, no addresses: who needs more asks for it with a token.

use serde::Serialize;
use serde_json::{Value, json};
use store::Time;

use super::documents::WebhookId;
use super::kind::Kind;
use crate::events::AuthEvent;

#[derive(Serialize)]
struct Payload<'a> {
    #[serde(rename = "type")]
    kind: Kind,
    timestamp: &'a str,
    data: Value,
}

/// The type of `event`; none where no webhook hears it.
pub(super) fn kind(event: &AuthEvent) -> Option<Kind> {
    Some(match event {
        AuthEvent::SessionStarted { .. } => Kind::SessionStarted,
        AuthEvent::FailedBurst { .. } => Kind::FailedBurst,
        AuthEvent::SessionEnded { .. } => Kind::SessionEnded,
        AuthEvent::PasswordReset { .. } => Kind::PasswordReset,
        AuthEvent::DeviceNew { .. } => Kind::DeviceNew,
        AuthEvent::ConsentGranted { .. } => Kind::ConsentGranted,
        AuthEvent::ConsentWithdrawn { .. } => Kind::ConsentWithdrawn,
        AuthEvent::TokenReused { .. } => Kind::RefreshTokenReused,
        AuthEvent::AccountSuspended { .. } => Kind::AccountSuspended,
        AuthEvent::AccountDeleted { .. } => return None,
    })
}

/// The body that tells `event`, which happened at `at`.
pub(super) fn of(kind: Kind, event: &AuthEvent, at: Time) -> String {
    write(kind, at, data(event))
}

/// The body of a test.
pub(super) fn of_test(webhook: WebhookId, at: Time) -> String {
    write(Kind::Test, at, json!({"webhook_id": webhook.to_string()}))
}

fn write(kind: Kind, at: Time, data: Value) -> String {
    let payload = Payload { kind, timestamp: &at.to_rfc3339(), data };
    serde_json::to_string(&payload).expect("texts and numbers write as JSON")
}

fn data(event: &AuthEvent) -> Value {
    match event {
        AuthEvent::SessionStarted { user, session, device } | AuthEvent::DeviceNew { user, session, device } => {
            json!({"user_id": user.to_string(), "session_id": session.to_string(), "device": device})
        }
        AuthEvent::FailedBurst { user, failures } => json!({"user_id": user.to_string(), "failures": failures}),
        AuthEvent::SessionEnded { user, session } => {
            json!({"user_id": user.to_string(), "session_id": session.to_string()})
        }
        AuthEvent::PasswordReset { user }
        | AuthEvent::AccountSuspended { user }
        | AuthEvent::AccountDeleted { user } => json!({"user_id": user.to_string()}),
        AuthEvent::ConsentGranted { user, client, scopes } => {
            json!({"user_id": user.to_string(), "client_id": client.as_str(), "scopes": scopes})
        }
        AuthEvent::ConsentWithdrawn { user, client } => {
            json!({"user_id": user.to_string(), "client_id": client.as_str()})
        }
        AuthEvent::TokenReused { user, client, grant, token } => json!({
            "user_id": user.to_string(),
            "client_id": client.as_str(),
            "grant_id": grant.to_string(),
            "token": token,
        }),
    }
}
