//! Wire bodies: plain JSON in, plain JSON or a [`WireError`] out.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use httpkit::auth_wire::{Done, WireError};
use httpkit::{Kind, json_response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Refusal};

/// A JSON body.
pub(super) struct Wire<T>(pub T);

/// The result of a handler.
pub(super) type WireResult<T> = Result<Wire<T>, WireRefusal>;

/// A refusal on its way to the resource server.
pub(super) struct WireRefusal(pub Error);

impl From<Error> for WireRefusal {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// The answer where there is nothing to say.
pub(super) fn done() -> Wire<Done> {
    Wire(Done {})
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Wire<T> {
    type Rejection = WireRefusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, WireRefusal> {
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| Error::invalid_request("The body did not arrive whole"))?;
        serde_json::from_slice(&body).map(Wire).map_err(|error| {
            let words = format!("The body is not what this call takes: {error}");
            Error::refused(Kind::Invalid, "invalid_request", words).into()
        })
    }
}

impl<T: Serialize> IntoResponse for Wire<T> {
    fn into_response(self) -> Response {
        json_response(StatusCode::OK, &self.0)
    }
}

impl IntoResponse for WireRefusal {
    fn into_response(self) -> Response {
        match self.0 {
            Error::Refused(refusal) => refused(&refusal),
            Error::Store(error) => failed(&error),
        }
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = refusal.kind.status();
    let error = WireError {
        error: refusal.error.to_owned(),
        error_description: refusal.words.clone().into_owned(),
        field: refusal.field.map(str::to_owned),
        way_back: refusal.way_back.as_deref().cloned(),
    };
    let mut response = json_response(status, &error);
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn failed(error: &store::Error) -> Response {
    tracing::error!(%error, "a call of the resource server failed: {error}");
    if matches!(error, store::Error::Unavailable(_)) {
        let mut response = body(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The store does not answer");
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        return response;
    }
    body(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something broke in the auth server")
}

fn body(status: StatusCode, error: &str, words: &str) -> Response {
    let (error, error_description) = (error.to_owned(), words.to_owned());
    json_response(status, &WireError { error, error_description, field: None, way_back: None })
}
