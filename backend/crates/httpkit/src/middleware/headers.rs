//! Bounds on what stands before a body, and the headers that every answer has.

use axum::extract::Request;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use super::X_REQUEST_ID;
use crate::error::{Error, Kind, Result};
use crate::settings::Http;

/// What an answer says unless its handler says otherwise: it is for the one who asked and no cache, it is what its
/// type says, it is nothing to load from or to be put in a frame, and where it leads learns no address.
const DEFAULTS: [(HeaderName, HeaderValue); 5] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// Names the request and adds the defaults; what a handler has set stays.
pub(super) fn secure(headers: &mut HeaderMap, request_id: HeaderValue) {
    headers.reserve(DEFAULTS.len() + 1);
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(value);
    }
    headers.insert(X_REQUEST_ID, request_id);
}

/// 414 and 431. hyper has larger bounds of its own, below which these answer in words.
pub(super) fn check_sizes(request: &Request, http: &Http) -> Result<()> {
    let uri = request.uri();
    let address = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if address as u64 > http.uri_limit {
        return Err(Error::new(Kind::UriTooLong, "address_too_long", "The address is too long")
            .issue(format!("The address may have {} bytes at most", http.uri_limit)));
    }
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers as u64 > http.header_limit {
        return Err(Error::new(Kind::HeadersTooLarge, "headers_too_large", "The headers are too large")
            .issue(format!("The headers may have {} bytes together", http.header_limit)));
    }
    Ok(())
}

/// RFC 6750 section 5.3: a token in an address ends up in logs and histories. RFC 9700 section 4.3.2 forbids it.
pub(super) fn check_no_bearer_in_query(request: &Request) -> Result<()> {
    let Some(query) = request.uri().query() else { return Ok(()) };
    if query.split('&').any(|pair| pair.split('=').next() == Some("access_token")) {
        return Err(Error::unreadable("token_in_query", "An access token does not belong into an address")
            .issue("Send it as a header: Authorization: Bearer …"));
    }
    Ok(())
}
