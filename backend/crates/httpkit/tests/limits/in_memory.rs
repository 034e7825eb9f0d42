//! One process counts for itself.

use std::sync::Arc;

use httpkit::limits::Limiter;
use httpkit::settings::Settings;
use store::MockClock;

use crate::behaviours::{Place, behave};

struct Memory(MockClock);

impl Place for Memory {
    fn new() -> Self {
        Self(MockClock::default())
    }

    fn limiter(&self) -> Limiter {
        Limiter::in_memory(Settings::defaults().limits, Arc::new(self.0.clone()))
    }

    fn clock(&self) -> &MockClock {
        &self.0
    }
}

behave!(Memory);
