//! How the servers remember: one small port, a typed layer written once above it, and engines below it.
//!
//! A slice declares its documents ([`Document`], [`Schema`]) and works with a [`Collection`] and a [`Batch`];
//! it never learns which engine keeps them. Time, randomness and ids live here too, since every stored
//! document is made of them, and both are handed in from outside ([`Clock`], [`Random`]).
//!
//! This crate has never heard of HTTP, of users or of tokens. There is no filter language: whatever a list
//! must be filtered by stands in the equality prefix of an [`Index`].
//!
//! To add an engine, implement [`port::Engine`] and let the conformance suite judge it. To add a kind of
//! document, see [`Document`]; nothing in this crate changes for it.

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod port;

mod batch;
mod body;
mod clock;
mod collection;
mod copying;
mod document;
mod embedded;
mod error;
mod fields;
mod id;
mod key;
mod memory;
#[cfg(feature = "mongodb")]
mod mongo;
mod query;
mod random;
mod schema;
mod store;
mod value;

pub use batch::Batch;
pub use body::Body;
pub use clock::{Clock, MockClock, SystemClock, Time, TimeError};
pub use collection::{Change, Collection};
pub use copying::{CopiedCollection, CopyOrder, Progress, Stage, is_half_copied};
pub use document::{Document, Revision, Stored};
pub use embedded::{Dump, Dumped, Embedded, Migration, Options, is_in_use, load_dump, migrate};
pub use error::{Error, KEY_INDEX, Result};
pub use id::{Id, IdError, IdLike, LogicalShard};
pub use key::{Key, StoreKey};
pub use memory::Memory;
#[cfg(feature = "mongodb")]
pub use mongo::{Mongo, MongoOptions};
pub use query::{MAX_PAGE, MAX_PREFIXES, Page, Position, Query};
pub use random::{Random, SeededRandom, SystemRandom};
pub use schema::{Index, Schema, ShardKey};
pub use store::Store;
pub use value::Value;

/// What the exported macros name; not part of the interface.
#[doc(hidden)]
pub mod private {
    pub use serde;
}
