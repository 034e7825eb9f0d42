//! The auth server as this one sees it: one method a call of `httpkit::auth_wire`, and the only place that knows its addresses.
//!
//! One pool of kept-alive connections, the service credential on every internal call, a short deadline on each. A refusal
//! comes back as [`CallError::Refused`] with its slug; whoever can say more about it in the words of a feature matches it,
//! everybody else lets `?` turn it into the answer. What a call *means* is not decided here. To add a call, add a method
//! beside its kin ([`sessions`], [`apps`], [`consent`], [`device`], [`stream`]).

mod apps;
mod consent;
mod device;
mod error;
mod sessions;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full, Limited};
use httpkit::middleware::name_call;
use httpkit::secrets::ServiceCredential;
use httpkit::settings::Http;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

pub(crate) use error::CallError;

/// The result of a call.
type Result<T, E = CallError> = std::result::Result<T, E>;

/// No call but the long poll takes longer than this; what does has failed.
const DEADLINE: Duration = Duration::from_secs(5);
/// The auth server is near: a connection that is not there after this long will not come.
const CONNECT_DEADLINE: Duration = Duration::from_secs(2);
/// The whole list of what ended is the longest answer there is.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Calls the auth server. A clone shares its connections.
#[derive(Clone)]
pub(crate) struct AuthClient(Arc<Inner>);

struct Inner {
    http: Client<HttpConnector, Full<Bytes>>,
    base: Url,
    credential: HeaderValue,
    /// That it is one of us who names a request.
    proof: HeaderValue,
}

impl AuthClient {
    /// A client of the auth server at `base`. Nothing is connected yet.
    pub fn new(base: Url, credential: &ServiceCredential, http: &Http) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_DEADLINE));
        let http = Client::builder(TokioExecutor::new())
            // Before the other side gives an idle connection up: what is sent on one that is being closed is lost.
            .pool_idle_timeout(http.header_timeout / 2)
            .pool_timer(TokioTimer::new())
            .build(connector);
        let proof = credential.forwarder_proof();
        let mut credential = HeaderValue::try_from(format!("Bearer {}", credential.expose()))
            .expect("a credential is printable ASCII, which its opening checks");
        credential.set_sensitive(true);
        let mut proof = HeaderValue::try_from(proof.expose()).expect("a proof is base64");
        proof.set_sensitive(true);
        Self(Arc::new(Inner { http, base, credential, proof }))
    }

    /// Where the auth server is.
    pub fn base(&self) -> &Url {
        &self.0.base
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.call(Method::GET, path, None::<&()>, DEADLINE).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        self.call(Method::POST, path, Some(body), DEADLINE).await
    }

    async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.call(Method::DELETE, path, None::<&()>, DEADLINE).await
    }

    /// One internal call. `path` is below `/internal/v1/`; every part of it that comes from outside was parsed as an id.
    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        deadline: Duration,
    ) -> Result<T> {
        let uri = format!("{}internal/v1/{path}", self.0.base);
        let mut request = Request::builder().method(method).uri(uri).header(AUTHORIZATION, self.0.credential.clone());
        let body = match body {
            None => Bytes::new(),
            Some(body) => {
                request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                serde_json::to_vec(body).map_err(CallError::unwritten)?.into()
            }
        };
        let mut request = request.body(Full::new(body)).map_err(CallError::unwritten)?;
        name_call(request.headers_mut(), &self.0.proof);
        match tokio::time::timeout(deadline, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(CallError::Late(deadline)),
        }
    }

    async fn exchange<T: DeserializeOwned>(&self, request: Request<Full<Bytes>>) -> Result<T> {
        let response = self.0.http.request(request).await.map_err(CallError::unreachable)?;
        let status = response.status();
        let body =
            Limited::new(response.into_body(), LONGEST_ANSWER).collect().await.map_err(CallError::cut)?.to_bytes();
        if status.is_success() {
            serde_json::from_slice(&body).map_err(|error| CallError::misread(status, &error))
        } else {
            Err(CallError::refused(status, &body))
        }
    }
}

impl std::fmt::Debug for AuthClient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AuthClient").field("base", &self.0.base.as_str()).finish_non_exhaustive()
    }
}
