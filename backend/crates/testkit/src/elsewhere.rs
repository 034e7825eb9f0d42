//! A server of somebody else's, which speaks https on this machine: where apps have their keys and documents, and where
//! they are told things. It answers what a story lays there, and remembers what it was asked.

use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use httpkit::outbound::AllowedHost;
use httpkit::settings::{Settings, TrustedCa};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The server. It stops when the story drops it.
#[derive(Debug)]
pub struct Elsewhere {
    address: SocketAddr,
    certificate: String,
    inside: Arc<Inside>,
    _guard: DropGuard,
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

impl Received {
    /// One of its headers; empty where it has none of that name.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

#[derive(Debug, Default)]
struct Inside {
    pages: Mutex<HashMap<String, Page>>,
    /// Where nobody gets an answer.
    silent: Mutex<HashSet<String>>,
    received: Mutex<Vec<Received>>,
    came: Notify,
}

#[derive(Clone, Debug)]
struct Page {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Elsewhere {
    /// Opens it on a free port.
    pub async fn open() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate can be made");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("aws-lc-rs has the cipher suites of TLS")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::Pkcs8(signing_key.serialize_der().into()))
            .expect("the key is the certificate's");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (inside, stop) = (Arc::<Inside>::default(), CancellationToken::new());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inside));
        tokio::spawn(stop.clone().run_until_cancelled_owned(serve(
            listener,
            TlsAcceptor::from(Arc::new(config)),
            router,
        )));
        Self { address, certificate: cert.pem(), inside, _guard: stop.drop_guard() }
    }

    /// The address of `path` there.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// Lays `body` at `path`.
    pub fn lays(&self, path: &str, body: &Value) {
        self.lays_with(path, 200, &[("content-type", "application/json")], &body.to_string());
    }

    /// Lays any answer at `path`.
    pub fn lays_with(&self, path: &str, status: u16, headers: &[(&str, &str)], body: &str) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let page = Page { status, headers, body: body.to_owned() };
        self.inside.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), page);
    }

    /// Takes what comes to `path`, and never answers it.
    pub fn keeps_silent_at(&self, path: &str) {
        self.inside.silent.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    /// What was asked of it up to now.
    pub fn received(&self) -> Vec<Received> {
        self.inside.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often `path` was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.received().iter().filter(|request| request.path == path).count()
    }

    /// The first request for `path`, as soon as it is there.
    pub async fn hears(&self, path: &str) -> Received {
        loop {
            let came = self.inside.came.notified();
            if let Some(request) = self.received().into_iter().find(|request| request.path == path) {
                return request;
            }
            came.await;
        }
    }

    /// The newest request for `path`, as soon as there are more than `before`.
    pub async fn hears_again(&self, path: &str, before: usize) -> Received {
        loop {
            let came = self.inside.came.notified();
            let mut asked: Vec<_> = self.received().into_iter().filter(|request| request.path == path).collect();
            if asked.len() > before {
                return asked.pop().expect("there are more than none");
            }
            came.await;
        }
    }

    /// Lets Tapri go here, as an operator would for a host of their own network.
    pub fn allowed(&self, settings: &mut Settings) {
        settings.outbound.trusted_ca = TrustedCa::from_pem(self.certificate.as_bytes()).expect("it is a certificate");
        let host = AllowedHost::parse(&format!("localhost:{}", self.address.port())).expect("it is a host");
        settings.outbound.allowed_hosts.push(host);
    }
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, router: Router) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, tls.clone(), router.clone()));
    }
}

async fn connection(stream: TcpStream, tls: TlsAcceptor, router: Router) {
    // Who hangs up in the middle of it is none of this server's business.
    if let Ok(stream) = tls.accept(stream).await {
        let served = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
        drop(served.await);
    }
}

async fn answer(State(inside): State<Arc<Inside>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let path = parts.uri.path().to_owned();
    let page = inside.pages.lock().unwrap_or_else(PoisonError::into_inner).get(&path).cloned();
    let silent = inside.silent.lock().unwrap_or_else(PoisonError::into_inner).contains(&path);
    let body = String::from_utf8_lossy(&body).into_owned();
    let request = Received { method: parts.method.to_string(), path, headers: parts.headers, body };
    inside.received.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    inside.came.notify_waiters();
    if silent {
        return std::future::pending().await;
    }
    let Some(page) = page else {
        let mut missing = Response::new(Body::empty());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let headers = page
        .headers
        .iter()
        .fold(Response::builder().status(page.status), |response, (name, value)| response.header(name, value));
    headers.body(Body::from(page.body)).expect("the story's headers are valid")
}
