//! The port: all that an engine has to do. The typed layer is written once on top of it.
//!
//! Engines know neither clock nor types: documents are BSON bytes, and the time comes with each call. What an
//! engine must do in detail is what the conformance suite tests; to add one, implement [`Engine`] and pass it.

use crate::query::Position;
use crate::{Body, Key, Result, Revision, Schema, Time, Value};

/// An engine: keeps BSON documents under keys, with indexes, in atomic batches.
#[async_trait::async_trait]
pub trait Engine: Send + Sync {
    /// Declares a collection and makes its indexes what the schema says, also over documents that are there
    /// already. Idempotent. All other calls refuse collections that were not declared.
    async fn ensure(&self, schema: &'static Schema) -> Result<()>;

    /// The documents under these keys, in the same order. One round trip for many.
    async fn get(&self, schema: &'static Schema, keys: &[Key], now: Time) -> Result<Vec<Option<Raw>>>;

    /// The documents that [`Scan`] describes, in its order.
    async fn scan(&self, scan: Scan) -> Result<Vec<Raw>>;

    /// Does all of these writes, one after the other, or none. Durable when it returns.
    async fn commit(&self, writes: Vec<Write>, now: Time) -> Result<()>;

    /// Finishes what was begun and lets go of files and connections. Later calls are `Unavailable`, but for this one.
    async fn close(&self) -> Result<()>;
}

/// A stored document as an engine returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Its key.
    pub key: Key,
    /// Its revision.
    pub revision: Revision,
    /// The BSON document as it was written, without anything of the engine's own.
    pub body: Body,
}

/// One write of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The collection.
    pub schema: &'static Schema,
    /// The document's key.
    pub key: Key,
    /// What to do.
    pub action: Action,
}

/// What a write does to its document. An expired document counts as absent, and never stands in the way of a
/// unique index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Creates it; `Duplicate` when it is there.
    Insert {
        /// The BSON document.
        body: Vec<u8>,
    },
    /// Puts another in its place; `Stale` when it is absent or not at this revision.
    Replace {
        /// The revision at which it was read.
        expect: Revision,
        /// The BSON document.
        body: Vec<u8>,
    },
    /// Removes it. With an expectation: `Stale` when it is absent or not at that revision, and an expired one is
    /// still removed (this is how the sweeper does its work). Without: nothing happens when it is absent.
    Delete {
        /// The revision at which it was read.
        expect: Option<Revision>,
    },
    /// Adds to integer fields, which start at 0; creates the document when it is absent. Counters only.
    Add {
        /// Field and difference.
        fields: Vec<(&'static str, i64)>,
    },
}

/// A read of documents in order: by an index, or by key.
///
/// The order is that of the index's ordered field and then the key; where the index has no ordered field, or there
/// is no index, of the key alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The collection.
    pub schema: &'static Schema,
    /// The index's name; `None` = by key.
    pub index: Option<&'static str>,
    /// The values of the index's fixed fields; several = one merge in order. Empty = nothing is found. By key, or
    /// where the index fixes no field: one empty prefix.
    pub prefixes: Vec<Vec<Value>>,
    /// Where the ordered field (or the key, where there is none) may begin.
    pub lower: Bound,
    /// Where it must end.
    pub upper: Bound,
    /// Only what comes after this position, in the direction of the scan.
    pub after: Option<Position>,
    /// The direction.
    pub direction: Direction,
    /// At most so many documents.
    pub limit: usize,
    /// The moment by which documents are visible or expired.
    pub now: Time,
    /// Which side of that moment to show.
    pub show: Show,
}

/// One end of a range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Bound {
    /// No end.
    #[default]
    Open,
    /// The value belongs to the range.
    Included(Value),
    /// The value does not.
    Excluded(Value),
}

/// The direction of a scan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// Small to great, old to new.
    #[default]
    Ascending,
    /// Great to small, new to old.
    Descending,
}

/// Which documents a scan shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Show {
    /// Those that have not expired.
    #[default]
    Visible,
    /// Only those that have: the sweeper's view.
    Expired,
}
