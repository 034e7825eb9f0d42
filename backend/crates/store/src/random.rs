//! Where randomness comes from: handed in, like time, so that a test can repeat itself.

use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A source of random bytes.
pub trait Random: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, bytes: &mut [u8]);
}

impl<R: Random + ?Sized> Random for Arc<R> {
    fn fill(&self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}

/// The generator for production: cryptographically secure, seeded by the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the one source of randomness that is real")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// A generator for tests: the same seed gives the same bytes. Clones share their state.
#[derive(Debug, Clone)]
pub struct SeededRandom(Arc<Mutex<StdRng>>);

impl SeededRandom {
    /// A generator whose bytes follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // A panic while the lock was held leaves a generator that is as good as before.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(random: &dyn Random) -> [u8; 32] {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        bytes
    }

    #[test]
    fn a_seed_repeats_itself_and_the_system_does_not() {
        assert_eq!(draw(&SeededRandom::new(1)), draw(&SeededRandom::new(1)));
        assert_ne!(draw(&SeededRandom::new(1)), draw(&SeededRandom::new(2)));
        assert_ne!(draw(&SystemRandom), draw(&SystemRandom));
        let seeded = SeededRandom::new(1);
        assert_ne!(draw(&seeded), draw(&seeded.clone()));
    }
}
