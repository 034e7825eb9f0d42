//! Declaring a collection: making the indexes that its schema names, and refusing those that are something else.
//!
//! An index is never dropped here: while one version of Tapri replaces another, both use the database. What a
//! newer version declares differently has another name.

use bson::{Document, doc};
use mongodb::Database;

use super::document::KEY;
use super::failure;
use super::pieces::present;
use crate::{Error, Index, Result, Schema};

/// Makes the collection and its indexes what the schema says.
pub(super) async fn declare(database: &Database, schema: &Schema) -> Result<()> {
    match database.create_collection(schema.collection).await {
        Err(error) if !failure::is_there_already(&error) => return Err(failure::general(&error)),
        _ => {}
    }
    let known = known(database, schema).await?;
    let mut missing = Vec::new();
    for index in schema.all_indexes().filter(|index| name(schema, index) == index.name) {
        let wanted = form(&index);
        match known.iter().find(|known| known.get_str("name").is_ok_and(|name| name == index.name)) {
            None => missing.push(wanted),
            Some(found) if same(found, &wanted) => {}
            Some(_) => return Err(conflict(schema, &index)),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let command = doc! { "createIndexes": schema.collection, "indexes": missing };
    database.run_command(command).await.map_err(|error| refused(schema, &error))?;
    Ok(())
}

/// The name of the index in the database. MongoDB has no two indexes over the same fields in the same order, so the later of
/// two declarations that come to the same lives in the first one's.
pub(super) fn name(schema: &Schema, index: &Index) -> &'static str {
    let same = |other: &Index| other.unique == index.unique && other.fields().eq(index.fields());
    schema.all_indexes().find(same).map_or(index.name, |first| first.name)
}

/// The indexes that are there.
async fn known(database: &Database, schema: &Schema) -> Result<Vec<Document>> {
    let command = doc! { "listIndexes": schema.collection, "cursor": { "batchSize": 1_000 } };
    let mut cursor = database.run_cursor_command(command).await.map_err(|error| failure::general(&error))?;
    let mut known = Vec::new();
    while cursor.advance().await.map_err(|error| failure::general(&error))? {
        let index = Document::try_from(cursor.current());
        known.push(index.map_err(|error| Error::Engine(format!("MongoDB: {error}")))?);
    }
    Ok(known)
}

/// An index as MongoDB declares it: its fields, then the key, by which equal values are in order; but for a unique one,
/// in which there are none. A document is in it when all its fields hold what can be indexed.
fn form(index: &Index) -> Document {
    let mut keys: Document = index.fields().map(|field| (field.to_owned(), bson::Bson::Int32(1))).collect();
    if !index.unique {
        keys.insert(KEY, 1);
    }
    let mut form = doc! { "name": index.name, "key": keys };
    if index.unique {
        form.insert("unique", true);
    }
    let partial: Document = index.fields().flat_map(present).collect();
    if !partial.is_empty() {
        form.insert("partialFilterExpression", partial);
    }
    form
}

/// Whether an index that is there is the one that is wanted. Servers add fields of their own, and numbers of other widths.
fn same(found: &Document, wanted: &Document) -> bool {
    let keys = |index: &Document| {
        let keys = index.get_document("key").ok()?;
        Some(keys.iter().map(|(field, way)| (field.clone(), number(way))).collect::<Vec<_>>())
    };
    let unique = |index: &Document| index.get_bool("unique").unwrap_or(false);
    let kinds = |index: &Document| index.get_document("partialFilterExpression").ok().cloned();
    let narrowed = ["sparse", "collation", "expireAfterSeconds"].iter().any(|option| match found.get(option) {
        None | Some(bson::Bson::Boolean(false)) => false,
        Some(_) => true,
    });
    keys(found) == keys(wanted) && unique(found) == unique(wanted) && kinds(found) == kinds(wanted) && !narrowed
}

fn number(way: &bson::Bson) -> Option<i64> {
    match way {
        bson::Bson::Int32(way) => Some((*way).into()),
        bson::Bson::Int64(way) => Some(*way),
        bson::Bson::Double(way) if *way == 1.0 => Some(1),
        _ => None,
    }
}

fn conflict(schema: &Schema, index: &Index) -> Error {
    Error::Engine(format!(
        "the index `{0}` of `{1}` in the database is not the one that this version of Tapri declares. Drop it with \
         `db.{1}.dropIndex(\"{0}\")` in `mongosh` and start again, which makes it anew",
        index.name, schema.collection
    ))
}

fn refused(schema: &Schema, error: &mongodb::error::Error) -> Error {
    if failure::is_duplicate(error) {
        return Error::Engine(format!(
            "a unique index of `{}` cannot be made: documents agree in it; {}",
            schema.collection,
            failure::words(error)
        ));
    }
    match failure::general(error) {
        Error::Engine(words) => {
            Error::Engine(format!("the indexes of `{}` cannot be made: {words}", schema.collection))
        }
        other => other,
    }
}
