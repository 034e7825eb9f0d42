//! Ordered reads: one cursor for each prefix, merged lazily.
//!
//! A feed over 500 prefixes positions 500 cursors, reads one index entry of each, and then one entry and one document
//! for each result: what is not shown is not read.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use redb::{Range, ReadOnlyTable};

use super::damaged;
use super::layout::{self, HEADER, KeyRange, Record};
use super::snapshot::{Snapshot, Tables};
use crate::port::{Direction, Raw, Scan, Show};
use crate::value::encoding;
use crate::{Error, Index, Key, Result, Revision, Value};

impl Snapshot {
    pub(super) fn scan(&self, scan: &Scan) -> Result<Vec<Raw>> {
        let tables = self.tables(scan.schema)?;
        match scan.index {
            None => self.scan_keys(scan, tables),
            Some(name) => match (scan.schema.index(name), tables.entries.get(name)) {
                (Some(index), Some(entries)) => self.scan_index(scan, &index, tables, entries),
                _ => Err(Error::Engine(format!("`{}` has no index `{name}`", scan.schema.collection))),
            },
        }
    }

    /// In the order of the keys there is one prefix, the empty one, and the entries are the documents themselves.
    fn scan_keys(&self, scan: &Scan, tables: &Tables) -> Result<Vec<Raw>> {
        let mut found = Vec::new();
        if scan.prefixes.is_empty() {
            return Ok(found);
        }
        let range = KeyRange::new(&[], &scan.lower, &scan.upper, scan.after.as_ref(), scan.direction);
        if range.is_empty() {
            return Ok(found);
        }
        let mut documents = tables.documents.range::<&[u8]>(range.bounds()).map_err(|error| self.failed(error))?;
        while found.len() < scan.limit {
            let next = match scan.direction {
                Direction::Ascending => documents.next(),
                Direction::Descending => documents.next_back(),
            };
            let Some(next) = next else { break };
            let (key, bytes) = next.map_err(|error| self.failed(error))?;
            let record = Record::read(key.value(), bytes.value()).ok_or_else(|| damaged(scan.schema))?;
            if let Some(revision) = shown(scan, &record) {
                let body = record.body.to_vec().into();
                found.push(Raw { key: decode_key(scan, key.value())?, revision, body });
            }
        }
        Ok(found)
    }

    fn scan_index(
        &self,
        scan: &Scan,
        index: &Index,
        tables: &Tables,
        entries: &ReadOnlyTable<&'static [u8], ()>,
    ) -> Result<Vec<Raw>> {
        let mut cursors = self.cursors(scan, entries)?;
        let mut heads = BinaryHeap::with_capacity(cursors.len());
        for (number, cursor) in cursors.iter_mut().enumerate() {
            heads.extend(self.advance(cursor, number, scan.direction)?);
        }
        let mut found = Vec::new();
        while found.len() < scan.limit
            && let Some(head) = heads.pop()
        {
            let key = layout::key_of_rest(index, &head.rest).ok_or_else(|| damaged(scan.schema))?;
            let document = self.record(scan.schema, tables, key)?.ok_or_else(|| damaged(scan.schema))?;
            let record = Record::read_again(document.bytes()).ok_or_else(|| damaged(scan.schema))?;
            if let Some(revision) = shown(scan, &record) {
                found.push(Raw { key: decode_key(scan, key)?, revision, body: document.into_body(HEADER) });
            }
            heads.extend(self.advance(&mut cursors[head.cursor], head.cursor, scan.direction)?);
        }
        Ok(found)
    }

    fn cursors(&self, scan: &Scan, entries: &ReadOnlyTable<&'static [u8], ()>) -> Result<Vec<Cursor>> {
        let mut prefixes: Vec<_> = scan.prefixes.iter().map(|prefix| encode(prefix)).collect();
        // The same prefix twice must not show its documents twice; in order, neighbours share pages.
        prefixes.sort_unstable();
        prefixes.dedup();
        let mut cursors = Vec::with_capacity(prefixes.len());
        for prefix in prefixes {
            let range = KeyRange::new(&prefix, &scan.lower, &scan.upper, scan.after.as_ref(), scan.direction);
            if !range.is_empty() {
                let range = entries.range::<&[u8]>(range.bounds()).map_err(|error| self.failed(error))?;
                cursors.push(Cursor { range, prefix: prefix.len() });
            }
        }
        Ok(cursors)
    }

    fn advance(&self, cursor: &mut Cursor, number: usize, direction: Direction) -> Result<Option<Head>> {
        let next = match direction {
            Direction::Ascending => cursor.range.next(),
            Direction::Descending => cursor.range.next_back(),
        };
        let Some(next) = next else { return Ok(None) };
        let (entry, _) = next.map_err(|error| self.failed(error))?;
        let rest = entry.value()[cursor.prefix..].to_vec();
        Ok(Some(Head { rest, cursor: number, direction }))
    }
}

/// Reads the entries of one prefix.
struct Cursor {
    range: Range<'static, &'static [u8], ()>,
    prefix: usize,
}

/// The next entry of a cursor, behind its prefix: ordered value and key, by which the merge is ordered.
#[derive(PartialEq, Eq)]
struct Head {
    rest: Vec<u8>,
    cursor: usize,
    direction: Direction,
}

impl Ord for Head {
    // The heap gives out its greatest first, which for an ascending scan must be the smallest.
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.rest.cmp(&other.rest).then(self.cursor.cmp(&other.cursor));
        match self.direction {
            Direction::Ascending => order.reverse(),
            Direction::Descending => order,
        }
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn encode(prefix: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    prefix.iter().for_each(|value| encoding::encode(value, &mut bytes));
    bytes
}

/// The record's revision, where the scan shows it.
fn shown(scan: &Scan, record: &Record<'_>) -> Option<Revision> {
    (record.visible(scan.now) == (scan.show == Show::Visible)).then_some(record.revision)
}

fn decode_key(scan: &Scan, key: &[u8]) -> Result<Key> {
    layout::decode_key(key).ok_or_else(|| damaged(scan.schema))
}
