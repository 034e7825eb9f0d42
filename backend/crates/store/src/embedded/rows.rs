//! Records that were read lately, found by their key alone.
//!
//! A look-up in the file's tree costs a page for each of its levels, most of them far from the processor, and the checksum of
//! what is found; both grow with the collection or its documents. What is remembered here costs one step however
//! much there is. It is also dense: the documents of one list lie on as many pages as there are documents.
//!
//! Never newer and never older than the snapshot that asks. Snapshots are numbered. A record is kept with the number of the
//! snapshot in which it was read; the committer notes, before a commit, the number that its snapshot will have at
//! each key that it writes ([`Rows::written`]). A record answers a snapshot that is not older than itself, and only while
//! nothing was noted after it. Keys share their notes in slots: a neighbour's write costs a look-up, nothing else.
//!
//! Not a cache of what is absent, and not of anything that is large: such records are read from the file each time.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use crate::Body;

/// How many notes of writes there are: at a thousand writes a second a record is read anew twice a minute for its neighbours'
/// sake.
const SLOTS: usize = 32 * 1024;

/// Larger records are not remembered.
const LARGEST: usize = 64 * 1024;

/// What a record takes beside its own bytes, about.
const OVERHEAD: u64 = 96;

/// How large a record is, about, to begin with.
const USUAL: usize = 1024;

/// Makes one number of a key's hash and a collection's: odd, with its bits well spread.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Records by collection and key.
pub(super) struct Rows {
    /// By a hash that nobody can foresee. Of two keys with one hash the later is remembered; each row has its own key in it.
    kept: Cache<u64, Row, ByBytes>,
    slots: Box<[AtomicU64]>,
    hasher: RandomState,
}

/// What one record is remembered by: a collection's place in the catalogue and an encoded key.
#[derive(Clone, Copy)]
pub(super) struct RowKey<'a> {
    place: u16,
    key: &'a [u8],
    hash: u64,
}

/// A record as it was in that snapshot, behind its collection's place and its key: neither is the beginning of another one.
#[derive(Clone)]
struct Row {
    snapshot: u64,
    bytes: Arc<[u8]>,
}

/// A remembered record.
pub(super) struct Found {
    bytes: Arc<[u8]>,
    at: usize,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<u64, Row> for ByBytes {
    fn weight(&self, _: &u64, row: &Row) -> u64 {
        row.bytes.len() as u64 + OVERHEAD
    }
}

impl Rows {
    /// Remembers about so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity(bytes / USUAL)
            .weight_capacity(bytes as u64)
            .build()
            .expect("both capacities are given");
        Self {
            kept: Cache::with_options(options, ByBytes, DefaultHashBuilder::default(), Default::default()),
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    /// What the record under that encoded key, in the collection of that place, is remembered by.
    pub(super) fn key<'a>(&self, place: usize, key: &'a [u8]) -> RowKey<'a> {
        let place = u16::try_from(place).expect("nobody declares sixty thousand collections");
        RowKey { place, key, hash: self.hasher.hash_one(key) }
    }

    /// The record as the snapshot of that number has it; `None` when it is not remembered.
    pub(super) fn get(&self, key: RowKey<'_>, snapshot: u64) -> Option<Found> {
        let row = self.kept.get(&key.in_collection())?;
        let holds = row.snapshot <= snapshot && self.slot(key.hash).load(Ordering::Acquire) <= row.snapshot;
        let record = row.bytes.strip_prefix(&key.place.to_be_bytes())?.strip_prefix(key.key)?;
        let at = row.bytes.len() - record.len();
        holds.then_some(Found { bytes: row.bytes, at })
    }

    /// Remembers the record that the snapshot of that number has under that key.
    pub(super) fn keep(&self, key: RowKey<'_>, snapshot: u64, record: &[u8]) -> Found {
        let bytes = key.beside(record);
        let at = bytes.len() - record.len();
        // What was read from an old snapshot would answer nobody, and take the place of what does.
        if record.len() <= LARGEST && self.slot(key.hash).load(Ordering::Acquire) <= snapshot {
            self.kept.insert(key.in_collection(), Row { snapshot, bytes: Arc::clone(&bytes) });
        }
        Found { bytes, at }
    }

    /// Notes that the snapshot of that number, which nobody sees yet, has something else under that encoded key.
    pub(super) fn written(&self, key: &[u8], snapshot: u64) {
        self.slot(self.hasher.hash_one(key)).store(snapshot, Ordering::Release);
    }

    fn slot(&self, hash: u64) -> &AtomicU64 {
        &self.slots[hash as usize % SLOTS]
    }
}

impl Found {
    /// The record.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// What begins at that place in it.
    pub(super) fn into_body(self, from: usize) -> Body {
        Body::part(self.bytes, self.at + from)
    }
}

impl RowKey<'_> {
    /// One key stands in many collections: a post, its numbers, its picture.
    fn in_collection(self) -> u64 {
        self.hash ^ u64::from(self.place).wrapping_mul(SPREAD)
    }

    /// Place, key and record in one allocation: a passing one beside it for each record would leave the heap full of holes.
    fn beside(self, record: &[u8]) -> Arc<[u8]> {
        let place = self.place.to_be_bytes();
        let length = place.len() + self.key.len() + record.len();
        let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, length).collect();
        let (whole, mut at) = (Arc::get_mut(&mut bytes).expect("it is new"), 0);
        for part in [&place, self.key, record] {
            whole[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"key";

    fn get(rows: &Rows, place: usize, snapshot: u64) -> Option<Vec<u8>> {
        rows.get(rows.key(place, KEY), snapshot).map(|found| found.bytes().to_vec())
    }

    fn keep(rows: &Rows, place: usize, snapshot: u64, record: &[u8]) {
        rows.keep(rows.key(place, KEY), snapshot, record);
    }

    #[test]
    fn a_record_answers_its_own_snapshot_and_later_ones() {
        let rows = Rows::new(1 << 20);
        keep(&rows, 3, 7, b"seven");
        assert_eq!(get(&rows, 3, 6), None);
        assert_eq!(get(&rows, 3, 7).as_deref(), Some(b"seven".as_slice()));
        assert_eq!(get(&rows, 3, 8).as_deref(), Some(b"seven".as_slice()));
    }

    #[test]
    fn one_key_in_two_collections_is_two_records() {
        let rows = Rows::new(1 << 20);
        keep(&rows, 3, 7, b"three");
        assert_eq!(get(&rows, 4, 7), None);
        keep(&rows, 4, 7, b"four");
        assert_eq!(get(&rows, 3, 7).as_deref(), Some(b"three".as_slice()));
        assert_eq!(get(&rows, 4, 7).as_deref(), Some(b"four".as_slice()));
    }

    #[test]
    fn nothing_from_before_a_write_answers_after_it() {
        let rows = Rows::new(1 << 20);
        keep(&rows, 3, 7, b"seven");
        rows.written(KEY, 8);
        assert_eq!(get(&rows, 3, 8), None);
        // A reader of the old snapshot that comes late.
        keep(&rows, 3, 7, b"seven");
        assert_eq!(get(&rows, 3, 8), None);
        keep(&rows, 3, 8, b"eight");
        assert_eq!(get(&rows, 3, 8).as_deref(), Some(b"eight".as_slice()));
        assert_eq!(get(&rows, 3, 7), None);
    }

    #[test]
    fn two_keys_with_one_hash_are_told_apart() {
        let rows = Rows::new(1 << 20);
        let one = rows.key(3, KEY);
        rows.keep(one, 7, b"one");
        let other = RowKey { key: b"yek", ..one };
        assert!(rows.get(other, 7).is_none());
    }

    #[test]
    fn it_holds_no_large_records_and_never_more_than_it_may() {
        let rows = Rows::new(1 << 20);
        keep(&rows, 3, 7, &[0; LARGEST + 1]);
        assert_eq!(get(&rows, 3, 7), None);
        for number in 0..10_000_u32 {
            rows.keep(rows.key(0, &number.to_be_bytes()), 1, &[0; 1_000]);
        }
        assert!(rows.kept.weight() <= 1 << 20, "{}", rows.kept.weight());
        assert!(rows.kept.len() > 500, "{}", rows.kept.len());
    }
}
