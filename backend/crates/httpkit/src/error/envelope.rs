//! An error as it leaves: the failing half of the envelope, written and logged once.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Error, FieldIssue, WayBack};
use crate::context;
use crate::reply::json_response;

/// The shape of every error under `/api/`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorEnvelope {
    /// Always `error`.
    #[schema(example = "error")]
    pub status: &'static str,
    /// One sentence for people.
    #[schema(value_type = String, example = "User not found")]
    pub message: Cow<'static, str>,
    /// The HTTP status.
    #[schema(example = 404)]
    pub code: u16,
    /// What exactly is wrong, for people and for programs.
    pub details: ErrorDetails,
    /// When it was answered: UTC, RFC 3339, whole seconds.
    #[schema(format = DateTime)]
    pub timestamp: String,
}

/// The part of an error that a program reads.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetails {
    /// The field at fault, or null.
    #[schema(value_type = Option<String>)]
    pub field: Option<Cow<'static, str>>,
    /// A sentence that says what is wrong.
    #[schema(value_type = String)]
    pub issue: Cow<'static, str>,
    /// A stable slug.
    pub reason: &'static str,
    /// Every invalid field, where there is more to say than one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldIssue>,
    /// Where a person goes on, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub way_back: Option<WayBack>,
    /// The request's id, for a report.
    pub request_id: String,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.log();
        let inner = *self.0;
        let status = inner.kind.status();
        let context = context::current();
        let mut response = json_response(
            status,
            &ErrorEnvelope {
                status: "error",
                message: inner.message,
                code: status.as_u16(),
                details: ErrorDetails {
                    field: inner.field,
                    issue: inner.issue,
                    reason: inner.reason,
                    errors: inner.errors,
                    way_back: inner.way_back,
                    request_id: context.request_id.to_string(),
                },
                timestamp: context.received.to_rfc3339(),
            },
        );
        for (name, value) in inner.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}
