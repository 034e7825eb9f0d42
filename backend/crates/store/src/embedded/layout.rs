//! The bytes in the file: how keys, records and index entries are laid out (`docs/storage.md`).
//!
//! All of it is built from order-preserving values, so that redb's byte order is the port's order. A change here is a
//! new format version.

use redb::TableDefinition;

use crate::port::{Bound, Direction};
use crate::value::encoding;
use crate::{Index, Key, Position, Result, Revision, Schema, Time, Value, fields};

/// A table of documents: encoded key → [`Record`].
pub(super) type Documents<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// A table of index entries: fixed values, ordered value, key, one after the other → nothing.
pub(super) type Entries<'a> = TableDefinition<'a, &'static [u8], ()>;

/// The name of an index's table; a collection's own is its name.
pub(super) fn entries_name(collection: &str, index: &str) -> String {
    format!("{collection}/{index}")
}

/// Above every byte with which an encoded value can begin, so above all that continues a prefix.
const ABOVE: u8 = 0xff;

/// What stands in front of the BSON document: revision and expiry, eight bytes each, and the checksum, four; big-endian.
pub(super) const HEADER: usize = 20;
const EXPIRES: usize = 8;
const CHECK: usize = 16;

/// The expiry of what never expires.
const NEVER: i64 = i64::MAX;

/// A stored document, borrowed from the file's pages.
pub(super) struct Record<'a> {
    pub(super) revision: Revision,
    expires: i64,
    pub(super) body: &'a [u8],
}

impl<'a> Record<'a> {
    /// `None` when the bytes are not what was written under that encoded key: a disk that forgets a bit is found out here,
    /// since redb looks at its own checksums only after a crash.
    pub(super) fn read(key: &[u8], bytes: &'a [u8]) -> Option<Self> {
        let record = Self::read_again(bytes)?;
        let check = checksum(key, record.expires, record.body) ^ fold(record.revision);
        (bytes[CHECK..HEADER] == check.to_be_bytes()).then_some(record)
    }

    /// The record in bytes that [`read`](Self::read) has looked through already.
    pub(super) fn read_again(bytes: &'a [u8]) -> Option<Self> {
        let (header, body) = bytes.split_first_chunk::<HEADER>()?;
        let [revision, expires] = [0, EXPIRES].map(|at| header[at..].first_chunk().copied().map(i64::from_be_bytes));
        Some(Self { revision: Revision::from_number(revision?), expires: expires?, body })
    }

    pub(super) fn visible(&self, now: Time) -> bool {
        self.expires == NEVER || now.as_millis() < self.expires
    }

    /// The bytes of a record whose revision is not known yet.
    pub(super) fn write(key: &[u8], expires: Option<Time>, body: &[u8]) -> Vec<u8> {
        Self::write_raw(key, expires.map_or(NEVER, Time::as_millis), body)
    }

    /// The same with the expiry as a record has it.
    pub(super) fn write_raw(key: &[u8], expires: i64, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend([0; EXPIRES]);
        bytes.extend(expires.to_be_bytes());
        bytes.extend(checksum(key, expires, body).to_be_bytes());
        bytes.extend(body);
        bytes
    }

    /// Writes the revision into the bytes of a record that has none yet. The one thread that knows revisions has no time
    /// for more than this, so the checksum takes it in by an exclusive or.
    pub(super) fn set_revision(bytes: &mut [u8], revision: Revision) {
        bytes[..EXPIRES].copy_from_slice(&revision.number().to_be_bytes());
        for (byte, mask) in bytes[CHECK..HEADER].iter_mut().zip(fold(revision).to_be_bytes()) {
            *byte ^= mask;
        }
    }
}

/// CRC-32 (ISO-HDLC) of everything in a record but its revision, and of the key that it must stand under.
fn checksum(key: &[u8], expires: i64, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(&expires.to_be_bytes());
    hasher.update(body);
    hasher.finalize()
}

/// A revision in 32 bits, so that no single wrong bit stays the same.
fn fold(revision: Revision) -> u32 {
    let number = revision.number() as u64;
    (number ^ (number >> 32)) as u32
}

/// A key as the documents' table has it.
pub(super) fn encode_key(key: &Key) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoding::encode_key(key, &mut bytes);
    bytes
}

/// Reads what [`encode_key`] wrote.
pub(super) fn decode_key(mut bytes: &[u8]) -> Option<Key> {
    match encoding::decode(&mut bytes)? {
        Value::Bytes(key) if bytes.is_empty() => Some(Key::Bytes(key)),
        Value::Text(key) if bytes.is_empty() => Some(Key::Text(key)),
        _ => None,
    }
}

/// A document's place in one index.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) index: Index,
    pub(super) bytes: Vec<u8>,
    /// Where the index's values end and the key begins: two entries of a unique index never agree up to there.
    pub(super) values: usize,
}

/// The places of a document in the indexes of its collection.
pub(super) fn entries(schema: &Schema, key: &[u8], body: &[u8]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for index in schema.all_indexes() {
        if let Some(found) = fields::indexed(schema, &index, body)? {
            let mut bytes = Vec::with_capacity(64);
            found.iter().for_each(|value| encoding::encode(value, &mut bytes));
            let values = bytes.len();
            bytes.extend(key);
            entries.push(Entry { index, bytes, values });
        }
    }
    Ok(entries)
}

/// The part of an index entry that is the document's encoded key, given the part behind the fixed values.
pub(super) fn key_of_rest<'a>(index: &Index, rest: &'a [u8]) -> Option<&'a [u8]> {
    let mut key = rest;
    if index.order.is_some() {
        encoding::skip(&mut key)?;
    }
    Some(key)
}

/// A range of table keys: from and to, and whether each end belongs to it.
pub(super) struct KeyRange {
    pub(super) from: Vec<u8>,
    pub(super) from_included: bool,
    pub(super) to: Vec<u8>,
}

impl KeyRange {
    /// The table keys that begin with `prefix`, within the bounds, beyond the position. The range is empty when `from`
    /// is not below `to`; `to` itself never belongs to it.
    pub(super) fn new(
        prefix: &[u8],
        lower: &Bound,
        upper: &Bound,
        after: Option<&Position>,
        direction: Direction,
    ) -> Self {
        let joined = |value: &Value, end: &[u8]| {
            let mut bytes = prefix.to_vec();
            encoding::encode(value, &mut bytes);
            bytes.extend(end);
            bytes
        };
        let (mut from, mut from_included) = match lower {
            Bound::Open => (prefix.to_vec(), true),
            Bound::Included(value) => (joined(value, &[]), true),
            Bound::Excluded(value) => (joined(value, &[ABOVE]), true),
        };
        let mut to = match upper {
            Bound::Open => [prefix, &[ABOVE]].concat(),
            Bound::Included(value) => joined(value, &[ABOVE]),
            Bound::Excluded(value) => joined(value, &[]),
        };
        if let Some(after) = after {
            let place = [prefix, &after.to_bytes()].concat();
            match direction {
                Direction::Ascending if place >= from => (from, from_included) = (place, false),
                Direction::Descending if place < to => to = place,
                Direction::Ascending | Direction::Descending => {}
            }
        }
        Self { from, from_included, to }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.from >= self.to
    }

    /// In the form that redb takes.
    pub(super) fn bounds(&self) -> (std::ops::Bound<&[u8]>, std::ops::Bound<&[u8]>) {
        let from = match self.from_included {
            true => std::ops::Bound::Included(self.from.as_slice()),
            false => std::ops::Bound::Excluded(self.from.as_slice()),
        };
        (from, std::ops::Bound::Excluded(self.to.as_slice()))
    }
}
