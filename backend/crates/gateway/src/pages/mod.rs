//! The web app's own paths: which file answers which path, and the headers that all of them carry.
//!
//! A path that is no file is a page of the web app, which routes by itself: it gets `index.html`. Only what is plainly
//! no page (below `/_app/`, or a file name asked for by something other than a person) is 404, so that a script from
//! before an update fails instead of arriving as HTML.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, LOCATION, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use crate::files::File;
use crate::origin::Origin;

/// What every answer of the web app carries. The policy for scripts, styles and the rest stands in `index.html` itself,
/// where the build of the web app knows their hashes; here stands what a page cannot say of itself, and both hold.
const HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"),
    (X_FRAME_OPTIONS, "DENY"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tapri</title>\
    <p>This binary was built without the web app. <code>make run</code> builds both and starts Tapri.</p></html>\n";

/// The web app out of `files`, which are in the order of their paths.
pub(crate) fn router(origin: Origin, files: &'static [File]) -> Router {
    let origin = Arc::new(origin);
    Router::new().fallback(get(async move |request: Request| {
        let mut response = answer(&origin, files, &request);
        let headers = response.headers_mut();
        headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
        if origin.is_secure() {
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
        response
    }))
}

fn answer(origin: &Origin, files: &[File], request: &Request) -> Response {
    let path = request.uri().path();
    if let Some(file) = find(files, path).filter(|file| file.path != "/index.html") {
        return file.answer(request.headers());
    }
    if !is_page(path, request.headers()) {
        return (StatusCode::NOT_FOUND, "Not found\n").into_response();
    }
    if let Some(page) = origin.instead_of(request.uri(), request.headers()) {
        return (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, page), (CACHE_CONTROL, "no-store".into())])
            .into_response();
    }
    match find(files, "/index.html") {
        Some(shell) => shell.answer(request.headers()),
        None => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
    }
}

fn find<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    files.binary_search_by(|file| file.path.cmp(path)).ok().map(|index| &files[index])
}

/// Whether a path that is no file is one of the web app's pages. User names may have dots, so a dot alone says nothing.
fn is_page(path: &str, request: &HeaderMap) -> bool {
    let by_a_person =
        request.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"));
    let last = path.rsplit('/').next().unwrap_or_default();
    !path.starts_with("/_app/") && (by_a_person || !last.contains('.'))
}

#[cfg(test)]
mod tests;
