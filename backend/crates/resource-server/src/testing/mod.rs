//! A resource server for unit tests: in memory, time standing still, with an auth server that is played ([`FakeAuth`]).
//!
//! For what one slice does at its own door. Stories over both real servers are told in `testkit`.

mod fake_auth;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use httpkit::secrets::Secrets;
use httpkit::services::Services;
use httpkit::settings::Settings;
use httpkit::{SELF_SCOPE, UserId};
use serde_json::Value;
use store::{MockClock, SeededRandom, Store};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::app::App;
use crate::server::ResourceServer;
use crate::users::{self, NewUser, Username};

pub(crate) use fake_auth::FakeAuth;

/// A resource server and what is around it.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) server: ResourceServer,
    pub(crate) clock: MockClock,
    pub(crate) auth: FakeAuth,
    router: Router,
    _data: TempDir,
}

/// An answer that was read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Answer {
    /// Its body; null where that is no JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The `data` of its envelope.
    pub(crate) fn data(&self) -> Value {
        self.json()["data"].clone()
    }

    /// The `reason` of its refusal; empty where it is none.
    pub(crate) fn reason(&self) -> String {
        self.json()["details"]["reason"].as_str().unwrap_or_default().to_owned()
    }
}

impl World {
    /// A server as it is by default, without limits.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A server with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut settings = Settings::for_tests(data.path());
        settings.limits.enabled = false;
        settings.passwords.threads = 1;
        change(&mut settings);
        let (clock, random) = (MockClock::default(), SeededRandom::new(1));
        let secrets = Arc::new(Secrets::in_memory(&random));
        let store = Store::memory(clock.clone());
        let services = Services::new(Arc::new(settings), store, Arc::new(clock.clone()), Arc::new(random), secrets);
        let auth = FakeAuth::start(&services).await;
        let server = ResourceServer::start(services, auth.url()).await.unwrap();
        Self { app: server.app().clone(), router: server.router(), server, clock, auth, _data: data }
    }

    /// Sends a request through the whole stack.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        Answer { status: parts.status, headers: parts.headers, bytes: body.collect().await.unwrap().to_bytes() }
    }

    /// Sends `body` (null: none) with `token` (empty: none).
    pub(crate) async fn call(&self, method: Method, path: &str, token: &str, body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header(CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        };
        self.send(request.body(body).unwrap()).await
    }

    /// Somebody with a profile and no account; returns their id.
    pub(crate) async fn user(&self, name: &str) -> UserId {
        let user_id = UserId::generate_unsharded(self.app.now(), self.app.random());
        let mut batch = self.app.store().batch();
        let username = Username::parse(name).unwrap();
        users::add(&mut batch, NewUser { user_id, username, display_name: None, now: self.app.now() });
        batch.commit().await.unwrap();
        user_id
    }

    /// A token of the user's own session.
    pub(crate) fn own_token(&self, user: UserId) -> String {
        self.auth.token(user, SELF_SCOPE)
    }

    /// A token of an app to which the user gave `scopes`.
    pub(crate) fn app_token(&self, user: UserId, scopes: &str) -> String {
        self.auth.token(user, scopes)
    }
}
