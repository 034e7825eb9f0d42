//! Sessions, and what a changed credential does to them.

use std::sync::Arc;

use axum::extract::{Path, State};
use httpkit::auth_wire::{
    CredentialAnswer, CredentialChanged, Done, EndOthers, EndSession, Listed, OpenSession, RefreshSession,
    SessionEnded, SessionTokens, SessionView,
};
use httpkit::{ClientId, GrantId, UserId};

use super::answer::{Wire, WireResult, done};
use crate::core::Core;
use crate::sessions;

type Inside = State<Arc<Core>>;

pub(super) async fn open(State(core): Inside, Wire(body): Wire<OpenSession>) -> WireResult<SessionTokens> {
    Ok(Wire(sessions::open(&core, body).await?))
}

pub(super) async fn refresh(State(core): Inside, Wire(body): Wire<RefreshSession>) -> WireResult<SessionTokens> {
    Ok(Wire(sessions::refresh(&core, body).await?))
}

pub(super) async fn log_out(State(core): Inside, Wire(body): Wire<EndSession>) -> WireResult<SessionEnded> {
    Ok(Wire(sessions::log_out(&core, body).await?))
}

pub(super) async fn list(State(core): Inside, Path(sub): Path<UserId>) -> WireResult<Listed<SessionView>> {
    Ok(Wire(sessions::list(&core, sub).await?))
}

pub(super) async fn end_one(State(core): Inside, Path((sub, session)): Path<(UserId, GrantId)>) -> WireResult<Done> {
    sessions::end_one(&core, sub, session).await?;
    Ok(done())
}

pub(super) async fn apps(
    State(core): Inside,
    Path((sub, session)): Path<(UserId, GrantId)>,
) -> WireResult<Listed<ClientId>> {
    Ok(Wire(sessions::apps(&core, sub, session).await?))
}

pub(super) async fn end_others(
    State(core): Inside,
    Path(sub): Path<UserId>,
    Wire(body): Wire<EndOthers>,
) -> WireResult<Done> {
    sessions::end_others(&core, sub, body.keep).await?;
    Ok(done())
}

pub(super) async fn credential_changed(
    State(core): Inside,
    Path(sub): Path<UserId>,
    Wire(body): Wire<CredentialChanged>,
) -> WireResult<CredentialAnswer> {
    Ok(Wire(sessions::credential_changed(&core, sub, body).await?))
}
