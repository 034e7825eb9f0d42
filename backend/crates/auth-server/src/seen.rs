//! `auth_jti`: the ids of what may be shown once, until it could not be shown any more: DPoP proofs at the endpoints for
//! programs, and the assertions with which apps prove who they are. An id is kept as a hash, so that nobody chooses what
//! lies in the store.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use store::{Document, Schema, ShardKey, Time};

use crate::core::Core;
use crate::error::Result;

/// What may be shown once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Once {
    /// A DPoP proof (RFC 9449 section 11.1).
    Proof,
    /// A client assertion (RFC 7523 section 3).
    Assertion,
}

/// Something that was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub id: String,
    /// Afterwards it is no longer good anyway.
    pub until: Time,
}

impl Document for Seen {
    type Key = String;
    const SCHEMA: &'static Schema = &Schema::new("auth_jti").expires("until").shard_key(ShardKey::Key);

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// Whether this is the first time that `id` is shown by `owner` (the app, or the key); it is remembered until `until`. Of
/// all who ask at once, one hears yes.
///
/// # Errors
/// The store's.
pub(crate) async fn is_first(core: &Core, what: Once, owner: &str, id: &str, until: Time) -> Result<bool> {
    let kind = match what {
        Once::Proof => "proof",
        Once::Assertion => "assertion",
    };
    // The length keeps one owner's id from being read as part of another owner's.
    let text = format!("{kind} {} {owner} {id}", owner.len());
    let seen = Seen { id: BASE64URL_NOPAD.encode(digest(&SHA256, text.as_bytes()).as_ref()), until };
    match core.seen.insert(&seen).await {
        Ok(()) => Ok(true),
        Err(error) if error.is_duplicate_key() => Ok(false),
        Err(error) => Err(error.into()),
    }
}
