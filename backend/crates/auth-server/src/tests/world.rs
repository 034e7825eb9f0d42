//! One auth server and those who talk to it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use data_encoding::BASE64;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{Method, Request};
use httpkit::auth_wire::{ClientOptions, ClientType, ClientWithSecret, Events, NewClient, OpenSession};
use httpkit::secrets::Secrets;
use httpkit::services::Services;
use httpkit::settings::Settings;
use httpkit::{ClientId, UserId};
use serde::Serialize;
use serde_json::Value;
use store::port::Engine;
use store::{Clock as _, MockClock, SeededRandom, Store};
use tower::ServiceExt as _;
use url::form_urlencoded;

use super::{Answer, App, Person};
use crate::{AuthServer, OneKeyForAll, StartError};

/// The origin of every test.
pub(super) const ORIGIN: &str = "http://localhost:3000";

/// A server, its clock and its callers.
#[derive(Clone)]
pub(super) struct World {
    pub server: AuthServer,
    pub clock: MockClock,
    pub random: SeededRandom,
    services: Services,
    router: Router,
}

impl World {
    pub(super) async fn new() -> Self {
        let clock = MockClock::default();
        Self::on(Store::memory(clock.clone()), clock).await
    }

    /// On a store that a test brings.
    pub(super) async fn on(store: Store, clock: MockClock) -> Self {
        let random = SeededRandom::new(1);
        let services = Services::new(
            Arc::new(Settings::for_tests("unused")),
            store,
            Arc::new(clock.clone()),
            Arc::new(random.clone()),
            Arc::new(Secrets::in_memory(&random)),
        );
        Self::of(services, clock, random).await
    }

    /// Another process on the same store with the same secrets: a replica, or the same server after a restart.
    pub(super) async fn another(&self) -> Self {
        Self::of(self.services.clone(), self.clock.clone(), self.random.clone()).await
    }

    /// Another process that reaches the same documents through `engine`.
    pub(super) async fn through(&self, engine: Arc<dyn Engine>) -> Self {
        let store = Store::new(engine, self.clock.clone());
        Self::of(Services { store, ..self.services.clone() }, self.clock.clone(), self.random.clone()).await
    }

    /// Another process on the same store that has lost the master secret.
    pub(super) async fn with_another_master_secret(&self) -> Result<AuthServer, StartError> {
        let secrets = Arc::new(Secrets::in_memory(&SeededRandom::new(2)));
        let services = Services { secrets, ..self.services.clone() };
        AuthServer::start_with(services, OneKeyForAll).await
    }

    async fn of(services: Services, clock: MockClock, random: SeededRandom) -> Self {
        let server = AuthServer::start_with(services.clone(), OneKeyForAll).await.unwrap();
        Self { router: server.router(), server, clock, random, services }
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// A call of the resource server.
    pub(super) async fn internal(&self, method: Method, path: &str, body: &impl Serialize) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/internal/v1/{path}"))
            .header(AUTHORIZATION, format!("Bearer {}", self.services.secrets.service().expose()))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(serde_json::to_vec(body).unwrap()));
        self.send(request.unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        self.internal(Method::POST, path, body).await
    }

    pub(super) async fn fetch(&self, path: &str) -> Answer {
        self.internal(Method::GET, path, &Value::Null).await
    }

    pub(super) async fn remove(&self, path: &str) -> Answer {
        self.internal(Method::DELETE, path, &Value::Null).await
    }

    /// A browser follows a link, with these cookies.
    pub(super) async fn browse(&self, path: &str, cookies: &[(String, String)]) -> Answer {
        let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder().uri(path).header(COOKIE, cookies.join("; ")).body(Body::empty());
        self.send(request.unwrap()).await
    }

    /// A program posts a form, with HTTP Basic where `basic` is given.
    pub(super) async fn form(&self, path: &str, basic: Option<(&str, &str)>, params: &[(&str, &str)]) -> Answer {
        let mut request =
            Request::builder().method(Method::POST).uri(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some((id, secret)) = basic {
            let encoded = BASE64.encode(format!("{id}:{secret}").as_bytes());
            request = request.header(AUTHORIZATION, format!("Basic {encoded}"));
        }
        self.send(request.body(Body::from(encode(params))).unwrap()).await
    }

    /// Somebody signs in.
    pub(super) async fn sign_in(&self) -> Person {
        let sub = UserId::generate_unsharded(self.clock.now(), &self.random);
        self.sign_in_as(sub, 1).await
    }

    /// The same person signs in again, or elsewhere.
    pub(super) async fn sign_in_as(&self, sub: UserId, version: i64) -> Person {
        let opened = self.post("sessions", &open_session(sub, version, self)).await;
        Person { tokens: opened.ok() }
    }

    /// A developer registers an app.
    pub(super) async fn register(&self, client_type: ClientType) -> App {
        let owner = UserId::generate_unsharded(self.clock.now(), &self.random);
        let registered = self.post("clients", &new_client(owner, client_type)).await;
        let ClientWithSecret { client, client_secret } = registered.ok();
        App { id: client.client_id, secret: client_secret, owner, redirect_uri: client.redirect_uris[0].clone() }
    }

    /// A developer registers a public app that gets tokens in these ways.
    pub(super) async fn app_for(&self, grant_types: &[&str]) -> App {
        let owner = UserId::generate_unsharded(self.clock.now(), &self.random);
        let grant_types = grant_types.iter().map(|name| (*name).to_owned()).collect();
        let new = NewClient { grant_types, ..new_client(owner, ClientType::Public) };
        let ClientWithSecret { client, client_secret } = self.post("clients", &new).await.ok();
        App { id: client.client_id, secret: client_secret, owner, redirect_uri: client.redirect_uris[0].clone() }
    }

    pub(super) async fn confidential_app(&self) -> App {
        self.register(ClientType::Confidential).await
    }

    pub(super) async fn public_app(&self) -> App {
        self.register(ClientType::Public).await
    }

    /// Everything that is on the revocation list.
    pub(super) async fn ended(&self) -> Events {
        self.fetch("events").await.ok()
    }
}

pub(super) fn open_session(sub: UserId, version: i64, world: &World) -> OpenSession {
    OpenSession { sub, version, auth_time: world.clock.now(), amr: vec!["pwd".to_owned()], session_cookie: None }
}

pub(super) fn new_client(owner: UserId, client_type: ClientType) -> NewClient {
    NewClient {
        owner,
        client_name: "Midnight Prints".to_owned(),
        redirect_uris: vec!["https://prints.example/callback".to_owned()],
        client_type,
        grant_types: Vec::new(),
        scope: None,
        client_uri: Some("https://prints.example/".to_owned()),
        options: ClientOptions::default(),
    }
}

pub(super) fn encode(params: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

/// The id of an app that nobody registered.
pub(super) fn unknown_app(world: &World) -> ClientId {
    ClientId::generate(world.clock.now(), &world.random)
}
