//! What a replica of the resource server needs to verify tokens by itself: the keys, and the news of what ended. And the
//! description of the public routes, which it serves together with its own.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use httpkit::auth_wire::{Events, KeyView, Listed, VerificationKeys};
use serde::Deserialize;
use utoipa::openapi::OpenApi;

use super::answer::{Wire, WireResult};
use crate::core::Core;
use crate::error::Error;
use crate::keys;
use crate::revocations::follow;

type Inside = State<Arc<Core>>;

/// Where a follower stands, and how long it waits.
#[derive(Deserialize)]
pub(super) struct Following {
    #[serde(default)]
    after: String,
    #[serde(default)]
    wait_ms: u64,
}

/// Read anew for whoever asks: a resource server asks each minute, and when a token names a key that it has never seen.
pub(super) async fn keys(State(core): Inside) -> Wire<VerificationKeys> {
    core.keys.read_again().await;
    Wire(VerificationKeys { keys: core.keys.now().access_keys.clone() })
}

pub(super) async fn all_keys(State(core): Inside) -> WireResult<Listed<KeyView>> {
    Ok(Wire(Listed { items: core.keys.list().await.map_err(Error::from)? }))
}

pub(super) async fn rotate_keys(State(core): Inside) -> WireResult<Listed<KeyView>> {
    Ok(Wire(Listed { items: core.keys.rotate().await.map_err(Error::from)? }))
}

pub(super) async fn retire_key(State(core): Inside, Path(kid): Path<String>) -> WireResult<Listed<KeyView>> {
    Ok(Wire(Listed { items: keys::retire(&core, &kid).await? }))
}

pub(super) async fn events(State(core): Inside, Query(following): Query<Following>) -> WireResult<Events> {
    let wait = Duration::from_millis(following.wait_ms);
    Ok(Wire(follow(&core, &following.after, wait).await?))
}

pub(super) async fn openapi() -> Wire<OpenApi> {
    Wire(crate::openapi())
}
