//! How the OAuth endpoints answer programs: RFC bodies, never kept by a cache (RFC 6749 sections 5.1 and 5.2).

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use httpkit::json_response;
use serde::Serialize;
use utoipa::ToSchema;

use super::dpop::nonce_wanted;
use crate::error::{Error, Refusal};

const LONGEST_DESCRIPTION: usize = 200;

/// The body of an error (RFC 6749 section 5.2).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OAuthErrorBody {
    /// A code of RFC 6749 section 5.2 or of the RFC of the endpoint.
    #[schema(value_type = String, example = "invalid_grant")]
    pub error: &'static str,
    /// A sentence for the developer of the app.
    pub error_description: String,
}

/// An error on its way to a program.
#[derive(Debug)]
pub(crate) enum OAuthError {
    /// In our own words.
    Ours(Error),
    /// A limit was reached; with its headers.
    Limited(httpkit::Error),
    /// A DPoP proof needs a nonce: this one.
    NonceWanted(HeaderValue),
}

impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl From<store::Error> for OAuthError {
    fn from(error: store::Error) -> Self {
        Self::Ours(error.into())
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        match self {
            Self::Ours(Error::Refused(refusal)) => refused(&refusal),
            Self::Ours(Error::Store(error)) => failed(&error),
            Self::Limited(error) => limited(error),
            Self::NonceWanted(nonce) => nonce_wanted(nonce),
        }
    }
}

/// A body that no cache keeps.
pub(crate) fn uncached(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = json_response(status, body);
    never_cache(response.headers_mut());
    response
}

/// Forbids every cache to keep this answer.
pub(crate) fn never_cache(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}

fn error_body(status: StatusCode, error: &'static str, words: &str) -> Response {
    uncached(status, &OAuthErrorBody { error, error_description: description(words) })
}

/// `error_description` is ASCII without quotes and backslashes (RFC 6749 section 5.2), and a sentence, however long the
/// text was that it repeats.
pub(crate) fn description(words: &str) -> String {
    let allowed = |letter: &char| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\');
    words.chars().filter(allowed).take(LONGEST_DESCRIPTION).collect()
}

fn refused(refusal: &Refusal) -> Response {
    let status = refusal.kind.status();
    let mut response = error_body(status, refusal.error, &refusal.words);
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"Tapri\", charset=\"UTF-8\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

fn failed(error: &store::Error) -> Response {
    tracing::error!(%error, "an OAuth request failed: {error}");
    if matches!(error, store::Error::Unavailable(_)) {
        let words = "Tapri cannot do this just now. Try again in a moment";
        let mut response = error_body(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", words);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        return response;
    }
    error_body(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "Something broke on our side. It was written down")
}

/// The status and the headers of the limiter's answer, with an RFC body.
fn limited(error: httpkit::Error) -> Response {
    let words = error.to_string();
    let (parts, _) = error.into_response().into_parts();
    let mut response = error_body(parts.status, "temporarily_unavailable", &words);
    let told = |name: &str| name == "retry-after" || name.starts_with("ratelimit-");
    let headers = parts.headers.iter().filter(|(name, _)| told(name.as_str()));
    response.headers_mut().extend(headers.map(|(name, value)| (name.clone(), value.clone())));
    response
}
