//! What a server is made of: everything it must be given, in one cheap clone. Each server has one of these with its
//! own store and its own secrets. Nothing of a feature belongs here; a feature makes its own state from these.

use std::fmt;
use std::sync::Arc;

use store::{Clock, Random, Store};

use crate::limits::Limiter;
use crate::outbound::Outbound;
use crate::secrets::Secrets;
use crate::settings::Settings;

/// What a server is given when it starts. Made by [`Services::new`].
#[derive(Clone)]
pub struct Services {
    /// What the operator decided.
    pub settings: Arc<Settings>,
    /// This server's store.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
    /// This server's secrets.
    pub secrets: Arc<Secrets>,
    /// The rate limits, shared by the middleware and the handlers that name a limit of their own.
    pub limits: Limiter,
    /// The way to addresses that somebody else chose.
    pub outbound: Outbound,
}

impl Services {
    /// The services of one server; the rate limits are made from `settings` and `clock`.
    pub fn new(
        settings: Arc<Settings>,
        store: Store,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        secrets: Arc<Secrets>,
    ) -> Self {
        let limits = Limiter::new(&settings, Arc::clone(&clock), secrets.service());
        let outbound = Outbound::new(&settings.outbound);
        Self { settings, store, clock, random, secrets, limits, outbound }
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Services").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Services for unit tests of this crate: everything in memory, time standing still.

    use store::{MockClock, SeededRandom};

    use super::*;

    /// Where the clock of [`services`] stands.
    pub(crate) const NOW: &str = "2026-09-21T14:13:20Z";

    /// Services with settings for tests, limits off, changed by `change`; and the clock they go by.
    pub(crate) fn services(change: impl FnOnce(&mut Settings)) -> (Services, MockClock) {
        let mut settings = Settings::for_tests("/nonexistent");
        settings.limits.enabled = false;
        change(&mut settings);
        let clock = MockClock::default();
        let random = SeededRandom::new(1);
        let secrets = Arc::new(Secrets::in_memory(&random));
        let store = Store::memory(clock.clone());
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        (Services::new(Arc::new(settings), store, shared, Arc::new(random), secrets), clock)
    }
}
