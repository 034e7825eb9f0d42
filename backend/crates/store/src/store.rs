//! The store: an engine and a clock, and the door to everything typed.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use crate::port::{Action, Bound, Direction, Engine, Scan, Show, Write};
use crate::schema::EXPIRY_INDEX;
use crate::{Batch, Clock, Collection, Document, Embedded, Error, Memory, Options, Result, Schema};

/// A server's store. Clones are cheap and share everything.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    engine: Arc<dyn Engine>,
    clock: Arc<dyn Clock>,
    /// What was declared, for the sweeper.
    schemas: RwLock<Vec<&'static Schema>>,
}

impl Store {
    /// A store on that engine.
    pub fn new(engine: Arc<dyn Engine>, clock: impl Clock + 'static) -> Self {
        Self(Arc::new(Inner { engine, clock: Arc::new(clock), schemas: RwLock::default() }))
    }

    /// A store that forgets everything with the process.
    pub fn memory(clock: impl Clock + 'static) -> Self {
        Self::new(Arc::new(Memory::default()), clock)
    }

    /// A store in one file, which is created when it is not there. Errors are sentences for whoever starts the server.
    pub fn open(path: &Path, clock: impl Clock + 'static, options: Options) -> Result<Self> {
        Ok(Self::new(Arc::new(Embedded::open(path, options)?), clock))
    }

    /// Declares collections: do it once at start, with all that the server uses. Idempotent.
    pub async fn ensure(&self, schemas: &[&'static Schema]) -> Result<()> {
        for schema in schemas {
            schema.check()?;
            self.engine().ensure(schema).await?;
            let mut known = self.0.schemas.write().unwrap_or_else(PoisonError::into_inner);
            if !known.contains(schema) {
                known.push(schema);
            }
        }
        Ok(())
    }

    /// The documents of one kind.
    pub fn collection<D: Document>(&self) -> Collection<D> {
        Collection::new(self.clone())
    }

    /// An empty batch.
    pub fn batch(&self) -> Batch {
        Batch::new(self.clone())
    }

    /// The clock by which documents expire.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Deletes up to `limit` expired documents of all declared collections and returns how many. They were
    /// invisible before: this only frees their room. Whoever runs the server calls it now and then.
    pub async fn sweep(&self, limit: usize) -> Result<usize> {
        let mut swept = 0;
        let schemas = self.0.schemas.read().unwrap_or_else(PoisonError::into_inner).clone();
        for schema in schemas.into_iter().filter(|schema| schema.expires.is_some()) {
            if swept < limit {
                swept += self.sweep_one(schema, limit - swept).await?;
            }
        }
        Ok(swept)
    }

    async fn sweep_one(&self, schema: &'static Schema, limit: usize) -> Result<usize> {
        let now = self.clock().now();
        let scan = Scan {
            schema,
            index: Some(EXPIRY_INDEX),
            prefixes: vec![Vec::new()],
            lower: Bound::Open,
            upper: Bound::Included(now.into()),
            after: None,
            direction: Direction::Ascending,
            limit,
            now,
            show: Show::Expired,
        };
        let mut swept = 0;
        for raw in self.engine().scan(scan).await? {
            let action = Action::Delete { expect: Some(raw.revision) };
            match self.engine().commit(vec![Write { schema, key: raw.key, action }], now).await {
                Ok(()) => swept += 1,
                // Somebody put a new document in its place, or another replica swept it.
                Err(Error::Stale { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(swept)
    }

    /// Finishes what was begun and lets go of the engine. Later calls fail as `Unavailable`.
    pub async fn close(&self) -> Result<()> {
        self.engine().close().await
    }

    pub(crate) fn engine(&self) -> &dyn Engine {
        &*self.0.engine
    }
}
