//! Who does the jobs.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use store::{Query, Stored, Time};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::job::{Job, State};
use super::{BY_DUE, JobKind, Jobs, MAX_ATTEMPTS, Queue, pause};

/// Why a handler did not do its job; for the log and for whoever looks at dead jobs.
pub type JobError = Box<dyn StdError + Send + Sync>;

type Handler = Box<dyn Fn(bson::Document) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

/// How long a job is its worker's alone. The handler has a little less, so that two never do the same job at once.
const LEASE: Duration = Duration::from_secs(60);
const HANDLER_TIME: Duration = Duration::from_secs(50);
/// Jobs that one process does at once, unless a worker is told otherwise.
const AT_ONCE: usize = 8;
/// How soon a job is found that nobody announced here: another replica's, one whose pause is over.
const POLL: Duration = Duration::from_secs(1);
/// The most of an error that is kept with its job.
const LONGEST_FAILURE: usize = 500;

/// Does the jobs of one queue. Clones share everything.
pub struct Worker<Q> {
    jobs: Jobs<Q>,
    handlers: Arc<HashMap<&'static str, Handler>>,
    at_once: usize,
    /// How many jobs are being done in this process.
    busy: Arc<watch::Sender<usize>>,
}

impl<Q> Clone for Worker<Q> {
    fn clone(&self) -> Self {
        let (handlers, busy) = (Arc::clone(&self.handlers), Arc::clone(&self.busy));
        Self { jobs: self.jobs.clone(), handlers, at_once: self.at_once, busy }
    }
}

impl<Q: Queue> Worker<Q> {
    /// A worker that knows no job yet.
    pub fn new(jobs: &Jobs<Q>) -> Self {
        let busy = Arc::new(watch::Sender::new(0));
        Self { jobs: jobs.clone(), handlers: Arc::default(), at_once: AT_ONCE, busy }
    }

    /// Does so many jobs at once: more for work that waits for others, whose jobs cost nothing meanwhile.
    #[must_use]
    pub fn at_once(self, at_once: usize) -> Self {
        Self { at_once, ..self }
    }

    /// Does jobs of the kind `K` with `handler`, which may be called more than once for the same job. Call it before
    /// the worker is cloned or run.
    #[must_use]
    pub fn on<K, H, F>(mut self, handler: H) -> Self
    where
        K: JobKind,
        H: Fn(K) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        let handler: Handler = Box::new(move |payload| match bson::deserialize_from_document(payload) {
            Ok(payload) => handler(payload).boxed(),
            Err(error) => std::future::ready(Err(error.into())).boxed(),
        });
        Arc::get_mut(&mut self.handlers)
            .expect("handlers are added before the worker is shared")
            .insert(K::NAME, handler);
        self
    }

    /// Does jobs until `stop`, and then finishes those that are begun, within `http.stop_timeout`.
    pub async fn run(&self, stop: CancellationToken) {
        let mut running = JoinSet::new();
        while !stop.is_cancelled() {
            self.begin(&mut running).await;
            let has_room = running.len() < self.at_once;
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = running.join_next() => {}
                _ = tokio::time::timeout(POLL, self.jobs.0.woken.notified()), if has_room => {}
            }
        }
        let finished = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(self.jobs.0.stop_timeout, finished).await.is_err() {
            tracing::warn!("jobs of `{}` were cut off; they are begun again later", Q::SCHEMA.collection);
        }
    }

    /// Begins what is due, as far as there is room. A store that does not answer is asked again at the next poll.
    async fn begin(&self, running: &mut JoinSet<()>) {
        match self.claim(self.at_once.saturating_sub(running.len())).await {
            Ok(claimed) => {
                for leased in claimed {
                    let worker = self.clone();
                    running.spawn(async move { worker.perform_or_log(leased).await });
                }
            }
            Err(error) => tracing::warn!(%error, "jobs of `{}` could not be looked for: {error}", Q::SCHEMA.collection),
        }
    }

    /// For tests: does jobs until none is due by the clock and none is being done in this process, and says how many it
    /// did. A job whose pause is not over stays; move the clock.
    ///
    /// # Errors
    /// What the store says.
    pub async fn run_until_idle(&self) -> store::Result<usize> {
        let mut done = 0;
        let mut busy = self.busy.subscribe();
        loop {
            let busy_before = *busy.borrow_and_update();
            let claimed = self.claim(self.at_once).await?;
            if !claimed.is_empty() {
                done += claimed.len();
                join_all(claimed.into_iter().map(|leased| self.perform(leased)))
                    .await
                    .into_iter()
                    .collect::<Result<(), _>>()?;
            } else if busy_before > 0 {
                // What another task does may leave a job behind, so look again when something has changed.
                busy.changed().await.expect("the sender lives as long as this worker");
            } else if !busy.has_changed().expect("the sender lives as long as this worker") {
                return Ok(done);
            }
        }
    }

    /// Leases up to `wanted` jobs that are due.
    async fn claim(&self, wanted: usize) -> store::Result<Vec<Leased<Q>>> {
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let now = self.jobs.now();
        let due = Query::index(BY_DUE).equal([State::Waiting.as_str()]).at_most(now).limit(wanted);
        let found = self.jobs.0.collection.scan(due).await?.items;
        // All at once: what waits together is made durable together.
        let leases = join_all(found.iter().map(|found| self.lease(found, now))).await;
        leases.into_iter().filter_map(Result::transpose).collect()
    }

    /// Leases `found`, unless another worker is faster.
    async fn lease(&self, found: &Stored<Job<Q>>, now: Time) -> store::Result<Option<Leased<Q>>> {
        // Counted before it is written, so that nobody finds the job taken and its worker idle.
        let busy = Busy::new(&self.busy);
        let job = found.begun(now + LEASE);
        match self.jobs.0.collection.replace(found, &job).await {
            Ok(()) => Ok(Some(Leased { job, _busy: busy })),
            Err(store::Error::Stale { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn perform_or_log(&self, leased: Leased<Q>) {
        let (kind, name) = (leased.job.kind.clone(), leased.job.key.clone());
        if let Err(error) = self.perform(leased).await {
            tracing::warn!(%error, kind, name, "the end of job `{kind}` `{name}` could not be written: {error}");
        }
    }

    /// Does a leased job and writes down how it ended.
    async fn perform(&self, leased: Leased<Q>) -> store::Result<()> {
        let job = &leased.job;
        let failed = self.handle(job).await.err().map(|error| self.after_failure(job, &error));
        self.finish(job, failed).await
    }

    async fn handle(&self, job: &Job<Q>) -> Result<(), JobError> {
        let handler = self.handlers.get(job.kind.as_str()).ok_or("nothing here does this kind of job")?;
        // A task of its own, so that a panic ends this job and not the worker; and aborted with its handle, so that
        // nothing goes on behind the back of a worker that gave it up.
        let mut task = JoinSet::new();
        task.spawn(handler(job.payload.clone()));
        match tokio::time::timeout(HANDLER_TIME, task.join_next()).await {
            Ok(Some(Ok(result))) => result,
            Ok(Some(Err(panicked))) => Err(panicked.into()),
            Ok(None) => unreachable!("one task was spawned"),
            Err(elapsed) => Err(elapsed.into()),
        }
    }

    /// `job` as it must be after it failed with `error`.
    fn after_failure(&self, job: &Job<Q>, error: &JobError) -> Job<Q> {
        let (kind, name, attempts) = (&job.kind, &job.key, job.attempts);
        let failure: String = error.to_string().chars().take(LONGEST_FAILURE).collect();
        let now = self.jobs.now();
        if attempts >= MAX_ATTEMPTS {
            tracing::error!(kind, name, attempts, "job `{kind}` `{name}` is dead after {attempts} attempts: {failure}");
            return job.given_up(failure, now);
        }
        let pause = pause(attempts, self.jobs.0.random.as_ref());
        let due: Time = now + pause;
        tracing::warn!(
            kind,
            name,
            attempts,
            "job `{kind}` `{name}` failed and will be tried again at {due}: {failure}"
        );
        job.failed(failure, due)
    }

    /// Puts `next` in the place of `job`, or deletes it; unless its lease had run out and another worker has begun it.
    async fn finish(&self, job: &Job<Q>, next: Option<Job<Q>>) -> store::Result<()> {
        let collection = &self.jobs.0.collection;
        let Some(stored) = collection.get(&job.key).await?.filter(|stored| stored.attempts == job.attempts) else {
            return Ok(());
        };
        let written = match &next {
            Some(next) => collection.replace(&stored, next).await,
            None => collection.delete_at(&stored).await,
        };
        match written {
            Err(store::Error::Stale { .. }) => Ok(()),
            written => written,
        }
    }
}

/// A job that is this process's alone until its lease ends.
struct Leased<Q> {
    job: Job<Q>,
    _busy: Busy,
}

/// Counts as one job that is being done, for as long as it lives.
struct Busy(Arc<watch::Sender<usize>>);

impl Busy {
    fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|busy| *busy += 1);
        Self(Arc::clone(count))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.send_modify(|busy| *busy -= 1);
    }
}
