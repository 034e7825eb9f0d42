//! Documents as they lie in MongoDB: the store's own fields in front, behind them the fields as they were written.
//!
//! `_id` is the key, `_rev` the revision; `_shard` is the logical shard of the id with which the key begins, by which a
//! sharded cluster can spread the collection. Counters, which the server writes field by field, may have them in another
//! order, so reading takes them from wherever they stand.

use bson::raw::{RawBsonRef, RawDocument, RawDocumentBuf, cstr};
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, Document, doc};

use crate::port::Raw;
use crate::{Error, Key, Result, Revision, Schema, ShardKey, Value};

pub(super) const KEY: &str = "_id";
pub(super) const REVISION: &str = "_rev";
pub(super) const SHARD: &str = "_shard";

/// The bytes of a BSON document before its first field: its length.
const LENGTH: usize = 4;

/// The key as `_id` holds it.
pub(super) fn key_bson(key: &Key) -> Bson {
    match key {
        Key::Bytes(bytes) => binary(bytes),
        Key::Text(text) => Bson::String(text.clone()),
    }
}

/// The value as an indexed field holds it.
pub(super) fn value_bson(value: &Value) -> Bson {
    match value {
        Value::I64(number) => Bson::Int64(*number),
        Value::Text(text) => Bson::String(text.clone()),
        Value::Bytes(bytes) => binary(bytes),
        Value::Bool(flag) => Bson::Boolean(*flag),
        Value::Time(time) => Bson::DateTime(bson::DateTime::from_millis(time.as_millis())),
    }
}

fn binary(bytes: &[u8]) -> Bson {
    Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() })
}

/// The value of `_shard`; none in a collection that is sharded by the key itself.
pub(super) fn shard(schema: &Schema, key: &Key) -> Option<i32> {
    match schema.shard_key {
        ShardKey::Key => None,
        ShardKey::LeadingId => key.leading_id().map(|id| id.shard().number().into()),
    }
}

/// What finds the document of that key, on one shard where the collection is sharded.
pub(super) fn filter(schema: &Schema, key: &Key) -> Document {
    let mut filter = doc! { KEY: key_bson(key) };
    if let Some(shard) = shard(schema, key) {
        filter.insert(SHARD, shard);
    }
    filter
}

/// The document to be stored.
pub(super) fn wrap(schema: &Schema, key: &Key, revision: Revision, body: &[u8]) -> Result<RawDocumentBuf> {
    let mut own = RawDocumentBuf::new();
    match key {
        Key::Bytes(bytes) => {
            own.append(cstr!("_id"), Binary { subtype: BinarySubtype::Generic, bytes: bytes.clone() });
        }
        Key::Text(text) => own.append(cstr!("_id"), text.as_str()),
    }
    own.append(cstr!("_rev"), revision.number());
    if let Some(shard) = shard(schema, key) {
        own.append(cstr!("_shard"), shard);
    }
    let fields = body.get(LENGTH..).ok_or_else(|| unreadable(schema, "it is no BSON document"))?;
    let mut bytes = own.into_bytes();
    // The end mark comes with the fields.
    bytes.pop();
    bytes.extend(fields);
    finish(schema, bytes)
}

/// What was stored, without the store's own fields.
pub(super) fn unwrap(schema: &Schema, stored: &RawDocument) -> Result<Raw> {
    let (mut key, mut revision) = (None, None);
    let mut body = vec![0; LENGTH];
    let mut at = LENGTH;
    for element in stored.iter_elements() {
        let element = element.map_err(|error| unreadable(schema, error))?;
        let end = at + size_of::<u8>() + element.key().as_str().len() + size_of::<u8>() + element.size();
        let name = element.key().as_str();
        if matches!(name, KEY | REVISION | SHARD) {
            let value = element.value().map_err(|error| unreadable(schema, error))?;
            match name {
                KEY => key = read_key(value),
                REVISION => revision = integer(value),
                _ => {}
            }
        } else {
            let bytes = stored.as_bytes().get(at..end).ok_or_else(|| unreadable(schema, "it ends too early"))?;
            body.extend(bytes);
        }
        at = end;
    }
    body.push(0);
    let (Some(key), Some(revision)) = (key, revision) else {
        return Err(unreadable(schema, "it has no key or no revision of Tapri's: something else wrote it"));
    };
    Ok(Raw { key, revision: Revision::from_number(revision), body: finish(schema, body)?.into_bytes().into() })
}

/// Writes the length in front of a document that is complete otherwise.
fn finish(schema: &Schema, mut bytes: Vec<u8>) -> Result<RawDocumentBuf> {
    let length = i32::try_from(bytes.len()).map_err(|error| unreadable(schema, error))?;
    bytes[..LENGTH].copy_from_slice(&length.to_le_bytes());
    RawDocumentBuf::from_bytes(bytes).map_err(|error| unreadable(schema, error))
}

fn read_key(value: RawBsonRef<'_>) -> Option<Key> {
    match value {
        RawBsonRef::Binary(binary) => Some(Key::bytes(binary.bytes)),
        RawBsonRef::String(text) => Some(Key::text(text)),
        _ => None,
    }
}

fn integer(value: RawBsonRef<'_>) -> Option<i64> {
    match value {
        RawBsonRef::Int64(number) => Some(number),
        RawBsonRef::Int32(number) => Some(number.into()),
        _ => None,
    }
}

fn unreadable(schema: &Schema, reason: impl ToString) -> Error {
    Error::Decode { collection: schema.collection, reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Id, SeededRandom, StoreKey, Time};

    static NOTES: Schema = Schema::new("notes");
    static NAMES: Schema = Schema::new("names").shard_key(ShardKey::Key);

    fn note() -> (Id, Vec<u8>) {
        let id = Id::generate_unsharded(Time::from_millis(1), &SeededRandom::new(1));
        let body = doc! { "a": 1_i64, "b": { "c": [1, "x"] }, "n": Bson::Null };
        (id, bson::serialize_to_vec(&body).unwrap())
    }

    #[test]
    fn a_document_comes_back_byte_by_byte() {
        let (id, body) = note();
        for (schema, key) in [(&NOTES, id.to_key()), (&NAMES, Key::text("x"))] {
            let stored = wrap(schema, &key, Revision::from_number(7), &body).unwrap();
            let raw = unwrap(schema, &stored).unwrap();
            assert_eq!(raw, Raw { key, revision: Revision::from_number(7), body: body.clone().into() });
        }
    }

    #[test]
    fn a_document_says_its_logical_shard_where_the_key_begins_with_an_id() {
        let (id, body) = note();
        let pair = (id, "app".to_owned()).to_key();
        for key in [id.to_key(), (id, id).to_key(), pair] {
            let stored = wrap(&NOTES, &key, Revision::from_number(1), &body).unwrap();
            assert_eq!(stored.get_i32(SHARD).unwrap(), i32::from(id.shard().number()));
            assert_eq!(filter(&NOTES, &key).get_i32(SHARD).unwrap(), i32::from(id.shard().number()));
        }
        assert_eq!(filter(&NAMES, &id.to_key()).len(), 1);
    }

    #[test]
    fn what_something_else_wrote_is_told_apart() {
        let stray = RawDocumentBuf::try_from(&doc! { "_id": "a", "x": 1 }).unwrap();
        assert!(unwrap(&NOTES, &stray).unwrap_err().to_string().contains("something else wrote it"));
    }
}
