//! Work that is done after the answer, and done even if the process dies in between.
//!
//! A job is a document, inserted in the batch that causes it, so that there is neither a job without its cause nor a
//! cause without its job. A worker leases it by compare-and-set, does it and deletes it; a lease that runs out makes it
//! anybody's again, so **a job may be done twice and its handler must not mind**. What fails is tried again after a
//! growing, jittered pause and is dead after [`MAX_ATTEMPTS`]; dead jobs stay for a month, to be looked at.
//!
//! Each server has a queue of its own, so that neither needs the other's collections. To add a kind of job: a payload
//! that implements [`JobKind`], and a handler for it where the server makes its [`Worker`].
//!
//! ```
//! use httpkit::jobs::{JobKind, Jobs, Queue, Worker};
//! use store::Schema;
//!
//! struct AuthQueue;
//! impl Queue for AuthQueue {
//!     const SCHEMA: &'static Schema = &httpkit::jobs::schema("auth_jobs");
//! }
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Greet { name: String }
//! impl JobKind for Greet {
//!     const NAME: &'static str = "greet";
//! }
//!
//! # async fn example(services: httpkit::services::Services) -> Result<(), store::Error> {
//! let jobs = Jobs::<AuthQueue>::new(&services);
//! services.store.ensure(&[AuthQueue::SCHEMA]).await?;
//! services.store.batch().insert(&jobs.job(&Greet { name: "Asha".into() })?).commit().await?;
//! jobs.wake();
//! let worker = Worker::new(&jobs).on(async |greet: Greet| { println!("Hello {}", greet.name); Ok(()) });
//! worker.run_until_idle().await?;
//! # Ok(()) }
//! ```

mod job;
#[cfg(test)]
mod tests;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Clock, Collection, Id, Index, Query, Random, Schema, ShardKey, Time};
use tokio::sync::Notify;

use crate::services::Services;

pub use job::{Job, State};
pub use worker::{JobError, Worker};

/// After so many failures a job is dead: about six hours after the first.
pub const MAX_ATTEMPTS: u32 = 16;

const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

const BY_DUE: &str = "by_due";
const INDEXES: &[Index] = &[Index::new(BY_DUE).equal(&["state"]).order("due")];

/// A queue: the name of a collection, as a type.
pub trait Queue: Send + Sync + 'static {
    /// Made by [`schema`], and declared to the store at start.
    const SCHEMA: &'static Schema;
}

/// The schema of a queue that lies in `collection` (`auth_jobs`, `resource_jobs`).
pub const fn schema(collection: &'static str) -> Schema {
    Schema::new(collection).indexes(INDEXES).shard_key(ShardKey::Key).expires("expires_at")
}

/// What a job of one kind must know. It is stored: add fields with `#[serde(default)]`, never rename one.
pub trait JobKind: Serialize + DeserializeOwned + Send + 'static {
    /// What it is called in the store and in the log. Never changes.
    const NAME: &'static str;
}

/// The queue from the side of those who put something in. Clones share it.
pub struct Jobs<Q>(Arc<Inner<Q>>);

struct Inner<Q> {
    collection: Collection<Job<Q>>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    woken: Notify,
    /// How long a worker that is stopped waits for what it began.
    stop_timeout: Duration,
}

impl<Q> Clone for Jobs<Q> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Q: Queue> Jobs<Q> {
    /// The queue `Q` in the store of `services`.
    pub fn new(services: &Services) -> Self {
        Self(Arc::new(Inner {
            collection: services.store.collection(),
            clock: Arc::clone(&services.clock),
            random: Arc::clone(&services.random),
            woken: Notify::new(),
            stop_timeout: services.settings.http.stop_timeout,
        }))
    }

    /// A job that is due at once, to be inserted in the batch of its cause; then [`Jobs::wake`].
    ///
    /// # Errors
    /// `Decode`, when the payload cannot be written as BSON.
    pub fn job<K: JobKind>(&self, payload: &K) -> store::Result<Job<Q>> {
        let now = self.now();
        let key = Id::generate_unsharded(now, self.0.random.as_ref()).to_string();
        Job::new(key, payload, now)
    }

    /// Inserts `job` alone, and says whether there was none yet of its name (see [`Job::once`]).
    ///
    /// # Errors
    /// What the store says, except that there is one already.
    pub async fn insert_once(&self, job: &Job<Q>) -> store::Result<bool> {
        match self.0.collection.insert(job).await {
            Ok(()) => {
                self.wake();
                Ok(true)
            }
            Err(error) if error.is_duplicate_key() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Tells the worker of this process that something was committed. Forgotten, it is found a second later.
    pub fn wake(&self) {
        self.0.woken.notify_one();
    }

    /// The jobs that were given up, oldest first, `limit` at most.
    ///
    /// # Errors
    /// What the store says.
    pub async fn dead(&self, limit: usize) -> store::Result<Vec<Job<Q>>> {
        let dead = Query::index(BY_DUE).equal([State::Dead.as_str()]).limit(limit);
        Ok(self.0.collection.scan(dead).await?.into_documents())
    }

    fn now(&self) -> Time {
        self.0.clock.now()
    }
}

impl<Q: Queue> fmt::Debug for Jobs<Q> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Jobs").field(&Q::SCHEMA.collection).finish()
    }
}

/// The pause after the `attempts`-th failure: twice as long each time, between half of that and all of it, so that
/// what failed together is not tried again together.
fn pause(attempts: u32, random: &dyn Random) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
    let whole = doubled.min(LONGEST_PAUSE);
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    let share = f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX);
    whole.mul_f64(0.5 + share / 2.0)
}
