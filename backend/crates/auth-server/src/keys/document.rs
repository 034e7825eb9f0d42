//! `auth_keys`: one document a signing key, its secret sealed.

use serde::{Deserialize, Serialize};
use store::{Document, Schema, ShardKey, Time};

/// What a key signs. One key signs one kind of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyUse {
    Access,
    Refresh,
    IdToken,
}

/// A signing key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeyDocument {
    /// `access:1`: the use and a serial number, so that two replicas that start at once make the same document.
    pub id: String,
    /// The public name of the key.
    pub kid: String,
    /// The secret: 32 bytes, or an RSA private key in PKCS #8; sealed.
    pub sealed: String,
    pub created_at: Time,
}

impl KeyDocument {
    pub(crate) fn id_of(key_use: KeyUse, serial: u32) -> String {
        let name = match key_use {
            KeyUse::Access => "access",
            KeyUse::Refresh => "refresh",
            KeyUse::IdToken => "id_token",
        };
        format!("{name}:{serial}")
    }
}

impl Document for KeyDocument {
    type Key = String;
    const SCHEMA: &'static Schema = &Schema::new("auth_keys").shard_key(ShardKey::Key);

    fn key(&self) -> String {
        self.id.clone()
    }
}
