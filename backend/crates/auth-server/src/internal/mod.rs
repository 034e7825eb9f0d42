//! `/internal/v1/*`: what the resource server asks for, with the service credential and with nothing else.
//!
//! The bodies are `httpkit::auth_wire`. A handler reads, calls one function of the domain, and answers; it decides nothing.

mod answer;
mod clients;
mod guard;
mod people;
mod server;
mod sessions;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post, put};

use crate::core::Core;

/// Where these routes are.
pub(crate) const PREFIX: &str = "/internal/v1";

/// The routes below [`PREFIX`].
pub(crate) fn router(core: &Arc<Core>) -> Router {
    Router::new()
        .route("/keys", get(server::keys))
        .route("/keys/all", get(server::all_keys))
        .route("/keys/rotate", post(server::rotate_keys))
        .route("/keys/{kid}/retire", post(server::retire_key))
        .route("/events", get(server::events))
        .route("/openapi", get(server::openapi))
        .route("/sessions", post(sessions::open))
        .route("/sessions/refresh", post(sessions::refresh))
        .route("/sessions/logout", post(sessions::log_out))
        .route("/subjects/{sub}/sessions", get(sessions::list))
        .route("/subjects/{sub}/sessions/end", post(sessions::end_others))
        .route("/subjects/{sub}/sessions/{session_id}", delete(sessions::end_one))
        .route("/subjects/{sub}/sessions/{session_id}/apps", get(sessions::apps))
        .route("/subjects/{sub}/credential", post(sessions::credential_changed))
        .route("/subjects/{sub}/ceiling", post(people::narrow))
        .route("/subjects/{sub}", delete(people::leave))
        .route("/subjects/{sub}/apps", get(people::apps))
        .route("/subjects/{sub}/apps/{client_id}", delete(people::withdraw))
        .route("/consent/view", post(people::view))
        .route("/consent/decide", post(people::decide))
        .route("/logout/view", post(people::view_logout))
        .route("/device/view", post(people::view_device))
        .route("/device/decide", post(people::decide_device))
        .route("/clients", get(clients::list).post(clients::register))
        .route("/clients/{client_id}", get(clients::get).patch(clients::update).delete(clients::delete))
        .route("/clients/{client_id}/secret", post(clients::rotate_secret))
        .route("/clients/{client_id}/revoke", post(clients::revoke_all))
        .route("/clients/own/{client_id}", put(clients::keep_own))
        .layer(from_fn_with_state(Arc::clone(core), guard::require_service))
        .with_state(Arc::clone(core))
}
