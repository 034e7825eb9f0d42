//! Hashing on threads of its own: as many as the setting says, with a short queue before them.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use httpkit::error::Kind;
use httpkit::settings::Passwords;
use httpkit::{Error, Result};
use store::Random;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::NewPassword;
use super::hash;
use crate::threads::{self, Work};

/// Hashes and checks passwords, a few at a time. When it is dropped, its threads end.
pub(crate) struct PasswordPool {
    cost: u32,
    random: Arc<dyn Random>,
    queue: SyncSender<Work>,
}

impl PasswordPool {
    /// A pool as the settings say: its threads, its queue, bcrypt's cost.
    pub fn new(settings: &Passwords, random: Arc<dyn Random>) -> Self {
        let (queue, waiting) = sync_channel(settings.queue);
        threads::start("passwords", settings.threads, waiting);
        Self { cost: settings.bcrypt_cost, random, queue }
    }

    /// The hash under which `password` is kept.
    ///
    /// # Errors
    /// 503 `busy` when too many wait.
    pub async fn hash(&self, password: NewPassword) -> Result<String> {
        let cost = self.cost;
        let salt = self.salt();
        self.run(move || hash::make(password.expose(), cost, salt)).await
    }

    /// The hash under which a password that was just proved is kept from now on. It is not judged by the rules of today.
    ///
    /// # Errors
    /// 503 `busy` when too many wait.
    pub async fn hash_again(&self, password: Zeroizing<String>) -> Result<String> {
        let cost = self.cost;
        let salt = self.salt();
        self.run(move || hash::make(&password, cost, salt)).await
    }

    /// Whether `password` made `hash`. Without a hash (no such account) the answer is no, after the same work.
    ///
    /// # Errors
    /// 503 `busy` when too many wait.
    pub async fn check(&self, password: Zeroizing<String>, hash: Option<String>) -> Result<bool> {
        let hash = hash.unwrap_or_else(|| hash::dummy(self.cost));
        let cost = self.cost;
        self.run(move || hash::check(&password, &hash, cost)).await
    }

    /// Whether `hash` should be made anew when its password is next at hand.
    pub fn is_outdated(&self, hash: &str) -> bool {
        hash::is_outdated(hash, self.cost)
    }

    fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        salt
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let work = move || {
            // Who has gone away in the meantime costs nothing more.
            if !reply.is_closed() {
                // Nor does it matter when they go now.
                let _ = reply.send(work());
            }
        };
        self.queue.try_send(Box::new(work)).map_err(|_| busy())?;
        answer.await.map_err(|_| Error::internal("hashing a password panicked"))
    }
}

fn busy() -> Error {
    Error::new(Kind::Unavailable, "busy", "Very many people are signing in at this moment. Try again in a few seconds")
        .retry_after(Duration::from_secs(3))
}

impl std::fmt::Debug for PasswordPool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PasswordPool").field("cost", &self.cost).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use store::SeededRandom;

    use super::*;

    fn pool(threads: usize, queue: usize) -> PasswordPool {
        let settings = Passwords { bcrypt_cost: 4, threads, queue };
        PasswordPool::new(&settings, Arc::new(SeededRandom::new(1)))
    }

    fn password(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_opens_its_own_hash_and_no_other() {
        let pool = pool(2, 8);
        let chosen = || NewPassword::parse("password", "chai and rain".to_owned()).unwrap();
        let hash = pool.hash(chosen()).await.unwrap();
        assert!(hash.starts_with("$2b$04$"));
        assert_ne!(hash, pool.hash(chosen()).await.unwrap(), "each has its own salt");
        assert!(pool.check(password("chai and rain"), Some(hash.clone())).await.unwrap());
        assert!(!pool.check(password("chai and rains"), Some(hash)).await.unwrap());
        assert!(!pool.check(password("chai and rain"), None).await.unwrap());
    }

    #[tokio::test]
    async fn who_comes_when_the_queue_is_full_is_told_to_come_back() {
        let pool = pool(1, 1);
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (started, running) = oneshot::channel();
        let first = pool.run(move || {
            let _ = started.send(());
            held.recv().is_ok()
        });
        let second = async {
            running.await.unwrap();
            let waits = pool.run(|| true);
            let refused = async {
                let error = pool.run(|| true).await.unwrap_err();
                release.send(()).unwrap();
                error
            };
            let (waited, error) = tokio::join!(biased; waits, refused);
            assert_eq!((error.kind(), error.reason()), (Kind::Unavailable, "busy"));
            waited.unwrap()
        };
        let (first, second) = tokio::join!(first, second);
        assert!(first.unwrap() && second);
    }

    #[tokio::test]
    async fn a_panic_costs_one_answer_and_no_thread() {
        let pool = pool(1, 1);
        assert!(pool.run(|| -> bool { panic!("tried on purpose") }).await.is_err());
        assert!(pool.run(|| true).await.unwrap());
    }
}
