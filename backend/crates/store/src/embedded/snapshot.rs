//! The state that readers see: one redb read transaction, shared by all of them until the next commit replaces it.
//!
//! Beginning a transaction and opening a table cost more than the look-up itself, so both are done once a commit and
//! not once a read. A reader keeps the snapshot that it began with; it never waits for a writer.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use redb::{Database, ReadOnlyTable, ReadTransaction, ReadableDatabase};

use super::damaged;
use super::layout::{self, Documents, Entries, HEADER, Record};
use super::rows::{Found, Rows};
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
    rows: Arc<Rows>,
    number: u64,
}

/// The tables of one collection, opened when they are first read.
pub(super) struct Tables {
    place: usize,
    pub(super) documents: ReadOnlyTable<&'static [u8], &'static [u8]>,
    pub(super) entries: HashMap<&'static str, ReadOnlyTable<&'static [u8], ()>>,
}

impl Snapshot {
    /// What is in the database now. `number` is greater than those of all snapshots before it.
    pub(super) fn new(
        database: &Database,
        catalog: Catalog,
        name: Arc<str>,
        rows: Arc<Rows>,
        number: u64,
    ) -> std::result::Result<Self, redb::TransactionError> {
        let transaction = database.begin_read()?;
        let tables = catalog.iter().map(|_| OnceLock::new()).collect();
        Ok(Self { transaction, catalog, tables, name, rows, number })
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
        let number = self.check(schema)?;
        let place = &self.tables[number];
        match place.get() {
            Some(tables) => Ok(tables),
            // Two readers may open the same tables at once; the second one's are dropped.
            None => {
                let tables = self.open(schema, number).map_err(|error| self.failed(error))?;
                Ok(place.get_or_init(|| tables))
            }
        }
    }

    fn open(&self, schema: &Schema, place: usize) -> std::result::Result<Tables, redb::TableError> {
        let documents = self.transaction.open_table(Documents::new(schema.collection))?;
        let mut entries = HashMap::new();
        for index in schema.all_indexes() {
            let name = layout::entries_name(schema.collection, index.name);
            entries.insert(index.name, self.transaction.open_table(Entries::new(&name))?);
        }
        Ok(Tables { place, documents, entries })
    }

    pub(super) fn get(&self, schema: &'static Schema, keys: &[Key], now: Time) -> Result<Vec<Option<Raw>>> {
        let tables = self.tables(schema)?;
        let find = |key: &Key| {
            let Some(found) = self.record(schema, tables, &layout::encode_key(key))? else { return Ok(None) };
            let record = Record::read_again(found.bytes()).ok_or_else(|| damaged(schema))?;
            let (visible, revision) = (record.visible(now), record.revision);
            Ok(visible.then(|| Raw { key: key.clone(), revision, body: found.into_body(HEADER) }))
        };
        keys.iter().map(find).collect()
    }

    /// The record under that encoded key, looked through: what was read lately, or else what is in the file.
    pub(super) fn record(&self, schema: &Schema, tables: &Tables, key: &[u8]) -> Result<Option<Found>> {
        let row = self.rows.key(tables.place, key);
        if let Some(found) = self.rows.get(row, self.number) {
            return Ok(Some(found));
        }
        let bytes = tables.documents.get(key).map_err(|error| self.failed(error))?;
        let Some(bytes) = bytes else { return Ok(None) };
        Record::read(key, bytes.value()).ok_or_else(|| damaged(schema))?;
        Ok(Some(self.rows.keep(row, self.number, bytes.value())))
    }

    pub(super) fn failed(&self, error: impl Into<redb::Error>) -> Error {
        super::file::failed(&self.name, &error.into())
    }
}
