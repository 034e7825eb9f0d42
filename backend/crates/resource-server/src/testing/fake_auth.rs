//! An auth server that is played: gives out tokens under a key of its own, keeps sessions in a map, and writes down what it
//! was told. It judges nothing; what the real one does is its own tests' matter.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use data_encoding::BASE64URL_NOPAD;
use http::StatusCode;
use httpkit::auth_wire::{
    CredentialAnswer, CredentialChanged, Done, EndSession, Ended, EndedKind, Events, Listed, OpenSession,
    RefreshSession, SessionEnded, SessionTokens, SessionView, VerificationKeys, WireError,
};
use httpkit::serve::Listener;
use httpkit::services::Services;
use httpkit::settings::listening_url;
use httpkit::tokens::{ACCESS_TYPE, AccessClaims, HmacKey, HmacRing};
use httpkit::{ClientId, GrantId, SELF_SCOPE, UserId};
use store::{Clock, Id, Random};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;
use utoipa::openapi::OpenApi;

/// The played server; it ends with its last clone.
#[derive(Clone)]
pub(crate) struct FakeAuth(Arc<Inner>);

struct Inner {
    url: Url,
    stage: Arc<Stage>,
    _stop: DropGuard,
}

struct Stage {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    origin: String,
    keys: Mutex<Vec<HmacKey>>,
    silent: AtomicBool,
    keys_asked: AtomicUsize,
    sessions: Mutex<HashMap<GrantId, (UserId, i64)>>,
    told: Mutex<Vec<CredentialChanged>>,
    news: Mutex<Vec<Ended>>,
}

impl FakeAuth {
    pub(crate) async fn start(services: &Services) -> Self {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), "auth.listen").await.unwrap();
        let url = listening_url(listener.address());
        let stage = Arc::new(Stage {
            clock: services.clock.clone(),
            random: services.random.clone(),
            origin: services.settings.origin_text(),
            keys: Mutex::new(vec![HmacKey { kid: "first".to_owned(), secret: [1; 32], until: None }]),
            silent: AtomicBool::new(false),
            keys_asked: AtomicUsize::new(0),
            sessions: Mutex::default(),
            told: Mutex::default(),
            news: Mutex::default(),
        });
        let (stop, http) = (CancellationToken::new(), services.settings.http.clone());
        let router = Router::new().nest("/internal/v1", routes(&stage));
        let stopped = stop.clone();
        tokio::spawn(async move { listener.serve(router, &http, stopped).await });
        Self(Arc::new(Inner { url, stage, _stop: stop.drop_guard() }))
    }

    pub(crate) fn url(&self) -> Url {
        self.0.url.clone()
    }

    /// From now on every call fails, or no longer does.
    pub(crate) fn fall_silent(&self, silent: bool) {
        self.0.stage.silent.store(silent, Ordering::SeqCst);
    }

    /// A token of a fresh grant: the user's own session, or an app's with these scopes.
    pub(crate) fn token(&self, user: UserId, scope: &str) -> String {
        let stage = &self.0.stage;
        let grant = GrantId::generate_unsharded(stage.clock.now(), &*stage.random);
        stage.sessions.lock().unwrap().insert(grant, (user, 1));
        stage.access(user, grant, scope, 1)
    }

    /// Signs with a new key from now on; the old one still verifies.
    pub(crate) fn rotate_key(&self) {
        self.0.stage.keys.lock().unwrap().insert(0, HmacKey { kid: "second".to_owned(), secret: [2; 32], until: None });
    }

    /// How often it was asked for its keys.
    pub(crate) fn keys_asked(&self) -> usize {
        self.0.stage.keys_asked.load(Ordering::SeqCst)
    }

    /// What it was told of changed credentials.
    pub(crate) fn told(&self) -> Vec<CredentialChanged> {
        self.0.stage.told.lock().unwrap().clone()
    }

    /// How many sessions it keeps.
    pub(crate) fn sessions(&self) -> usize {
        self.0.stage.sessions.lock().unwrap().len()
    }
}

impl Stage {
    fn access(&self, user: UserId, grant: GrantId, scope: &str, version: i64) -> String {
        let now = self.clock.now();
        let client = if scope == SELF_SCOPE { ClientId::web() } else { ClientId::generate(now, &*self.random) };
        let claims = AccessClaims {
            kind: "access".to_owned(),
            sub: user.to_string(),
            exp: now.as_seconds() + 600,
            iat: now.as_seconds(),
            iss: self.origin.clone(),
            aud: self.origin.clone(),
            jti: Id::generate_unsharded(now, &*self.random).to_string(),
            client_id: client.to_string(),
            scope: scope.to_owned(),
            gid: Some(grant.to_string()),
            sid: Some(grant.to_string()),
            ver: version,
            rev: 0,
            cver: 0,
            cnf: None,
        };
        HmacRing::new(&self.keys.lock().unwrap()).sign(ACCESS_TYPE, None, &claims).unwrap()
    }

    fn tokens(&self, user: UserId, session: GrantId, version: i64) -> SessionTokens {
        SessionTokens {
            sub: user,
            session_id: session,
            access_token: self.access(user, session, SELF_SCOPE, version),
            expires_in: 600,
            refresh_token: refresh_token(session),
            refresh_expires_in: 3600,
            session_cookie: format!("sealed-{session}"),
        }
    }

    fn end(&self, session: GrantId) {
        self.sessions.lock().unwrap().remove(&session);
        let until = self.clock.now() + std::time::Duration::from_secs(1200);
        let ended = Ended { id: session.to_string(), what: EndedKind::Session { sid: session }, until, notable: None };
        self.news.lock().unwrap().push(ended);
    }

    fn session_of(&self, refresh_token: &str) -> Option<(GrantId, UserId, i64)> {
        let session: GrantId = crate::csrf::session_of(refresh_token)?.parse().ok()?;
        let (user, version) = self.sessions.lock().unwrap().get(&session).copied()?;
        Some((session, user, version))
    }
}

/// In the form of ours, with nothing behind it.
fn refresh_token(session: GrantId) -> String {
    format!("e30.{}.c2ln", BASE64URL_NOPAD.encode(format!(r#"{{"gid":"{session}"}}"#).as_bytes()))
}

type Inside = State<Arc<Stage>>;

fn routes(stage: &Arc<Stage>) -> Router {
    let done = async || Json(Done {});
    Router::new()
        .route("/keys", get(keys))
        .route("/events", get(events))
        .route("/openapi", get(async || Json(OpenApi::default())))
        .route("/clients/own/{client}", put(done))
        .route("/sessions", post(open))
        .route("/sessions/refresh", post(refresh))
        .route("/sessions/logout", post(log_out))
        .route("/subjects/{sub}/sessions", get(list))
        .route("/subjects/{sub}/sessions/{session}", delete(end_one))
        .route("/subjects/{sub}/credential", post(credential))
        .route("/subjects/{sub}", delete(done))
        .layer(from_fn_with_state(stage.clone(), speak_or_not))
        .with_state(stage.clone())
}

async fn speak_or_not(State(stage): Inside, request: Request, next: Next) -> Response {
    if stage.silent.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    next.run(request).await
}

async fn keys(State(stage): Inside) -> Json<VerificationKeys> {
    stage.keys_asked.fetch_add(1, Ordering::SeqCst);
    Json(VerificationKeys { keys: stage.keys.lock().unwrap().clone() })
}

async fn events(State(stage): Inside) -> Json<Events> {
    Json(Events { next: "0".to_owned(), ended: stage.news.lock().unwrap().clone() })
}

async fn open(State(stage): Inside, Json(wanted): Json<OpenSession>) -> Json<SessionTokens> {
    let session = GrantId::generate_unsharded(stage.clock.now(), &*stage.random);
    stage.sessions.lock().unwrap().insert(session, (wanted.sub, wanted.version));
    Json(stage.tokens(wanted.sub, session, wanted.version))
}

async fn refresh(State(stage): Inside, Json(wanted): Json<RefreshSession>) -> Response {
    match stage.session_of(&wanted.refresh_token) {
        Some((session, user, version)) => Json(stage.tokens(user, session, version)).into_response(),
        None => refused(StatusCode::BAD_REQUEST, "invalid_grant"),
    }
}

async fn log_out(State(stage): Inside, Json(wanted): Json<EndSession>) -> Response {
    match stage.session_of(&wanted.refresh_token) {
        Some((session_id, sub, _)) => {
            stage.end(session_id);
            Json(SessionEnded { sub, session_id }).into_response()
        }
        None => refused(StatusCode::BAD_REQUEST, "invalid_grant"),
    }
}

async fn list(State(stage): Inside, Path(sub): Path<String>) -> Json<Listed<SessionView>> {
    let now = stage.clock.now();
    let sessions = stage.sessions.lock().unwrap();
    let own = sessions.iter().filter(|(_, (user, _))| user.to_string() == sub);
    let view =
        |session: &GrantId| SessionView { session_id: *session, created_at: now, last_used: now, auth_time: now };
    Json(Listed { items: own.map(|(session, _)| view(session)).collect() })
}

async fn end_one(State(stage): Inside, Path((_, session)): Path<(String, String)>) -> Response {
    let session: GrantId = session.parse().unwrap();
    if !stage.sessions.lock().unwrap().contains_key(&session) {
        return refused(StatusCode::NOT_FOUND, "session_not_found");
    }
    stage.end(session);
    Json(Done {}).into_response()
}

async fn credential(
    State(stage): Inside,
    Path(sub): Path<String>,
    Json(change): Json<CredentialChanged>,
) -> Json<CredentialAnswer> {
    let user: UserId = sub.parse().unwrap();
    let version = change.version;
    let tokens = change.keep.map(|session| stage.tokens(user, session, version));
    stage.told.lock().unwrap().push(change);
    Json(CredentialAnswer { tokens })
}

fn refused(status: StatusCode, error: &str) -> Response {
    let refusal =
        WireError { error: error.to_owned(), error_description: "No".to_owned(), field: None, way_back: None };
    (status, Json(refusal)).into_response()
}
