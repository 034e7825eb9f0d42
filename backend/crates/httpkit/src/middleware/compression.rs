//! Compression of what is worth it: text and JSON of at least a kilobyte.
//!
//! Pictures are compressed already, an event stream must not be held back, and below a kilobyte the answer fits one
//! packet either way. The encoders are tower-http's; only the decision is ours, made before anything is wrapped.

use std::convert::Infallible;

use axum::body::{Body, HttpBody};
use axum::response::Response;
use futures::FutureExt as _;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, VARY};
use http::{Extensions, Request, StatusCode, Version};
use tower::{Layer, Service};
use tower_http::compression::CompressionLayer;

/// Bytes below which nothing is won.
const WORTHWHILE: u64 = 1024;

/// The request's `Accept-Encoding`, where it names something that we can do.
#[derive(Clone, Debug)]
pub(super) struct Accepted(Option<HeaderValue>);

impl Accepted {
    pub(super) fn by(headers: &HeaderMap) -> Self {
        let names_ours = |value: &&HeaderValue| {
            let bytes = value.as_bytes();
            bytes.windows(2).any(|part| part.eq_ignore_ascii_case(b"br"))
                || bytes.windows(4).any(|part| part.eq_ignore_ascii_case(b"gzip"))
        };
        Self(headers.get(ACCEPT_ENCODING).filter(names_ours).cloned())
    }
}

/// `response` as the client prefers it.
pub(super) fn compress(mut response: Response, accepted: &Accepted) -> Response {
    if !is_worthwhile(&response) {
        return response;
    }
    let Some(accepted) = accepted.0.clone() else {
        // Said also where nothing is compressed: a cache in between must not hand the one form to everybody.
        response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
        return response;
    };
    // The answer travels as the body of the request that asks for its compression, and is there at once.
    let mut request = Request::new(response);
    request.headers_mut().insert(ACCEPT_ENCODING, accepted);
    let hand_back = tower::service_fn(|request: Request<Response>| std::future::ready(Ok(request.into_body())));
    let decided = |_: StatusCode, _: Version, _: &HeaderMap, _: &Extensions| true;
    let encoded = CompressionLayer::new().compress_when(decided).layer(hand_back).call(request).now_or_never();
    let Ok::<_, Infallible>(response) = encoded.expect("what is ready at once is ready now");
    response.map(Body::new)
}

fn is_worthwhile(response: &Response) -> bool {
    let headers = response.headers();
    let size = response.body().size_hint();
    let large = size.exact().is_none_or(|exact| exact >= WORTHWHILE);
    large
        && headers.get(CONTENT_TYPE).is_some_and(is_text)
        && !headers.contains_key(CONTENT_ENCODING)
        && !headers.contains_key(CONTENT_RANGE)
}

fn is_text(content_type: &HeaderValue) -> bool {
    let essence = content_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    match essence {
        "text/event-stream" => false,
        "application/json" | "application/javascript" | "application/yaml" | "image/svg+xml" => true,
        other => other.starts_with("text/") || other.ends_with("+json"),
    }
}
