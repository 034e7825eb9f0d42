//! BSON documents seen from outside: reading the fields that an index or an expiry names, adding to counters,
//! and the passage between bytes and types. Nothing here knows an engine.

use std::borrow::Cow;

use bson::raw::{RawBsonRef, RawDocument, RawDocumentBuf};
use bson::spec::BinarySubtype;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Index, Key, Result, Schema, Time, Value};

/// The largest document that every engine takes: MongoDB's 16 MiB, less room for what it adds.
const MAX_BODY: usize = 16 * 1024 * 1024 - 64 * 1024;

fn unreadable(schema: &Schema, reason: impl ToString) -> Error {
    Error::Decode { collection: schema.collection, reason: reason.to_string() }
}

/// A document as BSON.
pub(crate) fn encode<D: Serialize>(schema: &Schema, document: &D) -> Result<Vec<u8>> {
    let body = bson::serialize_to_vec(document).map_err(|error| unreadable(schema, error))?;
    if body.len() > MAX_BODY {
        return Err(unreadable(schema, format!("{} bytes are more than a document may have", body.len())));
    }
    for field in raw(schema, &body)?.iter() {
        let (name, _) = field.map_err(|error| unreadable(schema, error))?;
        if matches!(name.as_str(), "_id" | "_rev" | "_shard") {
            return Err(unreadable(schema, format!("the field name `{name}` is the store's own")));
        }
    }
    Ok(body)
}

/// A document from BSON. Counters get their key as `_id`.
pub(crate) fn decode<D: DeserializeOwned>(schema: &Schema, key: &Key, body: &[u8]) -> Result<D> {
    if !schema.counter {
        return bson::deserialize_from_slice(body).map_err(|error| unreadable(schema, error));
    }
    let mut keyed = RawDocumentBuf::new();
    match key {
        Key::Text(text) => keyed.append(bson::raw::cstr!("_id"), text.as_str()),
        Key::Bytes(bytes) => keyed
            .append(bson::raw::cstr!("_id"), bson::Binary { subtype: BinarySubtype::Generic, bytes: bytes.clone() }),
    }
    for (name, value) in counters(schema, body)? {
        append(&mut keyed, schema, &name, value)?;
    }
    bson::deserialize_from_slice(keyed.as_bytes()).map_err(|error| unreadable(schema, error))
}

/// The values of the index's fields in order; `None` when one is absent or null, and the document so not in the index.
pub(crate) fn indexed(schema: &Schema, index: &Index, body: &[u8]) -> Result<Option<Vec<Value>>> {
    let raw = raw(schema, body)?;
    index.fields().map(|field| value(schema, raw, field)).collect()
}

/// When the document becomes invisible, if it ever does.
pub(crate) fn expiry(schema: &Schema, body: &[u8]) -> Result<Option<Time>> {
    let Some(field) = schema.expires else {
        return Ok(None);
    };
    match value(schema, raw(schema, body)?, field)? {
        None => Ok(None),
        Some(Value::Time(time)) => Ok(Some(time)),
        Some(_) => Err(unreadable(schema, format!("the field `{field}` is no date, but documents expire by it"))),
    }
}

/// The value of one field; `None` when it is absent or null.
pub(crate) fn field(schema: &Schema, body: &[u8], name: &str) -> Result<Option<Value>> {
    value(schema, raw(schema, body)?, name)
}

/// The counter document after the additions; `None` for the one that was not there.
pub(crate) fn added(schema: &Schema, body: Option<&[u8]>, fields: &[(&'static str, i64)]) -> Result<Vec<u8>> {
    let mut values = body.map_or(Ok(Vec::new()), |body| counters(schema, body))?;
    for (name, difference) in fields {
        match values.iter_mut().find(|(other, _)| other == name) {
            Some((_, value)) => {
                *value = value
                    .checked_add(*difference)
                    .ok_or_else(|| Error::Engine(format!("`{name}` of `{}` would overflow", schema.collection)))?;
            }
            None => values.push(((*name).to_owned(), *difference)),
        }
    }
    let mut body = RawDocumentBuf::new();
    for (name, value) in values {
        append(&mut body, schema, &name, value)?;
    }
    Ok(body.into_bytes())
}

/// The document in a form that every engine gives it: as it was written, and a counter with its fields in order.
pub(crate) fn canonical<'a>(schema: &Schema, body: &'a [u8]) -> Result<Cow<'a, [u8]>> {
    if !schema.counter {
        return Ok(Cow::Borrowed(body));
    }
    let mut values = counters(schema, body)?;
    values.sort_unstable();
    let mut ordered = RawDocumentBuf::new();
    for (name, value) in values {
        append(&mut ordered, schema, &name, value)?;
    }
    Ok(Cow::Owned(ordered.into_bytes()))
}

fn counters(schema: &Schema, body: &[u8]) -> Result<Vec<(String, i64)>> {
    raw(schema, body)?
        .iter()
        .map(|field| {
            let (name, value) = field.map_err(|error| unreadable(schema, error))?;
            match value {
                RawBsonRef::Int64(number) => Ok((name.as_str().to_owned(), number)),
                RawBsonRef::Int32(number) => Ok((name.as_str().to_owned(), number.into())),
                _ => Err(unreadable(schema, format!("the counter `{}` is no integer", name.as_str()))),
            }
        })
        .collect()
}

fn append(document: &mut RawDocumentBuf, schema: &Schema, name: &str, value: i64) -> Result<()> {
    let name: &bson::raw::CStr = name.try_into().map_err(|error| unreadable(schema, error))?;
    document.append(name, value);
    Ok(())
}

fn raw<'a>(schema: &Schema, body: &'a [u8]) -> Result<&'a RawDocument> {
    RawDocument::from_bytes(body).map_err(|error| unreadable(schema, error))
}

fn value(schema: &Schema, raw: &RawDocument, field: &str) -> Result<Option<Value>> {
    let refuse = || unreadable(schema, format!("the field `{field}` holds what cannot be indexed"));
    let Some(value) = raw.get(field).map_err(|error| unreadable(schema, error))? else {
        return Ok(None);
    };
    Ok(Some(match value {
        RawBsonRef::Null => return Ok(None),
        RawBsonRef::Int64(number) => Value::I64(number),
        RawBsonRef::Int32(number) => Value::I64(number.into()),
        RawBsonRef::String(text) => Value::Text(text.to_owned()),
        RawBsonRef::Binary(binary) if binary.subtype == BinarySubtype::Generic => Value::Bytes(binary.bytes.to_vec()),
        RawBsonRef::Boolean(flag) => Value::Bool(flag),
        RawBsonRef::DateTime(date) => Value::Time(Time::from_millis(date.timestamp_millis())),
        _ => return Err(refuse()),
    }))
}
