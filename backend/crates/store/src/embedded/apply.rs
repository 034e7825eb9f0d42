//! The rules of a write: when it is refused, and which entries it moves in the indexes.
//!
//! A batch is applied to the transaction of its group whole, or not at all.

use super::damaged;
use super::failure::{Failure, Outcome};
use super::layout::{self, Entry, Record};
use super::prepared::{NewRecord, Prepared, PreparedAction, PreparedWrite};
use super::tables::Tables;
use crate::{Error, KEY_INDEX, Result, Revision, Schema, Time, fields};

/// A redb transaction to which batches are applied.
pub(super) struct Group<'t> {
    tables: Tables<'t>,
    revisions: &'t mut dyn FnMut() -> Revision,
}

/// Which write of a batch this is, and when it happens.
#[derive(Clone, Copy)]
struct Place {
    number: usize,
    schema: &'static Schema,
    now: Time,
}

impl<'t> Group<'t> {
    pub(super) fn new(tables: Tables<'t>, revisions: &'t mut dyn FnMut() -> Revision) -> Self {
        Self { tables, revisions }
    }

    /// Applies the batch. When it is refused, everything is as it was before.
    pub(super) fn apply(&mut self, batch: Prepared) -> Outcome<()> {
        self.tables.begin();
        for (number, write) in batch.writes.into_iter().enumerate() {
            let place = Place { number, schema: write.schema, now: batch.now };
            match self.write(place, write) {
                Ok(()) => {}
                Err(Failure::Refused(error)) => {
                    self.tables.take_back()?;
                    return Err(error.into());
                }
                Err(Failure::File(error)) => return Err(Failure::File(error)),
            }
        }
        Ok(())
    }

    fn write(&mut self, place: Place, write: PreparedWrite) -> Outcome<()> {
        let PreparedWrite { schema, key, action } = write;
        let before = self.tables.get(schema, &key)?;
        let record = before.as_deref().map(|bytes| read(schema, &key, bytes)).transpose()?;
        let new = decide(place, &key, action, record.as_ref())?;
        let old = match &record {
            Some(record) => layout::entries(schema, &key, record.body)?,
            None => Vec::new(),
        };
        match (new, before) {
            (Some(new), before) => {
                self.move_entries(place, old, new.entries)?;
                let mut bytes = new.record;
                Record::set_revision(&mut bytes, (self.revisions)());
                self.tables.put(schema, key, &bytes, before)
            }
            (None, Some(before)) => self.remove(schema, key, before, old),
            (None, None) => Ok(()),
        }
    }

    /// Makes the document's entries `new` where they were `old`; what stays the same is not touched.
    fn move_entries(&mut self, place: Place, old: Vec<Entry>, new: Vec<Entry>) -> Outcome<()> {
        let (kept, gone): (Vec<_>, Vec<_>) = old.into_iter().partition(|entry| new.contains(entry));
        for entry in gone {
            self.tables.remove_entry(place.schema, entry)?;
        }
        for entry in new.into_iter().filter(|entry| !kept.contains(entry)) {
            if entry.index.unique {
                self.make_room(place, &entry)?;
            }
            self.tables.add_entry(place.schema, entry)?;
        }
        Ok(())
    }

    /// Refuses an entry whose unique values a visible document has; removes an expired document that has them.
    fn make_room(&mut self, place: Place, entry: &Entry) -> Outcome<()> {
        let schema = place.schema;
        let Some(holder) = self.tables.holder(schema, entry)? else {
            return Ok(());
        };
        let before = self.tables.get(schema, &holder)?.ok_or_else(|| damaged(schema))?;
        let record = read(schema, &holder, &before)?;
        if record.visible(place.now) {
            return Err(duplicate(place, entry.index.name).into());
        }
        let entries = layout::entries(schema, &holder, record.body)?;
        self.remove(schema, holder, before, entries)
    }

    fn remove(&mut self, schema: &'static Schema, key: Vec<u8>, before: Vec<u8>, entries: Vec<Entry>) -> Outcome<()> {
        for entry in entries {
            self.tables.remove_entry(schema, entry)?;
        }
        self.tables.remove(schema, key, before)
    }
}

/// What will stand under the key, `None` for nothing, given what stands there now.
fn decide(place: Place, key: &[u8], action: PreparedAction, found: Option<&Record<'_>>) -> Result<Option<NewRecord>> {
    let visible = found.filter(|record| record.visible(place.now));
    let stale = Error::Stale { write: place.number };
    match (action, visible) {
        (PreparedAction::Insert(_), Some(_)) => Err(duplicate(place, KEY_INDEX)),
        (PreparedAction::Insert(new), None) => Ok(Some(new)),
        (PreparedAction::Replace(expect, new), Some(record)) if record.revision == expect => Ok(Some(new)),
        (PreparedAction::Replace(..), _) => Err(stale),
        (PreparedAction::Delete(Some(expect)), _) if found.is_none_or(|record| record.revision != expect) => Err(stale),
        (PreparedAction::Delete(_), _) => Ok(None),
        (PreparedAction::Add(fields), visible) => {
            let body = fields::added(place.schema, visible.map(|record| record.body), &fields)?;
            NewRecord::new(place.schema, key, &body).map(Some)
        }
    }
}

fn duplicate(place: Place, index: &'static str) -> Error {
    Error::Duplicate { write: place.number, index }
}

fn read<'a>(schema: &Schema, key: &[u8], bytes: &'a [u8]) -> Result<Record<'a>> {
    Record::read(key, bytes).ok_or_else(|| damaged(schema))
}
