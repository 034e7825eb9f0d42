//! Writes made ready: checked, and turned into what the driver sends.

use bson::{Document, RawDocumentBuf, doc};

use super::declare;
use super::document::{self, REVISION, value_bson};
use crate::port::{Action, Write};
use crate::{Error, Key, Result, Revision, Schema, Time, fields};

/// One write of a batch, ready to be sent.
pub(super) struct Prepared {
    /// Which write of the batch it is.
    pub(super) number: usize,
    pub(super) schema: &'static Schema,
    pub(super) key: Key,
    /// The moment by which documents are visible or expired.
    pub(super) now: Time,
    pub(super) action: PreparedAction,
}

pub(super) enum PreparedAction {
    Insert(RawDocumentBuf, Room),
    Replace(Document, RawDocumentBuf, Room),
    Delete(Document, Condition),
    /// Filter and update.
    Add(Document, Document),
}

/// What must be found for a write not to be late.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Nothing,
    OneDocument,
}

/// Which expired documents would stand in the way of this one: filters, with the index that answers each.
pub(super) struct Room(pub(super) Vec<(Document, &'static str)>);

impl Prepared {
    pub(super) fn new(number: usize, write: Write, revision: Revision, now: Time) -> Result<Self> {
        let Write { schema, key, action } = write;
        let filter = || document::filter(schema, &key);
        let action = match action {
            Action::Insert { body } => {
                let mut room = room(schema, &key, &body, now)?;
                room.extend(expired(schema, now).map(|expired| (and(filter(), expired), "_id_")));
                PreparedAction::Insert(document::wrap(schema, &key, revision, &body)?, Room(room))
            }
            Action::Replace { expect, body } => {
                let mut found = filter();
                found.insert(REVISION, expect.number());
                if let Some(field) = schema.expires {
                    found.insert(field, doc! { "$not": { "$lte": value_bson(&now.into()) } });
                }
                let room = room(schema, &key, &body, now)?;
                PreparedAction::Replace(found, document::wrap(schema, &key, revision, &body)?, Room(room))
            }
            Action::Delete { expect: None } => PreparedAction::Delete(filter(), Condition::Nothing),
            Action::Delete { expect: Some(expect) } => {
                PreparedAction::Delete(and(filter(), doc! { REVISION: expect.number() }), Condition::OneDocument)
            }
            Action::Add { fields } => PreparedAction::Add(filter(), additions(schema, &fields, revision)?),
        };
        Ok(Self { number, schema, key, now, action })
    }

    /// Whether it only adds to a counter, which no other write of its batch can depend on.
    pub(super) fn counts(&self) -> bool {
        self.schema.counter
    }
}

fn and(mut filter: Document, more: Document) -> Document {
    filter.extend(more);
    filter
}

fn expired(schema: &Schema, now: Time) -> Option<Document> {
    schema.expires.map(|field| doc! { field: { "$lte": value_bson(&now.into()) } })
}

/// Checks what will be indexed, and names the expired documents that have its unique values under other keys.
fn room(schema: &'static Schema, key: &Key, body: &[u8], now: Time) -> Result<Vec<(Document, &'static str)>> {
    fields::expiry(schema, body)?;
    let mut room = Vec::new();
    for index in schema.all_indexes() {
        let Some(values) = fields::indexed(schema, &index, body)? else { continue };
        let Some(expired) = expired(schema, now).filter(|_| index.unique) else { continue };
        let mut all: Vec<_> =
            index.fields().zip(&values).map(|(field, value)| doc! { field: { "$eq": value_bson(value) } }).collect();
        all.extend(index.fields().map(super::pieces::present));
        all.extend([expired, doc! { "_id": { "$ne": document::key_bson(key) } }]);
        room.push((doc! { "$and": all }, declare::name(schema, &index)));
    }
    Ok(room)
}

/// The update that adds: each field once, whatever the caller named twice.
fn additions(schema: &Schema, fields: &[(&'static str, i64)], revision: Revision) -> Result<Document> {
    let mut sums: Vec<(&str, i64)> = Vec::new();
    for (name, difference) in fields {
        match sums.iter_mut().find(|(other, _)| other == name) {
            Some((_, sum)) => {
                *sum = sum
                    .checked_add(*difference)
                    .ok_or_else(|| Error::Engine(format!("`{name}` of `{}` would overflow", schema.collection)))?;
            }
            None => sums.push((name, *difference)),
        }
    }
    let sums: Document = sums.into_iter().map(|(name, sum)| (name.to_owned(), bson::Bson::Int64(sum))).collect();
    let mut update = doc! { "$set": { REVISION: revision.number() } };
    if !sums.is_empty() {
        update.insert("$inc", sums);
    }
    Ok(update)
}
