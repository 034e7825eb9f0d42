//! Batches made ready before they are queued: all encoding is done by the caller's thread, since the committer is one.

use super::layout::{self, Entry, Record};
use crate::port::{Action, Write};
use crate::{Result, Revision, Schema, Time, fields};

/// A batch that waits for its commit.
pub(super) struct Prepared {
    pub(super) writes: Vec<PreparedWrite>,
    /// The moment by which its documents are visible or expired.
    pub(super) now: Time,
}

impl Prepared {
    pub(super) fn new(writes: Vec<Write>, now: Time) -> Result<Self> {
        let writes = writes.into_iter().map(PreparedWrite::new);
        Ok(Self { writes: writes.collect::<Result<_>>()?, now })
    }

    /// About how many bytes it brings into a transaction.
    pub(super) fn size(&self) -> usize {
        self.writes.iter().map(PreparedWrite::size).sum()
    }
}

/// One write, with the bytes that it will put into the tables.
pub(super) struct PreparedWrite {
    pub(super) schema: &'static Schema,
    pub(super) key: Vec<u8>,
    pub(super) action: PreparedAction,
}

pub(super) enum PreparedAction {
    Insert(NewRecord),
    Replace(Revision, NewRecord),
    Delete(Option<Revision>),
    Add(Vec<(&'static str, i64)>),
}

/// A record to be written, but for its revision, and its places in the indexes.
pub(super) struct NewRecord {
    pub(super) record: Vec<u8>,
    pub(super) entries: Vec<Entry>,
}

impl NewRecord {
    pub(super) fn new(schema: &Schema, key: &[u8], body: &[u8]) -> Result<Self> {
        let expires = fields::expiry(schema, body)?;
        Ok(Self { record: Record::write(key, expires, body), entries: layout::entries(schema, key, body)? })
    }
}

impl PreparedWrite {
    fn new(write: Write) -> Result<Self> {
        let (schema, key) = (write.schema, layout::encode_key(&write.key));
        let action = match write.action {
            Action::Insert { body } => PreparedAction::Insert(NewRecord::new(schema, &key, &body)?),
            Action::Replace { expect, body } => PreparedAction::Replace(expect, NewRecord::new(schema, &key, &body)?),
            Action::Delete { expect } => PreparedAction::Delete(expect),
            Action::Add { fields } => PreparedAction::Add(fields),
        };
        Ok(Self { schema, key, action })
    }

    fn size(&self) -> usize {
        match &self.action {
            PreparedAction::Insert(new) | PreparedAction::Replace(_, new) => {
                let entries = new.entries.iter().map(|entry| entry.bytes.len());
                self.key.len() + new.record.len() + entries.sum::<usize>()
            }
            PreparedAction::Delete(_) | PreparedAction::Add(_) => self.key.len(),
        }
    }
}
