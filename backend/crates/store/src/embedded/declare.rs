//! Declaring a collection: making the tables of the file what the schema says.
//!
//! The file remembers which indexes a collection had when it was last declared. An index that is new, or has
//! changed, is built from the documents that are there; one that is gone is dropped. All of it is one transaction.

use std::collections::BTreeMap;

use redb::{Database, ReadableTable, ReadableTableMetadata, WriteTransaction};

use super::damaged;
use super::failure::Outcome;
use super::file::SCHEMAS;
use super::layout::{self, Documents, Entries, Record};
use crate::{Error, Index, Schema};

/// The tables of the collection become what its schema says; nothing is written when they are already.
pub(super) fn declare(database: &Database, schema: &Schema) -> Outcome<()> {
    let write = database.begin_write()?;
    let declared: BTreeMap<_, _> =
        schema.all_indexes().map(|index| (index.name.to_owned(), describe(&index))).collect();
    let known = known(&write, schema)?;
    if known.as_ref() == Some(&declared) {
        return Ok(write.abort()?);
    }
    write.open_table(Documents::new(schema.collection))?;
    for (index, form) in known.unwrap_or_default() {
        if declared.get(&index) != Some(&form) {
            write.delete_table(Entries::new(&layout::entries_name(schema.collection, &index)))?;
        }
    }
    for index in schema.all_indexes() {
        build(&write, schema, &index)?;
    }
    remember(&write, schema, &declared)?;
    Ok(write.commit()?)
}

/// Builds an index whose table is not there yet.
fn build(write: &WriteTransaction, schema: &Schema, index: &Index) -> Outcome<()> {
    let name = layout::entries_name(schema.collection, index.name);
    let mut entries = write.open_table(Entries::new(&name))?;
    if !entries.is_empty()? {
        return Ok(());
    }
    let documents = write.open_table(Documents::new(schema.collection))?;
    for document in documents.iter()? {
        let (key, bytes) = document?;
        let record = Record::read(key.value(), bytes.value()).ok_or_else(|| damaged(schema))?;
        let places = layout::entries(schema, key.value(), record.body)?;
        for place in places.into_iter().filter(|place| place.index.name == index.name) {
            let values = &place.bytes[..place.values];
            if index.unique && taken(&entries, values)? {
                let agree = format!(
                    "the index `{}` of `{}` cannot be unique: documents agree in it",
                    index.name, schema.collection
                );
                return Err(Error::Engine(agree).into());
            }
            entries.insert(place.bytes.as_slice(), ())?;
        }
    }
    Ok(())
}

fn taken(entries: &impl ReadableTable<&'static [u8], ()>, values: &[u8]) -> Outcome<bool> {
    let next = entries.range(values..)?.next().transpose()?;
    Ok(next.is_some_and(|(next, _)| next.value().starts_with(values)))
}

/// An index in words; other words mean another index.
fn describe(index: &Index) -> String {
    let unique = if index.unique { "unique " } else { "" };
    format!("{unique}{} by {}", index.equal.join(","), index.order.unwrap_or("_id"))
}

/// The indexes of the collection as it was last declared, by name; `None` when it never was.
fn known(write: &WriteTransaction, schema: &Schema) -> Outcome<Option<BTreeMap<String, String>>> {
    let schemas = write.open_table(SCHEMAS)?;
    let known = schemas.get(schema.collection)?;
    Ok(known.map(|text| {
        let lines = text.value().lines();
        lines.filter_map(|line| line.split_once('=')).map(|(name, form)| (name.to_owned(), form.to_owned())).collect()
    }))
}

fn remember(write: &WriteTransaction, schema: &Schema, declared: &BTreeMap<String, String>) -> Outcome<()> {
    let text: String = declared.iter().map(|(name, form)| format!("{name}={form}\n")).collect();
    write.open_table(SCHEMAS)?.insert(schema.collection, text.as_str())?;
    Ok(())
}
