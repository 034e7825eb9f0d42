//! What is sent by hand, at most once for one `Idempotency-Key`.

use axum::response::Response;
use http::HeaderMap;
use httpkit::{Reply, Result, UserId};

use super::documents::Owner;
use super::log;
use crate::app::App;
use crate::idempotency::{self, Fingerprint};

/// Sends a test.
///
/// # Errors
/// As [`log::test`] and [`idempotency::run`].
pub(super) async fn test(
    app: &App,
    person: UserId,
    owner: Owner,
    webhook: String,
    headers: &HeaderMap,
) -> Result<Response> {
    let (fingerprint, sender) = (Fingerprint::of(&(&owner, &webhook)), app.clone());
    idempotency::run(app, person, "webhook-tests", headers, fingerprint, async move || {
        Ok(Reply::created("A test is on its way", log::test(&sender, &owner, &webhook).await?))
    })
    .await
}

/// Sends a delivery again.
///
/// # Errors
/// As [`log::replay`] and [`idempotency::run`].
pub(super) async fn replay(
    app: &App,
    person: UserId,
    owner: Owner,
    webhook: String,
    delivery: String,
    headers: &HeaderMap,
) -> Result<Response> {
    let (fingerprint, sender) = (Fingerprint::of(&(&owner, &webhook, &delivery)), app.clone());
    idempotency::run(app, person, "webhook-replays", headers, fingerprint, async move || {
        Ok(Reply::created("It is on its way again", log::replay(&sender, &owner, &webhook, &delivery).await?))
    })
    .await
}
