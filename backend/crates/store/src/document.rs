//! What a slice implements to have its documents stored.

use std::ops::{Deref, DerefMut};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Schema, StoreKey};

/// A kind of document: a serde struct, its key, and the collection it lies in.
///
/// Any field names but `_id`, `_rev` and `_shard`, which are the store's. The one exception are counters
/// ([`Schema::counter`]): since `add` creates them field by field, the field of their key is named `_id`
/// (`#[serde(rename = "_id")]`) and filled in on reading, and every other field is an `i64` with `#[serde(default)]`.
///
/// An `Option` that is indexed and `None` keeps the document out of that index.
pub trait Document: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What it is found by.
    type Key: StoreKey;

    /// Its collection.
    const SCHEMA: &'static Schema;

    /// The key of this document; it never changes.
    fn key(&self) -> Self::Key;
}

/// Which writing of a document this is. No two writings of one key share it, also not across deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Revision(i64);

impl Revision {
    /// The revision that an engine wrote as this number.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The number that an engine stores.
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// A document as it was read, with the revision that a later write can be made conditional on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<D> {
    /// The document.
    pub document: D,
    /// Its revision.
    pub revision: Revision,
}

impl<D> Stored<D> {
    /// The document alone.
    pub fn into_document(self) -> D {
        self.document
    }
}

impl<D> Deref for Stored<D> {
    type Target = D;
    fn deref(&self) -> &D {
        &self.document
    }
}

impl<D> DerefMut for Stored<D> {
    fn deref_mut(&mut self) -> &mut D {
        &mut self.document
    }
}
