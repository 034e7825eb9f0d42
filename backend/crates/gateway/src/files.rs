//! The files of the web app and how one of them becomes an answer: encoding, validator, caching.
//!
//! It does not decide which file a path means; [`crate::pages`] does.

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// One file of the built web app. `build.rs` writes these.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    /// The path it is asked for by, `/index.html`.
    pub(crate) path: &'static str,
    /// A hash of its content.
    pub(crate) tag: &'static str,
    /// Its `Content-Type`.
    pub(crate) media_type: &'static str,
    /// Its bytes, as they are
    pub(crate) plain: &'static [u8],
    /// and compressed, where that made them fewer.
    pub(crate) brotli: Option<&'static [u8]>,
    /// The same for clients that do not know brotli.
    pub(crate) gzip: Option<&'static [u8]>,
}

/// The web app as it was built before this crate was compiled, in the order of the paths; empty if it was not.
pub(crate) static EMBEDDED: &[File] = include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// Files below it carry a hash of their content in their names and never change.
const IMMUTABLE: &str = "/_app/immutable/";

impl File {
    /// The file, or 304 when the client has it already.
    pub(crate) fn answer(&self, request: &HeaderMap) -> Response {
        let (encoding, bytes) = self.best_for(request);
        // Strong validators differ between encodings (RFC 9110, 8.8.3.3).
        let tag = match encoding {
            Some(encoding) => format!("\"{}-{encoding}\"", self.tag),
            None => format!("\"{}\"", self.tag),
        };
        let caching = if self.path.starts_with(IMMUTABLE) { "public, max-age=31536000, immutable" } else { "no-cache" };
        let known = is_known(request, &tag);
        let shared = [
            (ETAG, HeaderValue::from_str(&tag).expect("hexadecimal digits and a name are a header value")),
            (CACHE_CONTROL, HeaderValue::from_static(caching)),
            (VARY, HeaderValue::from_static("accept-encoding")),
        ];
        if known {
            return (StatusCode::NOT_MODIFIED, shared).into_response();
        }
        let mut response = (shared, Body::from(bytes)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }

    /// The smallest form that the client accepts.
    fn best_for(&self, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        let forms = [("br", self.brotli), ("gzip", self.gzip)];
        forms
            .into_iter()
            .find_map(|(name, bytes)| bytes.filter(|_| accepts(request, name)).map(|bytes| (Some(name), bytes)))
            .unwrap_or((None, self.plain))
    }
}

/// Whether `Accept-Encoding` names `encoding`, and not with a quality of zero (RFC 9110, 12.5.3).
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    let offers = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    offers.flat_map(|value| value.split(',')).any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let refused = parts.any(|weight| weight.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
        named && !refused
    })
}

/// Whether `If-None-Match` names `tag`, by the weak comparison that it asks for (RFC 9110, 13.1.2).
fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let known = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).map(str::trim).any(|known| {
        let known = known.strip_prefix("W/").unwrap_or(known);
        known == tag || known == "*"
    })
}
