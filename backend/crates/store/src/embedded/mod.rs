//! The engine in one file, on redb: what serves from the first minute and on one machine.
//!
//! Reads look into a shared snapshot ([`snapshot`]) on the thread that asks, and before that into what was read lately ([`rows`]). Writes are made ready there
//! ([`prepared`]) and queued for one thread ([`committer`]), which puts all that wait into one transaction ([`apply`])
//! and answers them after its fsync: durable before it is acknowledged. The bytes are described in [`layout`]; what can
//! be wrong with the file, in [`file`]. A backup is a [`dump`]; older files are brought up to date by [`migrate`].
//! `docs/storage.md` tells the whole.

mod apply;
mod committer;
mod declare;
mod dump;
mod failure;
mod file;
mod layout;
mod machine;
mod migrate;
mod prepared;
mod rows;
mod scan;
mod snapshot;
mod tables;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

pub use dump::{Dump, Dumped, load_dump};
pub use file::is_in_use;
pub use migrate::{Migration, migrate};

use crate::port::{Engine, Raw, Scan, Write};
use crate::{Error, Key, Result, Schema, Time};
use committer::{Committer, Request};
use file::{DataFile, Storage};
use prepared::Prepared;
use snapshot::{Current, Snapshot};

/// How many requests may wait for the committer; who comes later waits for a place.
const QUEUE: usize = 1024;

/// Scans up to these sizes are answered where they are asked: they take less than a millisecond.
const INLINE_LIMIT: usize = 128;
const INLINE_PREFIXES: usize = 512;

/// How the embedded engine uses the machine.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How many bytes of what is in the file are kept in memory: half of it as pages, half as records. 32 MiB unless
    /// said otherwise.
    pub cache_bytes: usize,
    /// Writes are refused while the disk has less room than this, so that the file never meets a full disk in the
    /// middle of a commit; reads go on. 64 MiB unless said otherwise.
    pub min_free_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_bytes: 32 * 1024 * 1024, min_free_bytes: 64 * 1024 * 1024 }
    }
}

impl Options {
    /// The same with a sixteenth of the machine's memory (or of its container's), between 32 MiB and 1 GiB.
    pub fn for_this_machine() -> Self {
        Self { cache_bytes: machine::store_share(), ..Self::default() }
    }

    fn row_bytes(&self) -> usize {
        self.cache_bytes / 2
    }

    fn page_bytes(&self) -> usize {
        self.cache_bytes - self.row_bytes()
    }
}

/// The embedded engine.
pub struct Embedded {
    current: Arc<Current>,
    /// `None` once it was closed.
    requests: Mutex<Option<mpsc::Sender<Request>>>,
    committer: Mutex<Option<JoinHandle<()>>>,
}

impl Embedded {
    /// Opens the file, creating it when there is none, and repairs what a crash left.
    pub fn open(path: &Path, options: Options) -> Result<Self> {
        Self::start(DataFile(path.to_owned()), options)
    }

    /// Everything as it is now, to be written out while work goes on.
    ///
    /// # Errors
    /// `Unavailable` when the file has failed, or was closed.
    pub async fn dump(&self) -> Result<Dump> {
        Ok(Dump::of_snapshot(self.snapshot().await?))
    }

    fn start(storage: impl Storage, options: Options) -> Result<Self> {
        let (requests, queue) = mpsc::channel(QUEUE);
        let (committer, current) = Committer::open(Box::new(storage), options, queue)?;
        let thread = std::thread::Builder::new()
            .name("store-commit".to_owned())
            .spawn(|| committer.run())
            .map_err(|error| Error::Engine(format!("no thread could be started: {error}")))?;
        Ok(Self { current, requests: Mutex::new(Some(requests)), committer: Mutex::new(Some(thread)) })
    }

    /// Hands a request to the committer and waits until it is answered.
    async fn ask(&self, request: impl FnOnce(oneshot::Sender<Result<()>>) -> Request) -> Result<()> {
        let requests = self.requests().clone();
        let (answer, answered) = oneshot::channel();
        let requests = requests.ok_or_else(closed)?;
        requests.send(request(answer)).await.map_err(|_| closed())?;
        drop(requests);
        answered.await.map_err(|_| closed())?
    }

    /// The newest snapshot. When the file had failed, opening it is tried once more.
    async fn snapshot(&self) -> Result<Arc<Snapshot>> {
        match self.current.get() {
            Ok(snapshot) => Ok(snapshot),
            Err(_) => {
                self.ask(Request::Reopen).await?;
                self.current.get()
            }
        }
    }

    fn requests(&self) -> MutexGuard<'_, Option<mpsc::Sender<Request>>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the committer finish what was queued, flush and let go of the file.
    fn stop(&self) {
        self.requests().take();
        let thread = self.committer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The committer catches its panics, so joining it only waits.
        let _ = thread.map(JoinHandle::join);
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.stop();
    }
}

#[async_trait::async_trait]
impl Engine for Embedded {
    async fn ensure(&self, schema: &'static Schema) -> Result<()> {
        self.ask(|answer| Request::Declare(schema, answer)).await
    }

    async fn get(&self, schema: &'static Schema, keys: &[Key], now: Time) -> Result<Vec<Option<Raw>>> {
        self.snapshot().await?.get(schema, keys, now)
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<Raw>> {
        let snapshot = self.snapshot().await?;
        if scan.limit <= INLINE_LIMIT && scan.prefixes.len() <= INLINE_PREFIXES {
            return snapshot.scan(&scan);
        }
        let found = tokio::task::spawn_blocking(move || snapshot.scan(&scan)).await;
        found.map_err(|error| Error::Engine(format!("a scan did not end: {error}")))?
    }

    async fn commit(&self, writes: Vec<Write>, now: Time) -> Result<()> {
        let snapshot = self.snapshot().await?;
        for write in &writes {
            snapshot.check(write.schema)?;
        }
        drop(snapshot);
        let batch = Prepared::new(writes, now)?;
        self.ask(|answer| Request::Commit(batch, answer)).await
    }

    async fn close(&self) -> Result<()> {
        let open = self.requests().is_some();
        let outcome = if open { self.ask(Request::Close).await } else { Ok(()) };
        self.stop();
        outcome
    }
}

fn closed() -> Error {
    Error::Unavailable("it was closed".to_owned())
}

/// What a whole file never contains: an index that disagrees with its documents, or a record cut short.
fn damaged(schema: &Schema) -> Error {
    Error::Engine(format!("the file is damaged: `{}` does not agree with itself; restore a backup", schema.collection))
}
