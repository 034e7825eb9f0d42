//! What every handler of this server can reach: settings, store, clock, and the few things that live as long as the process.
//!
//! A slice keeps no state of its own here. What a slice needs from the store it takes by `app.store().collection()`.

use std::sync::Arc;

use httpkit::Cursors;
use httpkit::cookies::Cookies;
use httpkit::jobs::Jobs;
use httpkit::limits::Limiter;
use httpkit::outbound::Outbound;
use httpkit::services::Services;
use httpkit::settings::Settings;
use httpkit::tokens::AccessVerifier;
use store::{Random, Store, Time};

use crate::accounts::{AttemptsKey, CodeKey, DeviceSealer};
use crate::auth_client::AuthClient;
use crate::auth_events::Follower;
use crate::caches::Caches;
use crate::caller::{EndedSet, Identity, Proofs};
use crate::csrf::Csrf;
use crate::jobs::ResourceQueue;
use crate::media::Studio;
use crate::outside::Outside;
use crate::passwords::PasswordPool;
use crate::webhooks::Webhooks;

/// The server's shared state; a clone is a pointer.
#[derive(Clone, Debug)]
pub struct App(pub(crate) Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) services: Services,
    pub(crate) auth: AuthClient,
    pub(crate) verifier: AccessVerifier<Identity>,
    pub(crate) ended: EndedSet,
    pub(crate) proofs: Proofs,
    pub(crate) follower: Follower,
    pub(crate) csrf: Csrf,
    pub(crate) cookies: Cookies,
    pub(crate) jobs: Jobs<ResourceQueue>,
    pub(crate) cursors: Cursors,
    pub(crate) passwords: PasswordPool,
    pub(crate) code_key: CodeKey,
    pub(crate) attempts_key: AttemptsKey,
    pub(crate) device_sealer: DeviceSealer,
    pub(crate) outside: Outside,
    pub(crate) studio: Studio,
    pub(crate) caches: Caches,
    pub(crate) webhooks: Webhooks,
}

impl App {
    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.0.services.settings
    }

    /// The documents.
    pub fn store(&self) -> &Store {
        &self.0.services.store
    }

    /// The time, by the injected clock.
    pub fn now(&self) -> Time {
        self.0.services.clock.now()
    }

    /// The injected source of randomness.
    pub fn random(&self) -> &dyn Random {
        self.0.services.random.as_ref()
    }

    /// Work to be done after the answer.
    pub fn jobs(&self) -> &Jobs<ResourceQueue> {
        &self.0.jobs
    }

    /// The auth server, as this one sees it.
    pub fn auth(&self) -> &AuthClient {
        &self.0.auth
    }

    /// Judges access tokens.
    pub fn verifier(&self) -> &AccessVerifier<Identity> {
        &self.0.verifier
    }

    /// What was ended.
    pub fn ended(&self) -> &EndedSet {
        &self.0.ended
    }

    /// Judges proofs of the keys that tokens are bound to.
    pub fn proofs(&self) -> &Proofs {
        &self.0.proofs
    }

    /// Keeps keys and the list of what was ended as the auth server has them.
    pub fn follower(&self) -> &Follower {
        &self.0.follower
    }

    /// Guards what cookies stand behind.
    pub fn csrf(&self) -> &Csrf {
        &self.0.csrf
    }

    /// Names, reads and writes cookies.
    pub fn cookies(&self) -> Cookies {
        self.0.cookies
    }

    /// Writes and reads lists' cursors.
    pub fn cursors(&self) -> &Cursors {
        &self.0.cursors
    }

    /// Hashes and checks passwords, a few at a time.
    pub fn passwords(&self) -> &PasswordPool {
        &self.0.passwords
    }

    /// Hashes one-time codes.
    pub(crate) fn code_key(&self) -> &CodeKey {
        &self.0.code_key
    }

    /// Hashes what attempts are counted by.
    pub(crate) fn attempts_key(&self) -> &AttemptsKey {
        &self.0.attempts_key
    }

    /// Seals what devices keep to be known again.
    pub(crate) fn device_sealer(&self) -> &DeviceSealer {
        &self.0.device_sealer
    }

    /// The ways by which people themselves are reached.
    pub(crate) fn outside(&self) -> &Outside {
        &self.0.outside
    }

    /// Turns uploads into pictures, a few at a time.
    pub fn studio(&self) -> &Studio {
        &self.0.studio
    }

    /// What this process remembers of the store.
    pub(crate) fn caches(&self) -> &Caches {
        &self.0.caches
    }

    /// What webhooks are sent by.
    pub(crate) fn webhooks(&self) -> &Webhooks {
        &self.0.webhooks
    }

    /// The way to addresses that somebody else chose.
    pub(crate) fn outbound(&self) -> &Outbound {
        &self.0.services.outbound
    }

    /// Counts what may not be done too often.
    pub fn limits(&self) -> &Limiter {
        &self.0.services.limits
    }
}
