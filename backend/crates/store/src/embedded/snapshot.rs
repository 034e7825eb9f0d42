//! The state that readers see: one redb read transaction, shared by all of them until the next commit replaces it.
//!
//! Beginning a transaction and opening a table cost more than the look-up itself, so both are done once a commit and
//! not once a read. A reader keeps the snapshot that it began with; it never waits for a writer.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use redb::{Database, ReadOnlyTable, ReadTransaction, ReadableDatabase};

use super::damaged;
use super::layout::{self, Documents, Entries, Record};
use crate::port::Raw;
use crate::{Error, Key, Result, Schema, Time};

/// The declared collections, each with its place in a snapshot.
pub(super) type Catalog = Arc<HashMap<&'static str, usize>>;

/// The newest snapshot, or why there is none.
pub(super) struct Current(RwLock<Result<Arc<Snapshot>>>);

impl Current {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        Self(RwLock::new(Ok(Arc::new(snapshot))))
    }

    pub(super) fn get(&self) -> Result<Arc<Snapshot>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, snapshot: Result<Snapshot>) {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *current, snapshot.map(Arc::new));
        drop(current);
        // Ending a transaction takes redb's locks: not while readers wait for ours.
        drop(old);
    }
}

/// One moment of the database.
pub(super) struct Snapshot {
    transaction: ReadTransaction,
    catalog: Catalog,
    tables: Box<[OnceLock<Tables>]>,
    name: Arc<str>,
}

/// The tables of one collection, opened when they are first read.
pub(super) struct Tables {
    pub(super) documents: ReadOnlyTable<&'static [u8], &'static [u8]>,
    pub(super) entries: HashMap<&'static str, ReadOnlyTable<&'static [u8], ()>>,
}

impl Snapshot {
    pub(super) fn new(
        database: &Database,
        catalog: Catalog,
        name: Arc<str>,
    ) -> std::result::Result<Self, redb::TransactionError> {
        let transaction = database.begin_read()?;
        let tables = catalog.iter().map(|_| OnceLock::new()).collect();
        Ok(Self { transaction, catalog, tables, name })
    }

    /// What it reads from.
    pub(super) fn transaction(&self) -> &ReadTransaction {
        &self.transaction
    }

    /// What its file is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the collection was declared.
    pub(super) fn check(&self, schema: &Schema) -> Result<usize> {
        let place = self.catalog.get(schema.collection).copied();
        place.ok_or_else(|| Error::Engine(format!("the collection `{}` was not declared", schema.collection)))
    }

    pub(super) fn tables(&self, schema: &'static Schema) -> Result<&Tables> {
        let place = &self.tables[self.check(schema)?];
        match place.get() {
            Some(tables) => Ok(tables),
            // Two readers may open the same tables at once; the second one's are dropped.
            None => {
                let tables = self.open(schema).map_err(|error| self.failed(error))?;
                Ok(place.get_or_init(|| tables))
            }
        }
    }

    fn open(&self, schema: &Schema) -> std::result::Result<Tables, redb::TableError> {
        let documents = self.transaction.open_table(Documents::new(schema.collection))?;
        let mut entries = HashMap::new();
        for index in schema.all_indexes() {
            let name = layout::entries_name(schema.collection, index.name);
            entries.insert(index.name, self.transaction.open_table(Entries::new(&name))?);
        }
        Ok(Tables { documents, entries })
    }

    pub(super) fn get(&self, schema: &'static Schema, keys: &[Key], now: Time) -> Result<Vec<Option<Raw>>> {
        let tables = self.tables(schema)?;
        let find = |key: &Key| {
            let encoded = layout::encode_key(key);
            match tables.documents.get(encoded.as_slice()).map_err(|error| self.failed(error))? {
                None => Ok(None),
                Some(bytes) => {
                    let record = Record::read(&encoded, bytes.value()).ok_or_else(|| damaged(schema))?;
                    Ok(record.visible(now).then(|| raw(key.clone(), &record)))
                }
            }
        };
        keys.iter().map(find).collect()
    }

    pub(super) fn failed(&self, error: impl Into<redb::Error>) -> Error {
        super::file::failed(&self.name, &error.into())
    }
}

pub(super) fn raw(key: Key, record: &Record<'_>) -> Raw {
    Raw { key, revision: record.revision, body: record.body.to_vec() }
}
