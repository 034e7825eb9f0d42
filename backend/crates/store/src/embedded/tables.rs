//! The tables of one redb transaction, with a memory of what the present batch changed in them.
//!
//! Many batches share a transaction and its fsync, so a batch that is refused must leave nothing behind without
//! spoiling its neighbours: every change is noted here, and [`take_back`](Tables::take_back) undoes them in reverse.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use redb::{ReadableTable, Table, WriteTransaction};

use super::failure::Outcome;
use super::layout::{self, Documents, Entries, Entry};
use super::rows::Rows;
use crate::{Index, Schema};

/// A table of documents, open for writing.
type DocumentTable<'t> = Table<'t, &'static [u8], &'static [u8]>;

/// A table of index entries, open for writing.
type EntryTable<'t> = Table<'t, &'static [u8], ()>;

/// The tables of a transaction, each opened when it is first needed.
pub(super) struct Tables<'t> {
    transaction: &'t WriteTransaction,
    rows: &'t Rows,
    /// The number of the first snapshot that will show what is written here.
    snapshot: u64,
    documents: HashMap<&'static str, DocumentTable<'t>>,
    entries: HashMap<(&'static str, &'static str), EntryTable<'t>>,
    changes: Vec<Change>,
}

/// A change, with what it takes to undo it.
enum Change {
    Document(&'static Schema, Vec<u8>, Option<Vec<u8>>),
    EntryAdded(&'static Schema, Index, Vec<u8>),
    EntryRemoved(&'static Schema, Index, Vec<u8>),
}

impl<'t> Tables<'t> {
    pub(super) fn new(transaction: &'t WriteTransaction, rows: &'t Rows, snapshot: u64) -> Self {
        Self { transaction, rows, snapshot, documents: HashMap::new(), entries: HashMap::new(), changes: Vec::new() }
    }

    /// From here on, [`take_back`](Self::take_back) undoes.
    pub(super) fn begin(&mut self) {
        self.changes.clear();
    }

    /// Undoes all that was changed since [`begin`](Self::begin).
    pub(super) fn take_back(&mut self) -> Outcome<()> {
        while let Some(change) = self.changes.pop() {
            match change {
                Change::Document(schema, key, Some(before)) => {
                    let documents = self.documents(schema)?;
                    documents.insert(key.as_slice(), before.as_slice())?;
                }
                Change::Document(schema, key, None) => {
                    self.documents(schema)?.remove(key.as_slice())?;
                }
                Change::EntryAdded(schema, index, bytes) => {
                    self.entries(schema, index)?.remove(bytes.as_slice())?;
                }
                Change::EntryRemoved(schema, index, bytes) => {
                    self.entries(schema, index)?.insert(bytes.as_slice(), ())?;
                }
            }
        }
        Ok(())
    }

    /// The record under that encoded key.
    pub(super) fn get(&mut self, schema: &'static Schema, key: &[u8]) -> Outcome<Option<Vec<u8>>> {
        let found = self.documents(schema)?.get(key)?;
        Ok(found.map(|bytes| bytes.value().to_vec()))
    }

    /// Puts a record under that key, where `before` was.
    pub(super) fn put(
        &mut self,
        schema: &'static Schema,
        key: Vec<u8>,
        record: &[u8],
        before: Option<Vec<u8>>,
    ) -> Outcome<()> {
        self.rows.written(&key, self.snapshot);
        self.documents(schema)?.insert(key.as_slice(), record)?;
        self.changes.push(Change::Document(schema, key, before));
        Ok(())
    }

    /// Removes the record under that key, which was `before`.
    pub(super) fn remove(&mut self, schema: &'static Schema, key: Vec<u8>, before: Vec<u8>) -> Outcome<()> {
        self.rows.written(&key, self.snapshot);
        self.documents(schema)?.remove(key.as_slice())?;
        self.changes.push(Change::Document(schema, key, Some(before)));
        Ok(())
    }

    /// Adds an index entry that is not there.
    pub(super) fn add_entry(&mut self, schema: &'static Schema, entry: Entry) -> Outcome<()> {
        let entries = self.entries(schema, entry.index)?;
        entries.insert(entry.bytes.as_slice(), ())?;
        self.changes.push(Change::EntryAdded(schema, entry.index, entry.bytes));
        Ok(())
    }

    /// Removes an index entry that is there.
    pub(super) fn remove_entry(&mut self, schema: &'static Schema, entry: Entry) -> Outcome<()> {
        let entries = self.entries(schema, entry.index)?;
        entries.remove(entry.bytes.as_slice())?;
        self.changes.push(Change::EntryRemoved(schema, entry.index, entry.bytes));
        Ok(())
    }

    /// The encoded key of a document whose values in the index are those of `entry`.
    pub(super) fn holder(&mut self, schema: &'static Schema, entry: &Entry) -> Outcome<Option<Vec<u8>>> {
        let values = &entry.bytes[..entry.values];
        let next = self.entries(schema, entry.index)?.range(values..)?.next().transpose()?;
        Ok(next.and_then(|(found, _)| found.value().strip_prefix(values).map(<[u8]>::to_vec)))
    }

    fn documents(&mut self, schema: &'static Schema) -> Outcome<&mut DocumentTable<'t>> {
        match self.documents.entry(schema.collection) {
            Slot::Occupied(table) => Ok(table.into_mut()),
            Slot::Vacant(slot) => {
                let table = self.transaction.open_table(Documents::new(schema.collection))?;
                Ok(slot.insert(table))
            }
        }
    }

    fn entries(&mut self, schema: &'static Schema, index: Index) -> Outcome<&mut EntryTable<'t>> {
        match self.entries.entry((schema.collection, index.name)) {
            Slot::Occupied(table) => Ok(table.into_mut()),
            Slot::Vacant(slot) => {
                let name = layout::entries_name(schema.collection, index.name);
                Ok(slot.insert(self.transaction.open_table(Entries::new(&name))?))
            }
        }
    }
}
