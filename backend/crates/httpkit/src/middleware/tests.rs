use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, ORIGIN};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::*;
use crate::serve::Listener;
use crate::services::testing;
use crate::settings::Settings;

/// A server with some routes, its answers, and what a caller sees of them.
struct Server(Router);

struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

fn routes() -> Router {
    Router::new()
        .route("/api/v1/hello", get(async || "hello").post(async |body: Bytes| format!("{} bytes", body.len())))
        .route("/api/v1/ignores", post(async || StatusCode::UNAUTHORIZED))
        .route("/api/v1/uploads", post(async |body: Bytes| format!("{} bytes", body.len())).layer(larger_body(1_000)))
        .route("/api/v1/panics", get(panics))
        .route("/api/v1/sleeps", get(std::future::pending::<()>))
        .route("/api/v1/open", get(async || "for all").layer(cors::bearer()))
        .route("/oauth/sleeps", get(std::future::pending::<()>))
        .route("/types/{type}/{subtype}/{size}", get(typed))
}

async fn panics() {
    panic!("hunter2");
}

async fn typed(path: axum::extract::Path<(String, String, usize)>) -> Response {
    let axum::extract::Path((kind, subtype, size)) = path;
    ([(CONTENT_TYPE, format!("{kind}/{subtype}"))], "x".repeat(size)).into_response()
}

impl Server {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let (services, _) = testing::services(|settings| {
            settings.http.body_limit = 100;
            change(settings);
        });
        Self(public_stack(routes(), &services, Style::Envelope))
    }

    async fn send(&self, request: Request) -> Answer {
        let response = self.0.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(Request::post(path).body(body.into()).unwrap()).await
    }
}

/// A body in pieces whose length nobody has said before.
fn pieces(pieces: impl IntoIterator<Item = Vec<u8>, IntoIter: Send + 'static>) -> Body {
    Body::from_stream(futures::stream::iter(pieces.into_iter().map(Ok::<_, Infallible>)))
}

#[tokio::test]
async fn every_answer_names_its_request_and_is_safe_to_show() {
    let server = Server::new();
    for path in ["/api/v1/hello", "/nowhere", "/api/v1/panics"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-request-id").len(), 13, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn an_unknown_path_is_404_in_the_envelope_and_names_the_request() {
    let answer = Server::new().get("/api/v1/nowhere").await;
    assert_eq!(answer.status, 404);
    let expected = json!({
        "status": "error",
        "message": "There is nothing at this address",
        "code": 404,
        "details": {
            "field": null,
            "issue": "There is nothing at this address",
            "reason": "no_such_path",
            "request_id": answer.header("x-request-id"),
        },
        "timestamp": testing::NOW,
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn a_wrong_method_is_405_with_the_right_ones() {
    let answer = Server::new().post("/api/v1/panics", "").await;
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"));
    assert_eq!(answer.json()["details"]["reason"], "method_not_allowed");
}

#[tokio::test]
async fn what_oauth_defines_is_refused_as_oauth_says() {
    let server = Server::new();
    let answer = server.get("/oauth/nowhere").await;
    assert_eq!(answer.status, 404);
    assert_eq!(
        answer.json(),
        json!({"error": "invalid_request", "error_description": "There is nothing at this address"})
    );
    let answer = server.post("/oauth/sleeps", "").await;
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"));
    assert_eq!(answer.json()["error"], "invalid_request");
}

#[tokio::test]
async fn a_panic_is_500_and_shows_nothing_of_the_inside() {
    let answer = Server::new().get("/api/v1/panics").await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.json()["details"]["reason"], "internal");
    assert!(!String::from_utf8_lossy(&answer.body).contains("hunter2"));
}

#[tokio::test]
async fn a_body_over_its_limit_is_413_whether_its_length_was_said_or_not() {
    let server = Server::new();
    assert_eq!(server.post("/api/v1/hello", vec![0; 100]).await.body, "100 bytes");
    let said = server.post("/api/v1/hello", vec![0; 101]).await;
    let unsaid = server.post("/api/v1/hello", pieces([vec![0; 60], vec![0; 41]])).await;
    for answer in [said, unsaid] {
        assert_eq!(answer.status, 413);
        assert_eq!(answer.json()["details"]["issue"], "The body may have 100 bytes at most");
        assert_eq!(answer.json()["details"]["reason"], "body_too_large");
    }
}

#[tokio::test]
async fn a_route_may_take_larger_bodies() {
    let server = Server::new();
    assert_eq!(server.post("/api/v1/uploads", vec![0; 1_000]).await.body, "1000 bytes");
    let answer = server.post("/api/v1/uploads", vec![0; 1_001]).await;
    assert_eq!(answer.json()["details"]["issue"], "The body may have 1000 bytes at most");
}

#[tokio::test]
async fn what_a_handler_leaves_unread_is_read_before_the_answer() {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let body = pieces((0..10).map(move |piece| {
        sender.send(piece).unwrap();
        vec![0; 1_000]
    }));
    let answer = Server::new().post("/api/v1/ignores", body).await;
    assert_eq!(answer.status, 401);
    assert_eq!(receiver.len(), 10);
}

#[tokio::test]
async fn who_asks_whether_to_send_is_answered_before_it_does() {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let body = pieces((0..10).map(move |piece| {
        sender.send(piece).unwrap();
        vec![0; 1_000]
    }));
    let request = Request::post("/api/v1/ignores").header("expect", "100-continue").body(body).unwrap();
    assert_eq!(Server::new().send(request).await.status, 401);
    assert_eq!(receiver.len(), 0);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_503() {
    let server = Server::with(|settings| settings.http.request_timeout = Duration::from_millis(10));
    let answer = server.get("/api/v1/sleeps").await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert_eq!(answer.json()["details"]["reason"], "unavailable");
    let answer = server.get("/oauth/sleeps").await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert_eq!(answer.json()["error"], "temporarily_unavailable");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let server = Server::with(|settings| settings.http.request_timeout = Duration::from_millis(10));
    let asleep = Body::from_stream(futures::stream::pending::<Result<Bytes, Infallible>>());
    let answer = server.post("/api/v1/hello", asleep).await;
    assert_eq!(answer.status, 408);
    assert_eq!(answer.json()["details"]["reason"], "body_too_slow");
}

#[tokio::test]
async fn an_address_or_headers_without_measure_are_refused() {
    let server = Server::new();
    let answer = server.get(&format!("/api/v1/hello?{}", "x".repeat(8_000))).await;
    assert_eq!((answer.status.as_u16(), answer.json()["details"]["reason"].as_str()), (414, Some("address_too_long")));
    let request = Request::get("/api/v1/hello").header("x-large", "x".repeat(16_000)).body(Body::empty()).unwrap();
    let answer = server.send(request).await;
    assert_eq!((answer.status.as_u16(), answer.json()["details"]["reason"].as_str()), (431, Some("headers_too_large")));
}

#[tokio::test]
async fn a_token_in_the_address_is_refused() {
    let server = Server::new();
    for query in ["access_token=x", "a=b&access_token=", "access_token"] {
        let answer = server.get(&format!("/api/v1/hello?{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["details"]["reason"].as_str()),
            (400, Some("token_in_query"))
        );
    }
    assert_eq!(server.get("/api/v1/hello?my_access_token=x&q=access_token=").await.status, 200);
    let answer = server.get("/oauth/sleeps?access_token=x").await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (400, Some("invalid_request")));
}

#[tokio::test]
async fn only_a_trusted_proxy_names_requests() {
    let request = || Request::get("/nowhere").header("x-request-id", "from-the-proxy").body(Body::empty()).unwrap();
    let trusting = Server::with(|settings| {
        let environment = [("TAPRI_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned())];
        settings.trusted_proxies = Settings::from_layers(None, environment).unwrap().trusted_proxies;
    });
    let answer = trusting.send(request()).await;
    assert_eq!(answer.header("x-request-id"), "from-the-proxy");
    assert_eq!(answer.json()["details"]["request_id"], "from-the-proxy");
    assert_ne!(Server::new().send(request()).await.header("x-request-id"), "from-the-proxy");
}

#[tokio::test]
async fn large_text_is_compressed_and_nothing_else() {
    let server = Server::new();
    let encoding = async |path: &str, accept: &str| {
        let request = Request::get(path).header(ACCEPT_ENCODING, accept).body(Body::empty()).unwrap();
        let answer = server.send(request).await;
        (answer.header("content-encoding").to_owned(), answer.header("vary").to_owned(), answer.body.len())
    };
    let (coding, vary, size) = encoding("/types/application/json/5000", "gzip, br").await;
    assert_eq!((coding.as_str(), vary.as_str()), ("br", "accept-encoding"));
    assert!(size < 100, "{size}");
    assert_eq!(encoding("/types/text/plain/5000", "gzip").await.0, "gzip");
    assert_eq!(encoding("/types/application/json/5000", "identity").await, (String::new(), vary, 5000));
    assert_eq!(encoding("/types/application/json/5000", "br;q=0").await.0, "");
    for path in ["/types/application/json/1000", "/types/image/webp/5000", "/types/text/event-stream/5000"] {
        let (coding, vary, _) = encoding(path, "gzip, br").await;
        assert_eq!((coding.as_str(), vary.as_str()), ("", ""), "{path}");
    }
}

#[tokio::test]
async fn who_asks_without_end_is_told_to_slow_down() {
    let server = Server::with(|settings| settings.limits.enabled = true);
    let first = server.send(Request::get("/api/v1/hello").body(Body::empty()).unwrap()).await;
    assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), ("5000", "4999"));
    assert_eq!(first.header("ratelimit-reset"), "1");
    for _ in 1..5_000 {
        server.0.clone().oneshot(Request::get("/api/v1/hello").body(Body::empty()).unwrap()).await.unwrap();
    }
    let request = Request::get("/api/v1/hello").header(ORIGIN, "https://app.example").body(Body::empty()).unwrap();
    let answer = server.send(request).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "1"));
    assert_eq!((answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")), ("5000", "0"));
    assert_eq!(answer.json()["details"]["issue"], "Too many requests. Try again in 1 second");
    assert_eq!(answer.header("access-control-allow-origin"), "*", "an app in a browser can read it");
    assert!(answer.header("access-control-expose-headers").contains("retry-after"));
}

#[tokio::test]
async fn only_what_is_opened_is_open_to_other_origins() {
    let server = Server::new();
    let request = |path: &str| Request::get(path).header(ORIGIN, "https://app.example").body(Body::empty()).unwrap();
    let open = server.send(request("/api/v1/open")).await;
    assert_eq!(open.header("access-control-allow-origin"), "*");
    assert_eq!(open.header("access-control-allow-credentials"), "");
    assert_eq!(open.header("access-control-expose-headers"), cors::EXPOSED);
    let closed = server.send(request("/api/v1/hello")).await;
    assert_eq!(closed.header("access-control-allow-origin"), "");
    let preflight = |path: &str| {
        Request::options(path)
            .header(ORIGIN, "https://app.example")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization")
            .body(Body::empty())
            .unwrap()
    };
    let open = server.send(preflight("/api/v1/open")).await;
    assert_eq!((open.status.as_u16(), open.header("access-control-allow-origin")), (200, "*"));
    assert!(open.header("access-control-allow-headers").contains("authorization"));
    let closed = server.send(preflight("/api/v1/hello")).await;
    assert_eq!((closed.status.as_u16(), closed.header("access-control-allow-origin")), (405, ""));
}

/// A body that says it has a gigabyte and must not be read.
struct Unreadable;

impl axum::body::HttpBody for Unreadable {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        unreachable!("it was read")
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(1_000_000_000)
    }
}

#[tokio::test]
async fn a_declared_length_is_judged_before_a_byte_is_read() {
    assert_eq!(Server::new().post("/api/v1/hello", Body::new(Unreadable)).await.status, 413);
}

#[tokio::test]
async fn a_client_that_sends_everything_before_it_listens_hears_the_answer() {
    let (services, _) = testing::services(|_| {});
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), "test.listen").await.unwrap();
    let address = listener.address();
    let router = public_stack(routes(), &services, Style::Envelope);
    tokio::spawn(async move { listener.serve(router, &services.settings.http, CancellationToken::new()).await });
    for (path, expected) in [("/api/v1/ignores", "401"), ("/api/v1/hello", "413"), ("/nowhere", "404")] {
        let mut client = TcpStream::connect(address).await.unwrap();
        let size = 8_000_000;
        let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {size}\r\n\r\n");
        client.write_all(head.as_bytes()).await.unwrap();
        client.write_all(&vec![b'x'; size]).await.unwrap();
        let mut status = [0; 12];
        client.read_exact(&mut status).await.unwrap();
        assert_eq!(status, format!("HTTP/1.1 {expected}").as_bytes(), "{path}");
    }
}
