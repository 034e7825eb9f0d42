//! What can go wrong in the store, in the few kinds that a caller treats differently.
//!
//! The words are for the log, not for people who use the product: a slice turns `Duplicate` and `Stale` into
//! sentences of its own, and everything else is the server's fault.

/// The name under which [`Error::Duplicate`] reports the primary key.
pub const KEY_INDEX: &str = "_id";

/// The result of a store operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A document with that key, or with those values of a unique index, exists. Nothing of the batch was done.
    #[error("write {write} of the batch would break the unique index `{index}`")]
    Duplicate {
        /// Which write of the batch, counted from 0.
        write: usize,
        /// The index's declared name; [`KEY_INDEX`] for the primary key.
        index: &'static str,
    },
    /// The document is no longer at the expected revision, or is gone. Nothing of the batch was done.
    #[error("write {write} of the batch expected another revision of its document")]
    Stale {
        /// Which write of the batch, counted from 0.
        write: usize,
    },
    /// A stored document does not have the shape that its type expects, or a new one cannot be written as BSON.
    #[error("a document of `{collection}` could not be read or written: {reason}")]
    Decode {
        /// The collection.
        collection: &'static str,
        /// What serde said.
        reason: String,
    },
    /// The engine cannot answer now and may be able to later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The engine failed, or was asked for what no engine does.
    #[error("the store failed: {0}")]
    Engine(String),
}

impl Error {
    /// Whether a document with the same value in that index stood in the way.
    pub fn is_duplicate_of(&self, name: &str) -> bool {
        matches!(self, Self::Duplicate { index, .. } if *index == name)
    }

    /// Whether a document with the same key stood in the way.
    pub fn is_duplicate_key(&self) -> bool {
        self.is_duplicate_of(KEY_INDEX)
    }

    /// Whether another writer was faster.
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Stale { .. })
    }
}
