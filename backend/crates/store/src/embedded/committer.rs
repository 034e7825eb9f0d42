//! The one thread that writes: it puts all batches that wait into one transaction and answers them after its fsync.
//!
//! While an fsync runs the next batches gather in the queue, so the group grows with the load by itself; nothing
//! waits on purpose. When the file fails, the database is opened anew, which brings back its last durable state.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use redb::Database;
use tokio::sync::{mpsc, oneshot};

use super::apply::Group;
use super::failure::{Failure, Outcome};
use super::file::{self, Storage};
use super::prepared::Prepared;
use super::rows::Rows;
use super::snapshot::{Catalog, Current, Snapshot};
use super::tables::Tables;
use super::{Options, closed, declare};
use crate::{Error, Result, Revision, Schema};

/// A transaction takes no more batches than this, and begins none beyond these bytes, so that each answer comes soon.
const GROUP_BATCHES: usize = 512;
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// How many of a revision's bits count within one opening of the file; the rest number the opening.
const COUNTER_BITS: u32 = 40;

type Answer = oneshot::Sender<Result<()>>;

/// What the committer is asked for.
pub(super) enum Request {
    Commit(Prepared, Answer),
    Declare(&'static Schema, Answer),
    /// Opens the file again if it had failed.
    Reopen(Answer),
    Close(Answer),
}

pub(super) struct Committer {
    storage: Box<dyn Storage>,
    options: Options,
    queue: mpsc::Receiver<Request>,
    current: Arc<Current>,
    /// `None` after the file failed and could not be opened again.
    database: Option<Database>,
    catalog: Catalog,
    name: Arc<str>,
    revision: i64,
    rows: Arc<Rows>,
    /// The number of the newest snapshot.
    shown: u64,
}

impl Committer {
    pub(super) fn open(
        storage: Box<dyn Storage>,
        options: Options,
        queue: mpsc::Receiver<Request>,
    ) -> Result<(Self, Arc<Current>)> {
        let (name, catalog) = (Arc::from(storage.name()), Catalog::default());
        let database = file::open(&*storage, options.page_bytes())?;
        let epoch = file::begin_epoch(&database, &name)?;
        let rows = Arc::new(Rows::new(options.row_bytes()));
        let snapshot = Snapshot::new(&database, Arc::clone(&catalog), Arc::clone(&name), Arc::clone(&rows), 0)
            .map_err(|error| file::failed(&name, &error.into()))?;
        let current = Arc::new(Current::new(snapshot));
        let revision = i64::try_from(epoch << COUNTER_BITS).map_err(|_| file::broken(&name))?;
        let committer = Self {
            storage,
            options,
            queue,
            current: Arc::clone(&current),
            database: Some(database),
            catalog,
            name,
            revision,
            rows,
            shown: 0,
        };
        Ok((committer, current))
    }

    /// Works until it is told to close, or nobody can ask any more.
    pub(super) fn run(mut self) {
        let mut next = self.queue.blocking_recv();
        while let Some(request) = next.take() {
            match request {
                Request::Commit(batch, answer) => next = self.commit_group(batch, answer),
                Request::Declare(schema, answer) => {
                    // An asker who is gone needs no answer; so everywhere below.
                    let _ = answer.send(self.guarded(|committer| committer.declare(schema)));
                }
                Request::Reopen(answer) => {
                    let _ = answer.send(self.guarded(|_| Ok(())));
                }
                Request::Close(answer) => {
                    let _ = answer.send(self.close());
                    return;
                }
            }
            next = next.or_else(|| self.queue.blocking_recv());
        }
        // Dropping tells nobody of an error, and nobody is left to be told: all that was acknowledged is on disk.
        let _ = self.close();
    }

    /// Commits the batch together with those that wait behind it. Returns the first request that is none.
    fn commit_group(&mut self, batch: Prepared, answer: Answer) -> Option<Request> {
        let mut bytes = batch.size();
        let mut group = vec![(batch, answer)];
        let mut next = None;
        while group.len() < GROUP_BATCHES && bytes < GROUP_BYTES {
            match self.queue.try_recv() {
                Ok(Request::Commit(batch, answer)) => {
                    bytes += batch.size();
                    group.push((batch, answer));
                }
                Ok(other) => {
                    next = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        let (batches, answers): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let outcome = self.guarded(|committer| committer.commit(batches));
        match outcome {
            Ok(outcomes) => {
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    let _ = answer.send(outcome);
                }
            }
            Err(error) => {
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
        next
    }

    /// Applies the batches, makes them durable and shows them to readers. A failure means that none of them is
    /// acknowledged; after a failed fsync they may still turn out to be there.
    fn commit(&mut self, batches: Vec<Prepared>) -> Outcome<Vec<Result<()>>> {
        self.check_room()?;
        let write = self.database.as_ref().ok_or_else(closed)?.begin_write()?;
        let revision = &mut self.revision;
        let mut revisions = || {
            *revision += 1;
            Revision::from_number(*revision)
        };
        let mut group = Group::new(Tables::new(&write, &self.rows, self.shown + 1), &mut revisions);
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            outcomes.push(match group.apply(batch) {
                Ok(()) => Ok(()),
                Err(Failure::Refused(error)) => Err(error),
                Err(Failure::File(error)) => return Err(Failure::File(error)),
            });
        }
        drop(group);
        if outcomes.iter().any(Result::is_ok) {
            write.commit()?;
            self.show()?;
        } else {
            write.abort()?;
        }
        Ok(outcomes)
    }

    fn declare(&mut self, schema: &'static Schema) -> Outcome<()> {
        declare::declare(self.database.as_ref().ok_or_else(closed)?, schema)?;
        let catalog = Arc::make_mut(&mut self.catalog);
        let place = catalog.len();
        catalog.entry(schema.collection).or_insert(place);
        self.show()
    }

    /// Shows readers what is now in the database.
    fn show(&mut self) -> Outcome<()> {
        let database = self.database.as_ref().ok_or_else(closed)?;
        let (catalog, name, rows) = (Arc::clone(&self.catalog), Arc::clone(&self.name), Arc::clone(&self.rows));
        // Also where the commit before it failed and may have got there all the same: its writes were noted under this number.
        let number = self.shown + 1;
        self.current.set(Ok(Snapshot::new(database, catalog, name, rows, number)?));
        self.shown = number;
        Ok(())
    }

    fn check_room(&self) -> Result<()> {
        match self.storage.free() {
            Some(free) if free < self.options.min_free_bytes => Err(file::full(&self.name)),
            Some(_) | None => Ok(()),
        }
    }

    /// Does the work, and opens the database anew when it failed by the file's fault.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Result<T> {
        if self.database.is_none() {
            self.reopen()?;
        }
        // redb panics on pages that do not make sense; the database is then not used any further.
        let error = match catch_unwind(AssertUnwindSafe(|| work(self))) {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(Failure::Refused(error))) => return Err(error),
            Ok(Err(Failure::File(error))) => file::failed(&self.name, &error),
            Err(_) => file::broken(&self.name),
        };
        self.let_go(&error);
        // It stays closed when this fails too; the next request tries again.
        let _ = self.reopen();
        Err(error)
    }

    fn let_go(&mut self, error: &Error) {
        self.current.set(Err(error.clone()));
        // What can go wrong while closing went wrong before; opening it anew will tell.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(self.database.take())));
    }

    fn reopen(&mut self) -> Result<()> {
        self.database = Some(file::open(&*self.storage, self.options.page_bytes())?);
        self.show().map_err(|failure| match failure {
            Failure::Refused(error) => error,
            Failure::File(error) => file::failed(&self.name, &error),
        })
    }

    fn close(&mut self) -> Result<()> {
        self.current.set(Err(closed()));
        match self.database.take().map(Database::close) {
            None | Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(file::failed(&self.name, &error.into())),
        }
    }
}
