//! Batches: one write alone, several as a transaction; again when another writer was in the way.
//!
//! A transaction that meets another's uncommitted change is thrown out at once and begins anew. So that a counter which
//! everybody adds to does not throw everybody out, additions come last in a transaction, whose conflict then lasts for
//! two round trips; and within one process those who were thrown out once go one at a time.

use std::time::Duration;

use mongodb::options::{Hint, ReadConcern, WriteConcern};
use mongodb::{ClientSession, Collection};

use super::Mongo;
use super::failure::{self, Failure};
use super::prepared::{Condition, Prepared, PreparedAction, Room};
use crate::{Error, Result};
use bson::RawDocumentBuf;

/// How often a batch is tried before its caller is told that there are too many writers; the call's time may end before.
const ATTEMPTS: u32 = 200;

/// How often the outcome of a commit is asked for.
const COMMITS: u32 = 5;

/// How long it waits before the next attempt: doubled each time, to this many times as long at most, and by chance less.
const BACK_OFF: Duration = Duration::from_micros(500);
const LONGEST: u32 = 100;

impl Mongo {
    /// Does all of these writes, or none.
    pub(super) async fn write(&self, mut writes: Vec<Prepared>) -> Result<()> {
        // Of one collection the order is kept, and no index spans two.
        writes.sort_by_key(Prepared::counts);
        let outcome = match writes.as_slice() {
            [write] => match self.alone(write).await {
                Err(error) if self.was_refused_by_the_expired(&writes, &error).await? => self.together(&writes).await,
                outcome => outcome,
            },
            writes => self.together(writes).await,
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(error) => Err(self.blame(&writes, error).await),
        }
    }

    /// One write, which MongoDB does whole or not at all.
    async fn alone(&self, write: &Prepared) -> Result<()> {
        for attempt in 0..ATTEMPTS {
            match self.send(write, None).await {
                Ok(()) => return Ok(()),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Conflict) => self.back_off(attempt).await,
            }
        }
        Err(too_many_writers())
    }

    async fn together(&self, writes: &[Prepared]) -> Result<()> {
        let _turn = self.transactions.acquire().await;
        let mut one_at_a_time = None;
        let mut make_room = writes.len() == 1;
        for attempt in 0..ATTEMPTS {
            match self.attempt(writes, make_room).await {
                Ok(()) => return Ok(()),
                Err(Failure::Final(error)) => {
                    if make_room || !self.was_refused_by_the_expired(writes, &error).await? {
                        return Err(error);
                    }
                    make_room = true;
                }
                Err(Failure::Conflict) => {
                    if one_at_a_time.is_none() {
                        one_at_a_time = Some(self.one_at_a_time.lock().await);
                    }
                    self.back_off(attempt).await;
                }
            }
        }
        Err(too_many_writers())
    }

    async fn attempt(&self, writes: &[Prepared], make_room: bool) -> Result<(), Failure> {
        if !self.server.transactions {
            return self.send_all(writes, make_room, &mut None).await;
        }
        let mut session = self.server.client.start_session().await.map_err(|error| failure::of_batch(&error))?;
        session
            .start_transaction()
            .read_concern(ReadConcern::snapshot())
            .write_concern(WriteConcern::majority())
            .max_commit_time(self.options.timeout)
            .await
            .map_err(|error| failure::of_batch(&error))?;
        let mut session = Some(session);
        let sent = self.send_all(writes, make_room, &mut session).await;
        let Some(mut session) = session else { return sent };
        match sent {
            Ok(()) => commit(&mut session).await,
            Err(failure) => {
                // When this fails too, the server forgets the transaction by itself.
                let _ = session.abort_transaction().await;
                Err(failure)
            }
        }
    }

    async fn send_all(
        &self,
        writes: &[Prepared],
        make_room: bool,
        session: &mut Option<ClientSession>,
    ) -> Result<(), Failure> {
        if make_room {
            for write in writes {
                self.make_room(write, session.as_mut()).await?;
                self.send(write, session.as_mut()).await?;
            }
            return Ok(());
        }
        for run in writes.chunk_by(inserted_together) {
            match run {
                [write] => self.send(write, session.as_mut()).await?,
                run => self.insert(run, session.as_mut()).await?,
            }
        }
        Ok(())
    }

    /// Sends inserts into one collection as one command.
    async fn insert(&self, run: &[Prepared], session: Option<&mut ClientSession>) -> Result<(), Failure> {
        let Some(first) = run.first() else { return Ok(()) };
        let documents = run.iter().filter_map(|write| match &write.action {
            PreparedAction::Insert(document, _) => Some(document),
            PreparedAction::Replace(..) | PreparedAction::Delete(..) | PreparedAction::Add(..) => None,
        });
        let collection = self.documents(first);
        let insert = collection.insert_many(documents);
        let inserted = match session {
            Some(session) => insert.session(session).await,
            None => insert.await,
        };
        inserted.map(drop).map_err(|error| {
            let refused = failure::position(&error).and_then(|position| run.get(position)).unwrap_or(first);
            failure::of_write(&error, refused.schema, refused.number)
        })
    }

    /// Sends one write, within the transaction of the session if there is one.
    async fn send(&self, write: &Prepared, session: Option<&mut ClientSession>) -> Result<(), Failure> {
        let collection = self.documents(write);
        let failed = |error| failure::of_write(&error, write.schema, write.number);
        let late = |late: bool| match late {
            true => Err(Failure::Final(Error::Stale { write: write.number })),
            false => Ok(()),
        };
        match &write.action {
            PreparedAction::Insert(document, _) => {
                let insert = collection.insert_one(document);
                let inserted = match session {
                    Some(session) => insert.session(session).await,
                    None => insert.await,
                };
                inserted.map(drop).map_err(failed)
            }
            PreparedAction::Replace(filter, document, _) => {
                let replace = collection.replace_one(filter.clone(), document);
                let replaced = match session {
                    Some(session) => replace.session(session).await,
                    None => replace.await,
                };
                late(replaced.map_err(failed)?.matched_count == 0)
            }
            PreparedAction::Delete(filter, condition) => {
                let delete = collection.delete_one(filter.clone());
                let deleted = match session {
                    Some(session) => delete.session(session).await,
                    None => delete.await,
                };
                late(deleted.map_err(failed)?.deleted_count == 0 && *condition == Condition::OneDocument)
            }
            PreparedAction::Add(filter, update) => {
                let add = collection.update_one(filter.clone(), update.clone()).upsert(true);
                let added = match session {
                    Some(session) => add.session(session).await,
                    None => add.await,
                };
                added.map(drop).map_err(|error| match failure::is_duplicate(&error) {
                    // Two who found nothing wanted to create it; the later one adds to what the other made.
                    true => Failure::Conflict,
                    false => failed(error),
                })
            }
        }
    }

    /// Removes the expired documents that have the key or a unique value of a document that is to be written.
    async fn make_room(&self, write: &Prepared, mut session: Option<&mut ClientSession>) -> Result<(), Failure> {
        let (PreparedAction::Insert(_, Room(room)) | PreparedAction::Replace(_, _, Room(room))) = &write.action else {
            return Ok(());
        };
        let collection = self.documents(write);
        for (filter, index) in room {
            let delete = collection.delete_one(filter.clone()).hint(Hint::Name((*index).to_owned()));
            let deleted = match session.as_deref_mut() {
                Some(session) => delete.session(session).await,
                None => delete.await,
            };
            deleted.map_err(|error| failure::of_batch(&error))?;
        }
        Ok(())
    }

    /// Whether what refused the batch is a document that has expired, and so is in nobody's way. Looking first spares a
    /// transaction to those who come too late for what is there, such as the second redemption of a code.
    async fn was_refused_by_the_expired(&self, writes: &[Prepared], error: &Error) -> Result<bool> {
        let Error::Duplicate { write: number, .. } = error else {
            return Ok(false);
        };
        let Some(refused) = writes.iter().find(|write| write.number == *number && write.schema.expires.is_some())
        else {
            return Ok(false);
        };
        let (PreparedAction::Insert(_, Room(room)) | PreparedAction::Replace(_, _, Room(room))) = &refused.action
        else {
            return Ok(false);
        };
        let collection = self.documents(refused);
        for (filter, index) in room {
            let find = collection.find_one(filter.clone()).hint(Hint::Name((*index).to_owned()));
            if find.await.map_err(|error| failure::general(&error))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn documents(&self, write: &Prepared) -> Collection<RawDocumentBuf> {
        self.server.database.collection(write.schema.collection)
    }

    #[expect(clippy::disallowed_methods, reason = "a back-off, within the time that the call has")]
    async fn back_off(&self, attempt: u32) {
        let longest = BACK_OFF * 2_u32.saturating_pow(attempt).min(LONGEST);
        // Revisions spread evenly once multiplied, differently in each process: all the chance that is needed.
        let chance = self.revision().number().wrapping_mul(0x9e37_79b9_7f4a_7c15_u64.cast_signed());
        tokio::time::sleep(longest.mul_f64(chance.cast_unsigned() as f64 / u64::MAX as f64)).await;
    }
}

/// Commits, and asks again while nobody knows whether it did.
async fn commit(session: &mut ClientSession) -> Result<(), Failure> {
    let mut asked = 0;
    loop {
        asked += 1;
        match session.commit_transaction().await {
            Ok(()) => return Ok(()),
            Err(error) if failure::commit_is_unknown(&error) && asked < COMMITS => {}
            // It may have happened: it must not be tried again from the start.
            Err(error) if failure::commit_is_unknown(&error) => {
                return Err(Failure::Final(Error::Unavailable(failure::words(&error))));
            }
            Err(error) => return Err(failure::of_batch(&error)),
        }
    }
}

fn inserted_together(one: &Prepared, next: &Prepared) -> bool {
    let inserts = |write: &Prepared| matches!(write.action, PreparedAction::Insert(..));
    one.schema.collection == next.schema.collection && inserts(one) && inserts(next)
}

fn too_many_writers() -> Error {
    Error::Unavailable("too many writers change the same documents".to_owned())
}
