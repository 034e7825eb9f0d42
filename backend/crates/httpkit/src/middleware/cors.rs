//! Which answers a page of another origin may read (OAUTH.md, "CORS").
//!
//! [`bearer`] goes around routes that know their caller by a header alone: any origin may read those, never with
//! cookies. A route that reads a cookie, and the authorization endpoint, get no layer of this kind at all: without one
//! the browser shows their answers to nobody but our own pages.

use std::time::Duration;

use http::Method;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue, IF_MATCH, IF_NONE_MATCH, RETRY_AFTER, WWW_AUTHENTICATE,
};
use tower_http::cors::{Any, CorsLayer};

use super::X_REQUEST_ID;

pub(super) const EXPOSED: &str = "deprecation,dpop-nonce,etag,ratelimit-limit,ratelimit-remaining,ratelimit-reset,retry-after,sunset,\
     www-authenticate,x-request-id";

/// Opens what is below to every origin, without credentials, and answers its preflights.
pub fn bearer() -> CorsLayer {
    let name = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            name("dpop"),
            name("idempotency-key"),
            name("last-event-id"),
        ])
        .expose_headers([
            name("deprecation"),
            name("dpop-nonce"),
            http::header::ETAG,
            name("ratelimit-limit"),
            name("ratelimit-remaining"),
            name("ratelimit-reset"),
            RETRY_AFTER,
            name("sunset"),
            WWW_AUTHENTICATE,
            X_REQUEST_ID,
        ])
        // The same answer to every origin, so it varies by none.
        .vary([])
        .max_age(Duration::from_secs(86_400))
}

/// Opens one answer as [`bearer`] does.
pub(super) fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}
