//! The success half of the envelope that every answer under `/api/` has; the other half is [`crate::error`].
//!
//! A handler returns `Result<Reply<View>>`. The envelope's fields and their order are fixed (API.md): `status`,
//! `message`, `code`, `data`, `timestamp`.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::context;

/// What a handler answers: a sentence for people, a status, and data for programs.
#[derive(Debug)]
pub struct Reply<T> {
    code: StatusCode,
    message: &'static str,
    data: T,
}

impl<T> Reply<T> {
    /// 200 with `message` and `data`.
    pub fn ok(message: &'static str, data: T) -> Self {
        Self { code: StatusCode::OK, message, data }
    }

    /// 201 with `message` and `data`.
    pub fn created(message: &'static str, data: T) -> Self {
        Self { code: StatusCode::CREATED, message, data }
    }

    /// 202 with `message` and `data`: taken on, not yet done.
    pub fn accepted(message: &'static str, data: T) -> Self {
        Self { code: StatusCode::ACCEPTED, message, data }
    }
}

impl Reply<Nothing> {
    /// 200 with `message`, where there is nothing more to say; `data` is an empty object.
    pub fn done(message: &'static str) -> Self {
        Self::ok(message, Nothing {})
    }
}

/// The empty object that `data` is where there is nothing to say.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Nothing {}

/// The shape of every successful answer under `/api/`, as the OpenAPI document shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Envelope<T> {
    /// Always `success`.
    #[schema(example = "success")]
    pub status: &'static str,
    /// One sentence for people.
    pub message: &'static str,
    /// The HTTP status.
    #[schema(example = 200)]
    pub code: u16,
    /// What was asked for.
    pub data: T,
    /// When it was answered: UTC, RFC 3339, whole seconds.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: String,
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let envelope = Envelope {
            status: "success",
            message: self.message,
            code: self.code.as_u16(),
            data: self.data,
            timestamp: context::current().received.to_rfc3339(),
        };
        json_response(self.code, &envelope)
    }
}

/// `body` as JSON under `code`. A body that cannot be written is our mistake, and answered as such.
pub fn json_response(code: StatusCode, body: &impl Serialize) -> Response {
    let mut bytes = Vec::with_capacity(512);
    if let Err(error) = serde_json::to_writer(&mut bytes, body) {
        tracing::error!(%error, "an answer could not be written as JSON");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    (code, [(CONTENT_TYPE, JSON)], bytes).into_response()
}
