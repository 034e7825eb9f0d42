//! The engine on a MongoDB server: what serves when one machine is not enough.
//!
//! It speaks through the official driver, which keeps the connections. A document is one of MongoDB's ([`document`]), a
//! declared index one of its indexes ([`declare`]), a scan a few `find`s whose answers are merged ([`finds`], [`pieces`]), a
//! batch a transaction ([`commit`]). What the server says no to is told apart in [`failure`]; what is looked at when it
//! starts, in [`connect`]. Every call ends within its time, whatever the server does.
//!
//! `docs/storage.md` tells the whole.

mod blame;
mod commit;
mod connect;
mod declare;
mod document;
mod failure;
mod finds;
mod pieces;
mod prepared;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use bson::{Bson, Document, RawDocumentBuf, doc};
use futures::{StreamExt, TryStreamExt};
use mongodb::options::Hint;
use tokio::sync::{Mutex, Semaphore};

use crate::port::{Direction, Engine, Raw, Scan, Write};
use crate::{Error, Key, Result, Revision, Schema, Time, Value, fields};
use connect::Server;
use finds::Find;
use prepared::Prepared;

/// Making indexes over what is there already may take this long; the server goes on with it in any case.
const DECLARING: Duration = Duration::from_secs(600);

/// How many transactions one process has open at a time; who comes later waits for a place.
const TRANSACTIONS: usize = 32;

/// How many `find`s of one scan run at a time.
const FINDS: usize = 8;

/// The bits of a revision that count within one opening of the database; above them stands the number of the opening.
const COUNT_BITS: u32 = 40;

/// How the engine deals with its server.
#[derive(Debug, Clone, Copy)]
pub struct MongoOptions {
    /// How long one call may take before it is `Unavailable`. 10 seconds unless said otherwise.
    pub timeout: Duration,
    /// Whether a server without transactions is taken too. Its batches may then be left half-way: for development only.
    pub development_server: bool,
}

impl Default for MongoOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), development_server: false }
    }
}

/// The MongoDB engine.
pub struct Mongo {
    server: Server,
    options: MongoOptions,
    /// The collections that were declared.
    declared: RwLock<HashSet<&'static str>>,
    /// The last revision that was given out.
    last: AtomicI64,
    transactions: Semaphore,
    one_at_a_time: Mutex<()>,
    /// Held for reading by every call; whoever closes waits for them all and sets it.
    closed: tokio::sync::RwLock<bool>,
}

impl Mongo {
    /// Connects to the server at that address (`mongodb://…`) and opens the database that it names, `tapri` where it names
    /// none. Errors are sentences for whoever starts the server.
    pub async fn open(uri: &str, options: MongoOptions) -> Result<Self> {
        let server = connect::connect(uri, &options).await?;
        let last = AtomicI64::new(server.epoch << COUNT_BITS);
        Ok(Self {
            server,
            options,
            declared: RwLock::default(),
            last,
            transactions: Semaphore::new(TRANSACTIONS),
            one_at_a_time: Mutex::default(),
            closed: tokio::sync::RwLock::default(),
        })
    }

    /// What the server says that it would do for that scan: an `explain` for each `find` it consists of.
    pub async fn explain(&self, scan: &Scan) -> Result<Vec<Document>> {
        let mut plans = Vec::new();
        for find in finds::finds(scan)? {
            let mut command = doc! { "find": scan.schema.collection, "filter": find.filter, "hint": find.hint };
            if !find.sort.is_empty() {
                command.insert("sort", find.sort);
            }
            if let Some(limit) = find.limit {
                command.insert("limit", integer(limit));
            }
            let explain = doc! { "explain": command, "verbosity": "queryPlanner" };
            let plan = self.server.database.run_command(explain).await;
            plans.push(plan.map_err(|error| failure::general(&error))?);
        }
        Ok(plans)
    }

    /// Deletes the database and everything in it. For tests, each of which has one of its own.
    pub async fn drop_database(&self) -> Result<()> {
        self.server.database.drop().await.map_err(|error| failure::general(&error))
    }

    /// Runs a call while the engine is open, and within its time.
    async fn call<T>(&self, time: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
        let closed = self.closed.read().await;
        if *closed {
            return Err(Error::Unavailable("it was closed".to_owned()));
        }
        match tokio::time::timeout(time, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::Unavailable(format!("MongoDB did not answer within {} s", time.as_secs()))),
        }
    }

    fn check(&self, schema: &Schema) -> Result<()> {
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        match declared.contains(schema.collection) {
            true => Ok(()),
            false => Err(Error::Engine(format!("the collection `{}` was not declared", schema.collection))),
        }
    }

    /// A revision that no other writing has, of whatever process.
    fn revision(&self) -> Revision {
        Revision::from_number(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    async fn find(&self, schema: &'static Schema, find: Find) -> Result<Vec<Raw>> {
        let collection = self.server.database.collection::<RawDocumentBuf>(schema.collection);
        let mut asked = collection.find(find.filter).hint(Hint::Name(find.hint)).max_time(self.options.timeout);
        if !find.sort.is_empty() {
            asked = asked.sort(find.sort);
        }
        if let Some(limit) = find.limit {
            // One more than the limit, so that the server knows at once that nothing follows.
            asked = asked.limit(integer(limit)).batch_size(u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1));
        }
        read(schema, asked.await).await
    }

    async fn get_now(&self, schema: &'static Schema, keys: &[Key], now: Time) -> Result<Vec<Option<Raw>>> {
        let collection = self.server.database.collection::<RawDocumentBuf>(schema.collection);
        let filter = match keys {
            [] => return Ok(Vec::new()),
            [key] => document::filter(schema, key),
            keys => many(schema, keys),
        };
        let batch = u32::try_from(keys.len()).unwrap_or(u32::MAX).saturating_add(1);
        let found =
            read(schema, collection.find(filter).batch_size(batch).max_time(self.options.timeout).await).await?;
        let mut by_key = HashMap::with_capacity(found.len());
        for raw in found {
            let visible = fields::expiry(schema, &raw.body)?.is_none_or(|expires| now < expires);
            if visible {
                by_key.insert(raw.key.clone(), raw);
            }
        }
        Ok(keys.iter().map(|key| by_key.get(key).cloned()).collect())
    }

    async fn scan_now(&self, scan: &Scan) -> Result<Vec<Raw>> {
        let mut finds = finds::finds(scan)?;
        if finds.len() == 1 && scan.prefixes.len() == 1 {
            return self.find(scan.schema, finds.remove(0)).await;
        }
        let found: Vec<Vec<Raw>> = futures::stream::iter(finds)
            .map(|find| self.find(scan.schema, find))
            .buffer_unordered(FINDS)
            .try_collect()
            .await?;
        merge(scan, found.into_iter().flatten())
    }
}

/// Reads a cursor to its end.
async fn read(schema: &Schema, cursor: mongodb::error::Result<mongodb::Cursor<RawDocumentBuf>>) -> Result<Vec<Raw>> {
    let failed = |error| failure::general(&error);
    let mut cursor = cursor.map_err(failed)?;
    let mut found = Vec::new();
    while cursor.advance().await.map_err(failed)? {
        found.push(document::unwrap(schema, cursor.current())?);
    }
    Ok(found)
}

fn many(schema: &Schema, keys: &[Key]) -> Document {
    let ids: Vec<Bson> = keys.iter().map(document::key_bson).collect();
    let mut filter = doc! { document::KEY: { "$in": ids } };
    let mut shards: Vec<i32> = keys.iter().filter_map(|key| document::shard(schema, key)).collect();
    if shards.len() == keys.len() {
        shards.sort_unstable();
        shards.dedup();
        filter.insert(document::SHARD, doc! { "$in": shards });
    }
    filter
}

/// The documents of several answers in the scan's order.
fn merge(scan: &Scan, found: impl Iterator<Item = Raw>) -> Result<Vec<Raw>> {
    let order = scan.index.and_then(|name| scan.schema.index(name)?.order);
    let place = |raw: Raw| {
        let order = order.map(|field| fields::field(scan.schema, &raw.body, field)).transpose()?.flatten();
        Ok(((order, Value::from(raw.key.clone())), raw))
    };
    let mut placed = found.map(place).collect::<Result<Vec<_>>>()?;
    placed.sort_by(|(a, _), (b, _)| match scan.direction {
        Direction::Ascending => a.cmp(b),
        Direction::Descending => b.cmp(a),
    });
    placed.truncate(scan.limit);
    Ok(placed.into_iter().map(|(_, raw)| raw).collect())
}

fn integer(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

#[async_trait::async_trait]
impl Engine for Mongo {
    async fn ensure(&self, schema: &'static Schema) -> Result<()> {
        self.call(DECLARING, declare::declare(&self.server.database, schema)).await?;
        self.declared.write().unwrap_or_else(PoisonError::into_inner).insert(schema.collection);
        Ok(())
    }

    async fn get(&self, schema: &'static Schema, keys: &[Key], now: Time) -> Result<Vec<Option<Raw>>> {
        self.check(schema)?;
        self.call(self.options.timeout, self.get_now(schema, keys, now)).await
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<Raw>> {
        self.check(scan.schema)?;
        self.call(self.options.timeout, self.scan_now(&scan)).await
    }

    async fn commit(&self, writes: Vec<Write>, now: Time) -> Result<()> {
        let mut prepared = Vec::with_capacity(writes.len());
        for (number, write) in writes.into_iter().enumerate() {
            self.check(write.schema)?;
            prepared.push(Prepared::new(number, write, self.revision(), now)?);
        }
        if prepared.is_empty() {
            return Ok(());
        }
        self.call(self.options.timeout, self.write(prepared)).await
    }

    async fn close(&self) -> Result<()> {
        let mut closed = self.closed.write().await;
        if !std::mem::replace(&mut *closed, true) {
            self.server.client.clone().shutdown().immediate(true).await;
        }
        Ok(())
    }
}
