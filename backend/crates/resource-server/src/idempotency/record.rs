//! What is kept of a request with an `Idempotency-Key`.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, Schema, Time};

/// One request; its key is the user and `route:key`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub user_id: UserId,
    pub name: String,
    pub fingerprint: String,
    pub state: State,
    pub expires_at: Time,
}

/// How far it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Being worked on.
    Running {
        /// Since when.
        since: Time,
    },
    /// Done, and answered with this.
    Done(Answer),
}

/// An answer under `/api/`: always JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    status: i32,
    body: String,
}

impl Answer {
    pub fn new(status: StatusCode, body: &[u8]) -> Self {
        Self { status: i32::from(status.as_u16()), body: String::from_utf8_lossy(body).into_owned() }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = u16::try_from(self.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        (status.unwrap_or(StatusCode::OK), [(CONTENT_TYPE, JSON)], self.body).into_response()
    }
}

impl Document for Record {
    type Key = (UserId, String);

    const SCHEMA: &'static Schema = &Schema::new("resource_idempotency").expires("expires_at");

    fn key(&self) -> Self::Key {
        (self.user_id, self.name.clone())
    }
}
