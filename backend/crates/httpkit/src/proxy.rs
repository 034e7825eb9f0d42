//! Passing a request on to another server of ours, and its answer back: the resource server does so for the auth
//! server's public routes, the gateway for everything that is not a page.
//!
//! Own forwarder over hyper-util's pooled client instead of a proxy library: it was measured a little faster per hop,
//! it brings no dependency that is not here anyway, and what is ours about it (who asked, in which form to refuse) would
//! have to be written around a library too. It does not balance, retry, cache, rewrite paths or upgrade connections.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::Response;
use http::header::{
    CONNECTION, EXPECT, FORWARDED, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION,
    TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Uri, Version};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use url::Url;

use crate::error::{Error, Result};
use crate::limits::{Requester, X_FORWARDED_FOR, X_TAPRI_FORWARDER};
use crate::middleware::{RequestId, Style, X_REQUEST_ID, refuse};
use crate::secrets::ServiceCredential;
use crate::settings::{Secret, Settings};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// What the other server needs beyond its own limit to say that it was reached.
const ANSWER_MARGIN: Duration = Duration::from_secs(5);

const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Headers that speak of one connection only (RFC 9110 section 7.6.1), besides those that `Connection` names.
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Forwards to one server, over kept-alive connections that clones share.
#[derive(Clone, Debug)]
pub struct Forwarder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client<HttpConnector, Body>,
    upstream: Authority,
    settings: Arc<Settings>,
    proof: Secret,
    style: Style,
}

impl Forwarder {
    /// A forwarder to `upstream`, an `http://` address (settings hold no other). It proves itself there with
    /// `credential`, so that it is believed about who asked; refusals of its own are written in `style`.
    pub fn new(upstream: &Url, settings: Arc<Settings>, credential: &ServiceCredential, style: Style) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            // Before the other side gives an idle connection up: what is sent on one that is being closed is lost.
            .pool_idle_timeout(settings.http.header_timeout / 2)
            .build(connector);
        let upstream = upstream.authority().parse().expect("the authority of a URL is one of a URI");
        Self(Arc::new(Inner { client, upstream, settings, proof: credential.forwarder_proof(), style }))
    }

    /// The other server's answer to `request`; 503 with `Retry-After` where there is none. Bodies stream both ways.
    pub async fn forward(&self, request: Request) -> Response {
        let style = self.0.style.at(request.uri().path());
        self.0.exchange(request).await.unwrap_or_else(|error| refuse(error, style))
    }
}

impl Inner {
    async fn exchange(&self, request: Request) -> Result<Response> {
        let patience = self.patience(&request);
        let request = self.readdress(request)?;
        let answered = tokio::time::timeout(patience, self.client.request(request)).await;
        let answer = answered.map_err(|_| Error::unavailable("the server behind did not answer in time"))?;
        let mut answer = answer.map_err(Error::unavailable)?.map(Body::new);
        remove_hop_by_hop(answer.headers_mut());
        Ok(answer)
    }

    /// The server behind bounds the time itself; this is for when it hangs.
    fn patience(&self, request: &Request) -> Duration {
        let http = &self.settings.http;
        let answer = http.request_timeout + ANSWER_MARGIN;
        if request.body().is_end_stream() { answer } else { http.body_timeout + answer }
    }

    /// `request` as the other server should get it: the same path, and only our word for who asked.
    fn readdress(&self, request: Request) -> Result<Request> {
        let (mut parts, body) = request.into_parts();
        let asked = parts.extensions.get().copied();
        let requester: Requester =
            asked.unwrap_or_else(|| Requester::find(&parts.headers, &parts.extensions, &self.settings, &self.proof));
        let path = parts.uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        parts.uri = Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(self.upstream.clone())
            .path_and_query(path)
            .build()
            .map_err(Error::internal)?;
        parts.version = Version::HTTP_11;
        self.rewrite(&mut parts.headers, requester.address(), parts.extensions.get());
        parts.extensions.clear();
        Ok(Request::from_parts(parts, body))
    }

    fn rewrite(&self, headers: &mut HeaderMap, requester: IpAddr, id: Option<&RequestId>) {
        remove_hop_by_hop(headers);
        // The client named us, not the server behind; and our own server has said 100 where that was asked for.
        for name in [HOST, EXPECT, FORWARDED] {
            headers.remove(name);
        }
        let text = |text: &str| HeaderValue::from_str(text).expect("addresses, hosts and base64 are visible ASCII");
        let origin = &self.settings.origin;
        headers.insert(X_FORWARDED_FOR, text(&requester.to_string()));
        headers.insert(X_FORWARDED_HOST, text(origin.authority()));
        headers.insert(X_FORWARDED_PROTO, text(origin.scheme()));
        headers.insert(X_TAPRI_FORWARDER, text(self.proof.expose()));
        match id {
            Some(id) => headers.insert(X_REQUEST_ID, id.header.clone()),
            None => headers.remove(X_REQUEST_ID),
        };
    }
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Bytes;
    use axum::routing::{any, get};
    use futures::StreamExt as _;
    use http_body_util::BodyExt as _;
    use tokio_util::sync::CancellationToken;
    use tower::ServiceExt as _;

    use super::*;
    use crate::middleware::public_stack;
    use crate::serve::Listener;
    use crate::services::{Services, testing};

    /// Serves `router` for the rest of the test and forwards to it through a whole middleware stack.
    async fn in_front_of(router: Router) -> Router {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), "test.listen").await.unwrap();
        let upstream = crate::settings::listening_url(listener.address());
        let http = Settings::defaults().http;
        tokio::spawn(async move { listener.serve(router, &http, CancellationToken::new()).await });
        let (services, _) = testing::services(|_| {});
        forwarding(&upstream, &services)
    }

    fn forwarding(upstream: &Url, services: &Services) -> Router {
        let credential = services.secrets.service();
        let forwarder = Forwarder::new(upstream, Arc::clone(&services.settings), credential, Style::Envelope);
        let forward = any(async move |request: Request| forwarder.forward(request).await);
        public_stack(Router::new().route("/{*path}", forward), services, Style::Envelope)
    }

    async fn send(router: &Router, request: Request) -> (http::response::Parts, Bytes) {
        let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        (parts, body.collect().await.unwrap().to_bytes())
    }

    /// Answers with what it was sent.
    async fn mirror(request: Request) -> String {
        let mut lines = vec![format!("{} {}", request.method(), request.uri())];
        lines.extend(request.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())));
        lines.sort();
        lines.join("\n")
    }

    #[tokio::test]
    async fn the_server_behind_hears_our_word_for_who_asked_and_no_others() {
        let front = in_front_of(Router::new().fallback(mirror)).await;
        let request = Request::get("/oauth/authorize?a=%20b")
            .header("host", "evil.example")
            .header("x-forwarded-for", "203.0.113.9")
            .header("x-forwarded-proto", "gopher")
            .header("x-forwarded-host", "evil.example")
            .header("forwarded", "for=203.0.113.9")
            .header("x-tapri-forwarder", "guess")
            .header("x-request-id", "from-outside")
            .header("connection", "keep-alive, x-private")
            .header("x-private", "for the hop alone")
            .header("te", "trailers")
            .header("cookie", "a=b")
            .body(Body::empty())
            .unwrap();
        let (parts, body) = send(&front, request).await;
        let body = String::from_utf8(body.to_vec()).unwrap();
        let id = parts.headers["x-request-id"].to_str().unwrap();
        let (services, _) = testing::services(|_| {});
        let proof = services.secrets.service().forwarder_proof();
        let lines: Vec<&str> = body.lines().filter(|line| !line.starts_with("host: 127.0.0.1:")).collect();
        let expected = [
            "GET /oauth/authorize?a=%20b",
            "cookie: a=b",
            "x-forwarded-for: 127.0.0.1",
            "x-forwarded-host: localhost:3000",
            "x-forwarded-proto: http",
            &format!("x-request-id: {id}"),
            &format!("x-tapri-forwarder: {}", proof.expose()),
        ];
        assert_eq!(lines, expected);
        assert_ne!(id, "from-outside");
    }

    #[tokio::test]
    async fn the_server_behind_believes_who_asked_and_names_the_request_alike() {
        let (behind, _) = testing::services(|_| {});
        let who = get(async |requester: Requester| requester.address().to_string());
        let front = in_front_of(public_stack(Router::new().route("/who", who), &behind, Style::OAuth)).await;
        let asks = axum::extract::ConnectInfo(std::net::SocketAddr::from(([198, 51, 100, 7], 4711)));
        let request = Request::get("/who").extension(asks).body(Body::empty()).unwrap();
        let (parts, body) = send(&front, request).await;
        assert_eq!(body, "198.51.100.7");
        assert_eq!(parts.headers.get_all("x-request-id").iter().count(), 1);
    }

    #[tokio::test]
    async fn bodies_stream_both_ways() {
        let echo =
            axum::routing::post(async |request: Request| Body::from_stream(request.into_body().into_data_stream()));
        let front = in_front_of(Router::new().route("/echo", echo)).await;
        let (sender, receiver) = futures::channel::mpsc::unbounded::<Result<Bytes, std::convert::Infallible>>();
        let request = Request::post("/echo").body(Body::from_stream(receiver)).unwrap();
        sender.unbounded_send(Ok(Bytes::from_static(b"first"))).unwrap();
        let response = front.oneshot(request).await.unwrap();
        let mut answer = response.into_body().into_data_stream();
        assert_eq!(answer.next().await.unwrap().unwrap(), "first");
        sender.unbounded_send(Ok(Bytes::from_static(b"second"))).unwrap();
        assert_eq!(answer.next().await.unwrap().unwrap(), "second");
        drop(sender);
        assert!(answer.next().await.is_none());
    }

    #[tokio::test]
    async fn a_server_that_is_gone_is_503_in_the_form_of_the_place() {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), "test.listen").await.unwrap();
        let upstream = crate::settings::listening_url(listener.address());
        drop(listener);
        let (services, _) = testing::services(|_| {});
        let front = forwarding(&upstream, &services);
        let (parts, body) = send(&front, Request::get("/oauth/jwks").body(Body::empty()).unwrap()).await;
        assert_eq!((parts.status.as_u16(), &parts.headers["retry-after"]), (503, &HeaderValue::from_static("1")));
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"], "temporarily_unavailable");
        let (parts, body) = send(&front, Request::get("/api/v1/me").body(Body::empty()).unwrap()).await;
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((parts.status.as_u16(), body["details"]["reason"].as_str()), (503, Some("unavailable")));
    }
}
