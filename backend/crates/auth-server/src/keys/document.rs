//! `auth_keys`: one document a signing key, its secret sealed.

use serde::{Deserialize, Serialize};
use store::{Document, Schema, ShardKey, Time};

use crate::clients::SigningAlgorithm;

/// What a key is for. One key is for one kind of token and one algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum KeyUse {
    /// Signs access tokens, HS256.
    Access,
    /// Signs refresh tokens, HS256.
    Refresh,
    /// Seals what comes back unread: codes, requests, the session cookie.
    Seal,
    /// Signs ID tokens and logout tokens.
    IdToken(SigningAlgorithm),
}

impl KeyUse {
    /// Every one, in the order in which they are listed.
    pub(crate) const ALL: [Self; 7] = [
        Self::Access,
        Self::Refresh,
        Self::Seal,
        Self::IdToken(SigningAlgorithm::Rs256),
        Self::IdToken(SigningAlgorithm::Ps256),
        Self::IdToken(SigningAlgorithm::Es256),
        Self::IdToken(SigningAlgorithm::EdDsa),
    ];

    /// Its name in ids. Never changes.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Seal => "seal",
            Self::IdToken(SigningAlgorithm::Rs256) => "id_token",
            Self::IdToken(SigningAlgorithm::Ps256) => "id_token_ps256",
            Self::IdToken(SigningAlgorithm::Es256) => "id_token_es256",
            Self::IdToken(SigningAlgorithm::EdDsa) => "id_token_eddsa",
        }
    }

    /// What it does, for people.
    pub(crate) const fn algorithm(self) -> &'static str {
        match self {
            Self::Access | Self::Refresh => "HS256",
            Self::Seal => "A256GCM",
            Self::IdToken(algorithm) => algorithm.name(),
        }
    }
}

/// A key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyDocument {
    /// `access:1`: the use and a serial number, so that two replicas that make the next key make the same document.
    pub id: String,
    /// The public name of the key.
    pub kid: String,
    /// The secret: 32 bytes, or a private key in PKCS #8; sealed.
    pub sealed: String,
    pub created_at: Time,
    /// When it begins to sign; until then it is only published. Absent of the first of its use, which signed at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signs_from: Option<Time>,
    /// When an operator retired it before its time. From then on nothing that it made is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Time>,
}

impl KeyDocument {
    pub(crate) fn id_of(key_use: KeyUse, serial: u32) -> String {
        format!("{}:{serial}", key_use.name())
    }

    /// What it is for, and the how-manieth; nothing where it was made by a later version for something else.
    pub(crate) fn place(&self) -> Option<(KeyUse, u32)> {
        let (name, serial) = self.id.rsplit_once(':')?;
        let key_use = KeyUse::ALL.into_iter().find(|key_use| key_use.name() == name)?;
        Some((key_use, serial.parse().ok()?))
    }

    pub(crate) fn signs_from(&self) -> Time {
        self.signs_from.unwrap_or(self.created_at)
    }
}

impl Document for KeyDocument {
    type Key = String;
    const SCHEMA: &'static Schema = &Schema::new("auth_keys").shard_key(ShardKey::Key);

    fn key(&self) -> String {
        self.id.clone()
    }
}
