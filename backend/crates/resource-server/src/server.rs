//! The resource server as others start it: its state put together, its routes in one router, its work beside.
//!
//! Routes are the slices'; this is the list of them. Routes that a cookie may stand behind are merged apart, since no other
//! origin's page may read their answers (OAUTH.md, "CORS").

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use httpkit::Cursors;
use httpkit::cookies::Cookies;
use httpkit::jobs::{Jobs, Worker};
use httpkit::middleware::{Style, cors, public_stack};
use httpkit::services::Services;
use httpkit::settings::Settings;
use httpkit::tokens::{AccessRules, AccessVerifier};
use tokio_util::sync::CancellationToken;
use url::Url;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::accounts::{AttemptsKey, CodeKey, DeviceSealer};
use crate::app::{App, Parts};
use crate::auth_client::{AuthClient, CallError};
use crate::auth_events::Follower;
use crate::caches::Caches;
use crate::caller::{EndedSet, Identity, Proofs};
use crate::csrf::Csrf;
use crate::jobs::{ResourceQueue, worker};
use crate::media::Studio;
use crate::outside::Outside;
use crate::passwords::PasswordPool;
use crate::schemas::schemas;
use crate::webhooks::{WebhookQueue, Webhooks};
use crate::{
    accounts, admin, apps, audit, auth_proxy, authorized_apps, comments, consent, docs, feed, follows, health, likes,
    media, moderation, page, posts, search, sizes, userinfo, users, webhooks,
};

/// How long a start waits for the auth server, and how often it asks meanwhile.
const PATIENCE: Duration = Duration::from_secs(30);
const ASK_AGAIN: Duration = Duration::from_millis(25);
/// How far the clocks of two machines may differ.
const SKEW: Duration = Duration::from_secs(60);
/// How often documents that have expired are looked for, and how many go at once.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
const SWEEP_AT_ONCE: usize = 1_000;

/// Why the resource server cannot start, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store does not answer.
    #[error("the resource server cannot start: {0}")]
    Store(#[from] store::Error),
    /// There is no room for pictures.
    #[error("the resource server cannot keep pictures: {0}")]
    Media(#[from] io::Error),
    /// Mail or text messages cannot be sent as the settings say.
    #[error("the resource server cannot send messages: {0}")]
    Outside(String),
    /// The auth server is not there.
    #[error(
        "the auth server at {address} does not answer: {cause}; start it (`tapri auth`), or set `auth.url` to where it is"
    )]
    Auth {
        /// Where it was looked for.
        address: Url,
        /// What came instead of an answer.
        cause: String,
    },
}

/// The resource server, ready to answer. Clones share everything.
#[derive(Clone)]
pub struct ResourceServer {
    app: App,
    worker: Worker<ResourceQueue>,
    webhooks: Worker<WebhookQueue>,
}

impl ResourceServer {
    /// Declares the collections, then waits (for half a minute at most) for the auth server at `auth` to give its keys and
    /// the list of what was ended: before these are here nobody could be judged.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(services: Services, auth: Url) -> Result<Self, StartError> {
        let outside = Outside::new(&services.settings).map_err(StartError::Outside)?;
        Self::start_with(services, auth, outside).await
    }

    /// As [`Self::start`], reaching people by other ways than the settings name.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_with(services: Services, auth: Url, outside: Outside) -> Result<Self, StartError> {
        services.store.ensure(schemas()).await?;
        let app = assemble(services, auth, outside)?;
        wait_for_auth(&app).await?;
        docs::register_client(&app).await;
        Ok(Self { worker: worker(&app), webhooks: webhooks::worker(&app), app })
    }

    #[cfg(test)]
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Everything that this server answers, with the whole middleware stack.
    pub fn router(&self) -> Router {
        let settings = self.app.settings();
        let (api, own) = routes(settings.media.max_bytes).split_for_parts();
        let router = api
            .merge(docs::routes(own))
            .merge(auth_proxy::routes(&self.app))
            .merge(media::files())
            .merge(health::routes())
            .merge(page::routes(settings))
            .with_state(self.app.clone());
        public_stack(router, &self.app.0.services, Style::Envelope)
    }

    /// Follows the auth server, does jobs and sweeps until `stop`.
    pub async fn run_background(&self, stop: CancellationToken) {
        tokio::join!(
            self.app.follower().follow(&self.app, &stop),
            self.worker.run(stop.clone()),
            self.webhooks.run(stop.clone()),
            self.sweep(&stop)
        );
    }

    /// For tests: does the jobs that are due.
    ///
    /// # Panics
    /// When the store does not answer.
    pub async fn run_jobs_until_idle(&self) {
        self.worker.run_until_idle().await.expect("the store answers");
        self.webhooks.run_until_idle().await.expect("the store answers");
    }

    /// Deletes documents that have expired, a few at a time.
    async fn sweep(&self, stop: &CancellationToken) {
        // The stop signal only ends the pause sooner.
        while tokio::time::timeout(SWEEP_EVERY, stop.cancelled()).await.is_err() {
            match self.app.store().sweep(SWEEP_AT_ONCE).await {
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "what has expired could not be deleted: {error}"),
            }
        }
    }
}

impl std::fmt::Debug for ResourceServer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ResourceServer").field("app", &self.app).finish_non_exhaustive()
    }
}

/// The OpenAPI document of both servers' public routes; `auth` is what `auth_server::openapi()` says.
pub fn openapi(auth: OpenApi) -> OpenApi {
    docs::finish(routes(0).into_openapi(), auth)
}

/// All routes that the document describes. `max_bytes` is how large an upload may be.
fn routes(max_bytes: u64) -> OpenApiRouter<App> {
    let bearer = OpenApiRouter::new()
        .merge(accounts::routes())
        .merge(users::routes())
        .merge(posts::routes())
        .merge(media::routes(max_bytes))
        .merge(likes::routes())
        .merge(comments::routes())
        .merge(follows::routes())
        .merge(feed::routes())
        .merge(search::routes())
        .merge(sizes::routes())
        .merge(moderation::routes())
        .merge(admin::routes())
        .merge(audit::routes())
        .merge(apps::routes())
        .merge(authorized_apps::routes())
        .merge(webhooks::routes())
        .layer(cors::bearer());
    let cookie = accounts::cookie_routes().merge(consent::routes());
    OpenApiRouter::with_openapi(docs::base()).nest("/api/v1", cookie.merge(bearer)).merge(userinfo::routes())
}

fn assemble(services: Services, auth: Url, outside: Outside) -> Result<App, StartError> {
    let settings = &services.settings;
    let parts = Parts {
        auth: AuthClient::new(auth, services.secrets.service(), &settings.http),
        verifier: AccessVerifier::new(access_rules(settings), Identity::from_claims),
        ended: EndedSet::new(settings.revocations.stale_after),
        proofs: Proofs::new(settings, &services.secrets),
        follower: Follower::default(),
        csrf: Csrf::new(&services.secrets, settings),
        cookies: Cookies::new(settings.is_https()),
        jobs: Jobs::new(&services),
        cursors: Cursors::new(&services.secrets.derive(Cursors::PURPOSE)),
        passwords: PasswordPool::new(&settings.passwords, services.random.clone()),
        code_key: CodeKey::new(&services.secrets),
        attempts_key: AttemptsKey::new(&services.secrets),
        device_sealer: DeviceSealer::new(&services.secrets),
        outside,
        studio: Studio::new(&services)?,
        caches: Caches::new(settings),
        webhooks: Webhooks::new(&services),
        services,
    };
    Ok(App(Arc::new(parts)))
}

/// Tokens of this origin, and of former ones while they live.
fn access_rules(settings: &Settings) -> AccessRules {
    let former = settings.former_origins.iter().map(|origin| origin.origin().ascii_serialization());
    let origins: Vec<String> = std::iter::once(settings.origin_text()).chain(former).collect();
    AccessRules { issuers: origins.clone(), audiences: origins, longest_life: settings.tokens.access, skew: SKEW }
}

/// Loads keys and list, trying again for as long as the auth server may still be starting.
async fn wait_for_auth(app: &App) -> Result<(), StartError> {
    let asking = async {
        let mut told = false;
        loop {
            match app.follower().load(app).await {
                Ok(()) => return Ok(()),
                // It is there and does not want us: waiting helps nothing.
                Err(error @ (CallError::Refused { .. } | CallError::Misunderstood(_))) => return Err(error),
                Err(CallError::Unreachable(_) | CallError::Late(_)) => {
                    if !std::mem::replace(&mut told, true) {
                        let address = app.auth().base().as_str();
                        tracing::info!(address, "waiting for the auth server at {address}");
                    }
                    pause().await;
                }
            }
        }
    };
    let failed = |cause: String| StartError::Auth { address: app.auth().base().clone(), cause };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(outcome) => outcome.map_err(|error| failed(error.to_string())),
        Err(_) => Err(failed(format!("nothing came in {} seconds", PATIENCE.as_secs()))),
    }
}

#[expect(clippy::disallowed_methods, reason = "polling for a server that is starting, within a bound")]
async fn pause() {
    tokio::time::sleep(ASK_AGAIN).await;
}
