//! From one engine to another, whichever two they are: every document of the collections that are named, also those that
//! have expired and were not deleted yet.
//!
//! Documents go over in the order of their keys, in batches; each batch also writes how far it came, so that a copy that was
//! killed goes on where it stopped, and a target that holds anything else than such a half is refused. At the end both
//! sides are read, counted and hashed. Revisions are the target's own: nothing that is stored names one.
//!
//! Nobody else may write to either side meanwhile. What changed all the same is found by the comparison.

use std::time::{Duration, Instant};

use aws_lc_rs::digest::{Context, SHA256};
use bson::{Document as Bson, doc};

use crate::port::{Action, Bound, Direction, Engine, Raw, Scan, Show, Write};
use crate::query::Position;
use crate::{Error, Key, Result, Revision, Schema, Time, fields};

/// Documents that are read at once.
const PAGE: usize = 500;

/// Bytes after which a batch is full.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Before everything that is stored, so that nothing counts as expired.
const NOW: Time = Time::from_millis(0);

/// The mark that says whose copy this is.
const WHOSE: &str = "_copy";

/// The mark that says that nothing is left to do but to remove the marks.
const FINISHED: &str = "_finished";

/// What a copy does at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Counts and hashes the source.
    Reading,
    /// Writes to the target.
    Copying,
    /// Counts and hashes the target.
    Comparing,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Documents of all collections with which that is done.
    pub done: u64,
    /// How many there are; not known while the source is being read.
    pub total: Option<u64>,
}

/// What was copied, for each collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedCollection {
    /// Its name.
    pub collection: &'static str,
    /// How many documents it has, on both sides.
    pub documents: u64,
    /// SHA-256 over all keys and documents in the order of the keys, the same on both sides.
    pub hash: [u8; 32],
}

/// A copy to be made.
pub struct CopyOrder<'a> {
    /// Where the documents are.
    pub from: &'a dyn Engine,
    /// Where they are to be.
    pub to: &'a dyn Engine,
    /// The collections.
    pub schemas: &'a [&'static Schema],
    /// A collection of the target's in which is kept how far the copy is.
    pub marks: &'static Schema,
    /// What the source is called: a half-finished copy is only gone on with from the same one.
    pub source: &'a str,
    /// How long a target that is unavailable is tried again. A MongoDB server keeps what a killed process had begun locked
    /// for a minute.
    pub patience: Duration,
}

impl CopyOrder<'_> {
    /// Copies everything, or the rest of it, and compares. The marks stay until [`forget`](Self::forget).
    ///
    /// # Errors
    /// A sentence: the target holds something else, one of the engines failed, or the two differ at the end.
    pub async fn run(&self, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<Vec<CopiedCollection>> {
        for schema in self.schemas {
            self.from.ensure(schema).await?;
            self.to.ensure(schema).await?;
        }
        self.to.ensure(self.marks).await?;
        self.from.ensure(self.marks).await?;
        if read_mark(self.from, self.marks, WHOSE).await?.is_some() {
            return Err(Error::Engine("the source is half a copy itself: finish that one first".to_owned()));
        }
        self.claim().await?;
        let before = self.sums(self.from, Stage::Reading, None, progress).await?;
        let total = before.iter().map(|sum| sum.documents).sum();
        let mut done = 0;
        for schema in self.schemas {
            self.copy(schema, &mut done, total, progress).await?;
        }
        let after = self.sums(self.to, Stage::Comparing, Some(total), progress).await?;
        for (before, after) in before.iter().zip(&after) {
            same(before, after)?;
        }
        Ok(after)
    }

    /// Whether [`finish`](Self::finish) was called for what is in the target: then only [`forget`](Self::forget) is left.
    ///
    /// # Errors
    /// The target's.
    pub async fn is_finished(&self) -> Result<bool> {
        self.to.ensure(self.marks).await?;
        Ok(self.mark(FINISHED).await?.is_some())
    }

    /// Notes that everything is copied and compared. Of several orders that belong together one is asked to keep this,
    /// so that a kill while they forget one after the other takes nothing back.
    ///
    /// # Errors
    /// The target's.
    pub async fn finish(&self) -> Result<()> {
        let write = self.write_mark(FINISHED, &doc! {}, None)?;
        self.to.commit(vec![write], NOW).await
    }

    /// Removes all marks: from now on the target is a store like any other. There may be none.
    ///
    /// # Errors
    /// The target's.
    pub async fn forget(&self) -> Result<()> {
        self.to.ensure(self.marks).await?;
        let names = self.schemas.iter().map(|schema| schema.collection).chain([WHOSE, FINISHED]);
        let forget = |name| Write { schema: self.marks, key: Key::text(name), action: Action::Delete { expect: None } };
        self.to.commit(names.map(forget).collect(), NOW).await
    }

    /// Makes the target ours, or finds that it is; refuses one in which there is something else.
    async fn claim(&self) -> Result<()> {
        if let Some((mark, _)) = self.mark(WHOSE).await? {
            return match mark.get_str("source") {
                Ok(source) if source == self.source => Ok(()),
                other => Err(Error::Engine(format!(
                    "the target holds half a copy of `{}`: go on from there, or empty the target",
                    other.unwrap_or("something else")
                ))),
            };
        }
        for schema in self.schemas {
            if !self.page(self.to, schema, None, 1).await?.is_empty() {
                return Err(Error::Engine(format!(
                    "the target is not empty (`{}` has documents): name an empty one",
                    schema.collection
                )));
            }
        }
        let write = self.write_mark(WHOSE, &doc! { "source": self.source }, None)?;
        self.to.commit(vec![write], NOW).await
    }

    async fn copy(
        &self,
        schema: &'static Schema,
        done: &mut u64,
        total: u64,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<()> {
        let (mut copied, mut after) = (0, None);
        if let Some((mark, _)) = self.mark(schema.collection).await? {
            copied = mark.get_i64("copied").unwrap_or(0);
            after = mark.get_binary_generic("last").ok().and_then(|last| Position::from_bytes(last));
        }
        *done += copied as u64;
        loop {
            progress(Progress { stage: Stage::Copying, done: *done, total: Some(total) });
            let page = self.page(self.from, schema, after.clone(), PAGE).await?;
            if page.is_empty() {
                return Ok(());
            }
            for batch in batches(page) {
                let last = batch.last().map(|last| Position { order: None, key: last.key.clone() });
                copied += batch.len() as i64;
                *done += batch.len() as u64;
                self.write_batch(schema, batch, last.as_ref(), copied).await?;
                after = last;
            }
        }
    }

    /// Documents, and how far that is, in one batch.
    async fn write_batch(
        &self,
        schema: &'static Schema,
        batch: Vec<Raw>,
        last: Option<&Position>,
        copied: i64,
    ) -> Result<()> {
        let insert = |raw: Raw| Write { schema, key: raw.key, action: Action::Insert { body: raw.body.into_vec() } };
        let writes: Vec<Write> = batch.into_iter().map(insert).collect();
        let last = last.map_or_else(Vec::new, Position::to_bytes);
        let last = bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: last };
        let mark = doc! { "copied": copied, "last": last };
        let deadline = now() + self.patience;
        loop {
            let before = self.mark(schema.collection).await?;
            if before.as_ref().is_some_and(|(before, _)| before.get_i64("copied").is_ok_and(|there| there == copied)) {
                // An attempt that seemed to fail had succeeded.
                return Ok(());
            }
            let mut writes = writes.clone();
            writes.push(self.write_mark(schema.collection, &mark, before.map(|(_, revision)| revision))?);
            match self.to.commit(writes, NOW).await {
                Err(Error::Unavailable(_)) if now() < deadline => pause().await,
                outcome => return outcome.map_err(|error| taken(schema, error)),
            }
        }
    }

    async fn sums(
        &self,
        engine: &dyn Engine,
        stage: Stage,
        total: Option<u64>,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Vec<CopiedCollection>> {
        let (mut sums, mut done) = (Vec::new(), 0);
        for schema in self.schemas {
            let (mut context, mut documents, mut after) = (Context::new(&SHA256), 0, None);
            loop {
                progress(Progress { stage, done: done + documents, total });
                let page = self.page(engine, schema, after.take(), PAGE).await?;
                for raw in &page {
                    add(&mut context, schema, raw)?;
                }
                documents += page.len() as u64;
                match page.into_iter().last() {
                    Some(last) => after = Some(Position { order: None, key: last.key }),
                    None => break,
                }
            }
            done += documents;
            let mut hash = [0; 32];
            hash.copy_from_slice(context.finish().as_ref());
            sums.push(CopiedCollection { collection: schema.collection, documents, hash });
        }
        Ok(sums)
    }

    async fn page(
        &self,
        engine: &dyn Engine,
        schema: &'static Schema,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Raw>> {
        let scan = Scan {
            schema,
            index: None,
            prefixes: vec![Vec::new()],
            lower: Bound::Open,
            upper: Bound::Open,
            after,
            direction: Direction::Ascending,
            limit,
            now: NOW,
            show: Show::Visible,
        };
        engine.scan(scan).await
    }

    async fn mark(&self, name: &str) -> Result<Option<(Bson, Revision)>> {
        read_mark(self.to, self.marks, name).await
    }

    fn write_mark(&self, name: &str, mark: &Bson, before: Option<Revision>) -> Result<Write> {
        let body = readable(self.marks, bson::serialize_to_vec(mark))?;
        let action = match before {
            None => Action::Insert { body },
            Some(expect) => Action::Replace { expect, body },
        };
        Ok(Write { schema: self.marks, key: Key::text(name), action })
    }
}

/// Whether what is in the engine is a copy that was begun, and neither ended nor forgotten; `marks` as in its [`CopyOrder`].
///
/// # Errors
/// The engine's.
pub async fn is_half_copied(engine: &dyn Engine, marks: &'static Schema) -> Result<bool> {
    engine.ensure(marks).await?;
    Ok(read_mark(engine, marks, WHOSE).await?.is_some())
}

async fn read_mark(engine: &dyn Engine, marks: &'static Schema, name: &str) -> Result<Option<(Bson, Revision)>> {
    let found = engine.get(marks, &[Key::text(name)], NOW).await?.pop().flatten();
    found.map(|raw| Ok((readable(marks, bson::deserialize_from_slice(&raw.body))?, raw.revision))).transpose()
}

fn readable<T>(marks: &Schema, result: bson::error::Result<T>) -> Result<T> {
    result.map_err(|error| Error::Decode { collection: marks.collection, reason: error.to_string() })
}

fn taken(schema: &Schema, error: Error) -> Error {
    match error {
        Error::Duplicate { index, .. } => Error::Engine(format!(
            "the target has a document of `{}` already (index `{index}`): somebody else writes to it; empty it and start \
             again",
            schema.collection
        )),
        error => error,
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a target is waited for is measured, not stored")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "backing off from a server that is busy, within a bound")]
async fn pause() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}

/// Cuts a page where a batch has enough bytes.
fn batches(page: Vec<Raw>) -> Vec<Vec<Raw>> {
    let (mut all, mut bytes) = (vec![Vec::new()], 0);
    for raw in page {
        if bytes > BATCH_BYTES {
            all.push(Vec::new());
            bytes = 0;
        }
        bytes += raw.body.len();
        if let Some(batch) = all.last_mut() {
            batch.push(raw);
        }
    }
    all
}

/// Takes a document into the hash: key and body, each with its length in front.
fn add(context: &mut Context, schema: &Schema, raw: &Raw) -> Result<()> {
    let key = Position { order: None, key: raw.key.clone() }.to_bytes();
    let body = fields::canonical(schema, &raw.body)?;
    for part in [key.as_slice(), &body] {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    Ok(())
}

fn same(before: &CopiedCollection, after: &CopiedCollection) -> Result<()> {
    if before == after {
        return Ok(());
    }
    Err(Error::Engine(format!(
        "`{}` is not the same on both sides ({} documents in the source, {} in the target): one of them was written to \
         meanwhile; empty the target and start again",
        before.collection, before.documents, after.documents
    )))
}

#[cfg(test)]
mod tests;
