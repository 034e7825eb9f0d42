//! A developer's apps, and the house's own.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use httpkit::auth_wire::{ClientChange, ClientView, ClientWithSecret, Done, Listed, NewClient, OwnClient};
use httpkit::{ClientId, UserId};
use serde::Deserialize;

use super::answer::{Wire, WireResult, done};
use crate::clients;
use crate::core::Core;

type Inside = State<Arc<Core>>;

/// On whose behalf.
#[derive(Deserialize)]
pub(super) struct Owner {
    owner: UserId,
}

pub(super) async fn list(State(core): Inside, Query(by): Query<Owner>) -> WireResult<Listed<ClientView>> {
    Ok(Wire(clients::list(&core, by.owner).await?))
}

pub(super) async fn register(State(core): Inside, Wire(body): Wire<NewClient>) -> WireResult<ClientWithSecret> {
    Ok(Wire(clients::register(&core, body).await?))
}

pub(super) async fn get(
    State(core): Inside,
    Path(id): Path<ClientId>,
    Query(by): Query<Owner>,
) -> WireResult<ClientView> {
    Ok(Wire(clients::get_own(&core, &id, by.owner).await?))
}

pub(super) async fn update(
    State(core): Inside,
    Path(id): Path<ClientId>,
    Query(by): Query<Owner>,
    Wire(body): Wire<ClientChange>,
) -> WireResult<ClientView> {
    Ok(Wire(clients::update(&core, &id, by.owner, body).await?))
}

pub(super) async fn delete(State(core): Inside, Path(id): Path<ClientId>, Query(by): Query<Owner>) -> WireResult<Done> {
    clients::delete(&core, &id, by.owner).await?;
    Ok(done())
}

pub(super) async fn rotate_secret(
    State(core): Inside,
    Path(id): Path<ClientId>,
    Query(by): Query<Owner>,
) -> WireResult<ClientWithSecret> {
    Ok(Wire(clients::rotate_secret(&core, &id, by.owner).await?))
}

pub(super) async fn revoke_all(
    State(core): Inside,
    Path(id): Path<ClientId>,
    Query(by): Query<Owner>,
) -> WireResult<Done> {
    clients::revoke_all(&core, &id, by.owner).await?;
    Ok(done())
}

pub(super) async fn keep_own(
    State(core): Inside,
    Path(id): Path<ClientId>,
    Wire(body): Wire<OwnClient>,
) -> WireResult<Done> {
    clients::keep_own(&core, &id, body).await?;
    Ok(done())
}
