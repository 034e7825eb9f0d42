//! What a person allows apps: the consent page, the page for devices, and the list of apps with access.

use std::sync::Arc;

use axum::extract::{Path, State};
use httpkit::auth_wire::{
    AuthorizedApp, Ceiling, ConsentAnswer, ConsentDecision, ConsentQuestion, ConsentView, DeviceAnswer, DeviceDecision,
    DeviceQuestion, DeviceView, Done, Listed, LogoutQuestion, LogoutView,
};
use httpkit::{ClientId, UserId};

use super::answer::{Wire, WireResult, done};
use crate::core::Core;
use crate::{consents, leaving, oauth};

type Inside = State<Arc<Core>>;

pub(super) async fn leave(State(core): Inside, Path(sub): Path<UserId>) -> WireResult<Done> {
    leaving::leave(&core, sub).await?;
    Ok(done())
}

pub(super) async fn apps(State(core): Inside, Path(sub): Path<UserId>) -> WireResult<Listed<AuthorizedApp>> {
    Ok(Wire(consents::authorized_apps(&core, sub).await?))
}

pub(super) async fn withdraw(State(core): Inside, Path((sub, client)): Path<(UserId, ClientId)>) -> WireResult<Done> {
    consents::withdraw(&core, sub, &client).await?;
    Ok(done())
}

pub(super) async fn narrow(
    State(core): Inside,
    Path(sub): Path<UserId>,
    Wire(body): Wire<Ceiling>,
) -> WireResult<Done> {
    consents::narrow(&core, sub, body.ceiling).await?;
    Ok(done())
}

pub(super) async fn view(State(core): Inside, Wire(body): Wire<ConsentQuestion>) -> WireResult<ConsentView> {
    Ok(Wire(oauth::view(&core, body).await?))
}

pub(super) async fn view_logout(State(core): Inside, Wire(body): Wire<LogoutQuestion>) -> WireResult<LogoutView> {
    Ok(Wire(oauth::view_logout(&core, body).await?))
}

pub(super) async fn decide(State(core): Inside, Wire(body): Wire<ConsentDecision>) -> WireResult<ConsentAnswer> {
    Ok(Wire(oauth::decide(&core, body).await?))
}

pub(super) async fn view_device(State(core): Inside, Wire(body): Wire<DeviceQuestion>) -> WireResult<DeviceView> {
    Ok(Wire(oauth::view_device(&core, body).await?))
}

pub(super) async fn decide_device(State(core): Inside, Wire(body): Wire<DeviceDecision>) -> WireResult<DeviceAnswer> {
    Ok(Wire(oauth::decide_device(&core, body).await?))
}
