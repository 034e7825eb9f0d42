//! A refusal in the form of the place where it is given.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use super::Style;
use crate::error::{Error, Kind};
use crate::reply::json_response;

/// The body of RFC 6749 section 5.2.
#[derive(Serialize)]
struct OAuthBody<'a> {
    error: &'static str,
    error_description: &'a str,
}

/// `error` as an answer in `style`. Its cause goes into the log.
pub(crate) fn refuse(error: Error, style: Style) -> Response {
    match style {
        Style::Envelope => error.into_response(),
        Style::OAuth => {
            let description = ascii(error.message());
            let body = OAuthBody { error: oauth_code(error.kind()), error_description: &description };
            let (_, body) = json_response(StatusCode::OK, &body).into_parts();
            let (mut parts, envelope) = error.into_response().into_parts();
            drop(envelope);
            parts.headers.remove(http::header::CONTENT_LENGTH);
            Response::from_parts(parts, body)
        }
    }
}

/// `error_description` has no letters outside ASCII, no quotes and no backslash (RFC 6749 section 5.2).
fn ascii(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\')).collect()
}

/// RFC 6749 knows no code for what is not about a grant; these are the nearest it has (sections 4.1.2.1 and 5.2).
fn oauth_code(kind: Kind) -> &'static str {
    match kind {
        Kind::Unreadable
        | Kind::NotFound
        | Kind::MethodNotAllowed
        | Kind::RequestTimeout
        | Kind::Conflict
        | Kind::Gone
        | Kind::TooLarge
        | Kind::UriTooLong
        | Kind::UnsupportedMedia
        | Kind::Invalid
        | Kind::HeadersTooLarge => "invalid_request",
        Kind::Unauthenticated => "invalid_token",
        Kind::Forbidden => "access_denied",
        Kind::Internal => "server_error",
        Kind::TooMany | Kind::Unavailable => "temporarily_unavailable",
    }
}
