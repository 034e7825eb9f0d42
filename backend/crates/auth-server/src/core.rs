//! What every part of the auth server works with: the collections, the keys, the clock. Made once at start, shared by
//! all requests, and without a memory of its own: what must be remembered is in the store.

use std::sync::Arc;

use httpkit::auth_wire::{EndedKind, Notable};
use httpkit::cookies::Cookies;
use httpkit::jobs::Jobs;
use httpkit::limits::Limiter;
use httpkit::outbound::Outbound;
use httpkit::secrets::Secrets;
use httpkit::services::Services;
use httpkit::settings::Registration;
use store::{Batch, Clock, Collection, Id, Random, Store, Time};

use crate::clients::{Client, Documents, FetchedKeys, LastUsed, Policy, SecretHasher};
use crate::consents::Consent;
use crate::error::lost_race;
use crate::grants::Grant;
use crate::jobs::AuthQueue;
use crate::keys::{KeySource, Keys, KeysError, Seals};
use crate::lifetimes::Lifetimes;
use crate::oauth::{DeviceAuthorization, ProofRules, UserCodeHasher};
use crate::revocations::{News, Revocation};
use crate::schemas::schemas;
use crate::seen::Seen;
use crate::subjects::Subject;
use crate::tokens::Tokens;

/// The auth server's inside.
pub(crate) struct Core {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub secrets: Arc<Secrets>,
    pub limits: Limiter,
    pub lifetimes: Lifetimes,
    pub cookies: Cookies,
    /// The public origin, without a slash at the end.
    pub issuer: String,
    /// Whether every app must push its requests (RFC 9126).
    pub requires_par: bool,
    pub keys: Arc<Keys>,
    pub seals: Seals,
    pub tokens: Tokens,
    pub secret_hasher: SecretHasher,
    pub user_codes: UserCodeHasher,
    pub proof_rules: ProofRules,
    pub grants: Collection<Grant>,
    pub clients: Collection<Client>,
    pub consents: Collection<Consent>,
    pub subjects: Collection<Subject>,
    pub device_codes: Collection<DeviceAuthorization>,
    pub revocations: Collection<Revocation>,
    pub seen: Collection<Seen>,
    pub news: News,
    pub last_used: LastUsed,
    /// Who may register apps without signing in.
    pub registration: Registration,
    /// Schemes of installed apps that are no reversed domains.
    pub app_schemes: Vec<String>,
    pub outbound: Outbound,
    pub documents: Documents,
    pub fetched_keys: FetchedKeys,
    pub jobs: Jobs<AuthQueue>,
}

impl Core {
    /// Writes a batch that ends something, and says at once that there is news and a job: whether it was written. If not, a
    /// race was lost, and the step is to be done again from what is stored now.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn commit_news(&self, mut batch: Batch) -> store::Result<bool> {
        match batch.commit().await {
            Ok(()) => {
                self.news.announce();
                self.jobs.wake();
                Ok(true)
            }
            Err(error) if lost_race(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Declares the collections and opens the keys.
    pub(crate) async fn open(services: &Services, source: Arc<dyn KeySource>) -> Result<Self, KeysError> {
        let store = services.store.clone();
        store.ensure(schemas()).await?;
        let settings = &*services.settings;
        let keys = Arc::new(Keys::open(services, source).await?);
        Ok(Self {
            seals: Seals::new(&keys),
            keys,
            tokens: Tokens::new(settings),
            secret_hasher: SecretHasher::new(&services.secrets),
            user_codes: UserCodeHasher::new(&services.secrets),
            proof_rules: ProofRules::new(settings, &services.secrets),
            lifetimes: Lifetimes::new(settings),
            cookies: Cookies::new(settings.is_https()),
            issuer: settings.origin_text(),
            requires_par: settings.auth.require_pushed_requests,
            clock: services.clock.clone(),
            random: services.random.clone(),
            secrets: services.secrets.clone(),
            limits: services.limits.clone(),
            grants: store.collection(),
            clients: store.collection(),
            consents: store.collection(),
            subjects: store.collection(),
            device_codes: store.collection(),
            revocations: store.collection(),
            seen: store.collection(),
            news: News::default(),
            last_used: LastUsed::default(),
            registration: settings.auth.registration.clone(),
            app_schemes: settings.auth.app_schemes.clone(),
            outbound: services.outbound.clone(),
            documents: Documents::default(),
            fetched_keys: FetchedKeys::default(),
            jobs: Jobs::new(services),
            store,
        })
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// What may be registered, as far as the operator says.
    pub(crate) fn policy(&self) -> Policy<'_> {
        Policy { outbound: &self.outbound, app_schemes: &self.app_schemes }
    }

    /// Puts an entry of the revocation list into the batch that ends `what`. Who commits it announces the news.
    pub(crate) fn record_ended(&self, batch: &mut Batch, what: EndedKind, now: Time) {
        batch.insert(&self.revocation(what, now));
    }

    /// The same for an end of which more is told than that it is one.
    pub(crate) fn record_notable(&self, batch: &mut Batch, what: EndedKind, notable: Notable, now: Time) {
        batch.insert(&self.revocation(what, now).telling(notable));
    }

    fn revocation(&self, what: EndedKind, now: Time) -> Revocation {
        let id = Id::generate_unsharded(now, &*self.random);
        Revocation::new(id, what, self.lifetimes.revocation_until(now))
    }
}
