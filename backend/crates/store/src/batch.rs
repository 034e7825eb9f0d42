//! Writes that belong together: all of them happen, or none.

use crate::port::{Action, Write};
use crate::{Document, Error, Result, Revision, Store, StoreKey, Stored, fields};

/// The most writes that one batch may have.
const MAX_WRITES: usize = 1_000;

/// A batch of writes, over any collections. They happen in the order in which they were added, at one moment.
///
/// An error names the write that was refused, counted from 0: compare it with [`len`](Self::len) before that
/// write was added, or ask [`Error::is_duplicate_of`].
#[must_use = "a batch does nothing until it is committed"]
pub struct Batch {
    store: Store,
    writes: Vec<Write>,
    refused: Option<Error>,
}

impl Batch {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, writes: Vec::new(), refused: None }
    }

    /// Creates the document; `Duplicate` when its key or a unique value is taken.
    pub fn insert<D: Document>(&mut self, document: &D) -> &mut Self {
        self.write::<D>(&document.key(), document_body(document).map(|body| Action::Insert { body }))
    }

    /// Puts `new` in the place of what was read; `Stale` when somebody else was faster.
    pub fn replace<D: Document>(&mut self, stored: &Stored<D>, new: &D) -> &mut Self {
        self.replace_at(stored.revision, new)
    }

    /// Puts `new` in the place of the document with its key, if that is still at `expect`.
    pub fn replace_at<D: Document>(&mut self, expect: Revision, new: &D) -> &mut Self {
        self.write::<D>(&new.key(), document_body(new).map(|body| Action::Replace { expect, body }))
    }

    /// Removes the document, if there is one.
    pub fn delete<D: Document>(&mut self, key: &D::Key) -> &mut Self {
        self.write::<D>(key, Ok(Action::Delete { expect: None }))
    }

    /// Removes what was read; `Stale` when somebody else was faster.
    pub fn delete_at<D: Document>(&mut self, stored: &Stored<D>) -> &mut Self {
        self.write::<D>(&stored.key(), Ok(Action::Delete { expect: Some(stored.revision) }))
    }

    /// Adds to a field of a counter, which starts at 0 and is created when it is absent.
    pub fn add<D: Document>(&mut self, key: &D::Key, field: &'static str, difference: i64) -> &mut Self {
        self.add_all::<D>(key, &[(field, difference)])
    }

    /// Adds to several fields of a counter at once.
    pub fn add_all<D: Document>(&mut self, key: &D::Key, fields: &[(&'static str, i64)]) -> &mut Self {
        let fields = fields.to_vec();
        self.write::<D>(key, Ok(Action::Add { fields }))
    }

    /// How many writes there are so far: the number of the next one.
    pub fn len(&self) -> usize {
        self.writes.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Does all of it, or nothing. When it returns, it is durable. An empty batch does nothing.
    pub async fn commit(&mut self) -> Result<()> {
        let writes = std::mem::take(&mut self.writes);
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        if writes.is_empty() {
            return Ok(());
        }
        if writes.len() > MAX_WRITES {
            return Err(Error::Engine(format!("a batch of {} writes is too large", writes.len())));
        }
        self.store.engine().commit(writes, self.store.clock().now()).await
    }

    fn write<D: Document>(&mut self, key: &D::Key, action: Result<Action>) -> &mut Self {
        let counts = matches!(action, Ok(Action::Add { .. }));
        let action = action.and_then(|action| match action {
            Action::Delete { .. } => Ok(action),
            _ if counts == D::SCHEMA.counter => Ok(action),
            _ => Err(Error::Engine(format!("`{}`: only counters are added to, and only so", D::SCHEMA.collection))),
        });
        match action {
            Ok(action) => self.writes.push(Write { schema: D::SCHEMA, key: key.to_key(), action }),
            Err(error) => self.refused = self.refused.take().or(Some(error)),
        }
        self
    }
}

fn document_body<D: Document>(document: &D) -> Result<Vec<u8>> {
    if D::SCHEMA.counter {
        return Err(Error::Engine(format!("`{}`: only counters are added to, and only so", D::SCHEMA.collection)));
    }
    fields::encode(D::SCHEMA, document)
}
