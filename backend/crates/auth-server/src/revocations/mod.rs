//! The revocation list: everything that ended while access tokens of it may still be alive.
//!
//! An entry is written in the batch that ends the thing ([`crate::core::Core::record_ended`]) and kept twice an access
//! token's life. Every replica of the resource server follows the list; [`follow`] is how. Ended grants, floors,
//! revisions are *not* read from here: they stand in their own documents, this list only tells those who do not look.

mod cursor;
mod document;
mod follow;
mod news;

pub(crate) use document::{BY_TOKEN, Revocation};
pub(crate) use follow::follow;
pub(crate) use news::News;
