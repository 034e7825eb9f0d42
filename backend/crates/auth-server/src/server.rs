//! The server as others start it.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use httpkit::limits::Limiter;
use httpkit::middleware::{Style, public_stack};
use httpkit::services::Services;
use httpkit::settings::Limits;
use store::Query;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;

use crate::core::Core;
use crate::fresh_keys::FreshKeysLayer;
use crate::keys::{FreshKeys, KeySource, KeysError};
use crate::{background, internal, jobs, oauth};

/// Why the auth server cannot start, in one sentence.
#[derive(Debug, thiserror::Error)]
#[error("the auth server cannot start: {0}")]
pub struct StartError(#[from] KeysError);

/// The auth server, ready to answer. Clones share everything.
#[derive(Clone)]
pub struct AuthServer {
    pub(crate) core: Arc<Core>,
    services: Services,
}

impl AuthServer {
    /// Declares the collections and opens the keys; the first start makes them.
    ///
    /// # Errors
    /// [`StartError`] where the store does not answer, or its keys were made under another master secret.
    pub async fn start(services: Services) -> Result<Self, StartError> {
        Self::start_with(services, FreshKeys).await
    }

    /// The same with another source of RSA keys: tests share one ([`crate::OneKeyForAll`]).
    ///
    /// # Errors
    /// As [`AuthServer::start`].
    pub async fn start_with(services: Services, keys: impl KeySource + 'static) -> Result<Self, StartError> {
        let core = Arc::new(Core::open(&services, Arc::new(keys)).await?);
        Ok(Self { core, services })
    }

    /// Everything that this server answers, with the whole middleware stack.
    pub fn router(&self) -> Router {
        let (public, _) = oauth::router().split_for_parts();
        let health = Router::new().route("/healthz", get(alive)).route("/readyz", get(ready));
        let public = public.merge(health).with_state(Arc::clone(&self.core));
        // The resource server speaks for everybody at once; it has limits of its own, by the people behind it.
        let limits = Limits { enabled: false, ..self.services.settings.limits.clone() };
        let unlimited = Limiter::in_memory(limits, Arc::clone(&self.services.clock));
        let unlimited = Services { limits: unlimited, ..self.services.clone() };
        let internal = public_stack(internal::router(&self.core), &unlimited, Style::OAuth);
        Router::new()
            .nest_service(internal::PREFIX, internal)
            .fallback_service(public_stack(public, &self.services, Style::OAuth))
            .layer(FreshKeysLayer(Arc::clone(&self.core)))
    }

    /// For tests: does the jobs that are due, and deletes what has expired.
    ///
    /// # Panics
    /// When the store does not answer.
    pub async fn tidy_until_idle(&self) {
        jobs::worker(&self.core).run_until_idle().await.expect("the store answers");
        background::sweep(&self.core).await.expect("the store answers");
    }

    /// Does jobs and sweeps until `stop`, then lets everybody go who waits for news.
    pub async fn run_background(&self, stop: CancellationToken) {
        background::run(&self.core, stop).await;
    }
}

impl fmt::Debug for AuthServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AuthServer").field("issuer", &self.core.issuer).finish_non_exhaustive()
    }
}

/// The description of the public routes.
pub fn openapi() -> OpenApi {
    oauth::router().into_openapi()
}

/// The process answers.
async fn alive() -> &'static str {
    "ok"
}

/// The process can do its work: the store answers.
async fn ready(State(core): State<Arc<Core>>) -> Response {
    match core.revocations.scan(Query::by_key().limit(1)).await {
        Ok(_) => "ready".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer").into_response()
        }
    }
}
