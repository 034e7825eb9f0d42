//! Reads and makes sealed keys. What a key is at a moment is `rings`'; when the next one is made, `rotation`'s.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use httpkit::seal::Sealer;
use httpkit::services::Services;
use store::{Collection, Query, Random, Stored, Time};

use super::document::{KeyDocument, KeyUse};
use super::rings::{Material, OpenedKey};
use super::signing::{SigningKey, kind_of};
use super::source::KeySource;
use super::{KeyResult, KeysError};

/// More than there ever are: seven uses, of each a few.
const MOST: usize = 500;

/// The collection, and what opens it.
pub(super) struct Vault {
    seal: Sealer,
    keys: Collection<KeyDocument>,
    random: Arc<dyn Random>,
    source: Arc<dyn KeySource>,
}

impl Vault {
    pub(super) fn new(services: &Services, source: Arc<dyn KeySource>) -> Self {
        Self {
            seal: Sealer::new("signing-keys", &services.secrets.derive("seal/signing-keys")),
            keys: services.store.collection(),
            random: Arc::clone(&services.random),
            source,
        }
    }

    /// Every key. What is parsed in `known` already is not parsed again.
    pub(super) async fn open(&self, known: &[OpenedKey]) -> KeyResult<Vec<OpenedKey>> {
        let documents = self.keys.scan(Query::by_key().limit(MOST)).await?.into_documents();
        let opened = documents.into_iter().filter_map(|document| {
            let (key_use, serial) = document.place()?;
            let same = |key: &&OpenedKey| key.key_use == key_use && key.serial == serial && key.kid == document.kid;
            Some(match known.iter().find(same) {
                Some(key) => Ok(OpenedKey { retired_at: document.retired_at, ..key.clone() }),
                None => self.unseal(&document, key_use, serial),
            })
        });
        opened.collect()
    }

    /// Makes the key `serial` of `key_use`, to sign from `signs_from`, unless somebody else has made it by now.
    pub(super) async fn make(&self, key_use: KeyUse, serial: u32, now: Time, signs_from: Time) -> KeyResult<()> {
        match self.keys.insert(&self.new_key(key_use, serial, now, signs_from).await?).await {
            Ok(()) => Ok(()),
            Err(error) if error.is_duplicate_key() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// A key that nobody knows yet.
    pub(super) async fn new_key(
        &self,
        key_use: KeyUse,
        serial: u32,
        now: Time,
        signs_from: Time,
    ) -> KeyResult<KeyDocument> {
        let secret = self.draw(key_use).await?;
        Ok(KeyDocument {
            id: KeyDocument::id_of(key_use, serial),
            kid: self.draw_kid(),
            sealed: self.seal.seal(&secret, &*self.random),
            created_at: now,
            signs_from: Some(signs_from),
            retired_at: None,
        })
    }

    /// A key as it is stored now.
    pub(super) async fn find(&self, key_use: KeyUse, serial: u32) -> KeyResult<Option<Stored<KeyDocument>>> {
        Ok(self.keys.get(&KeyDocument::id_of(key_use, serial)).await?)
    }

    /// Forgets a key.
    pub(super) async fn forget(&self, id: &str) -> KeyResult<()> {
        Ok(self.keys.delete(&id.to_owned()).await?)
    }

    async fn draw(&self, key_use: KeyUse) -> KeyResult<Vec<u8>> {
        let KeyUse::IdToken(algorithm) = key_use else {
            let mut secret = vec![0; 32];
            self.random.fill(&mut secret);
            return Ok(secret);
        };
        // An RSA key takes long enough to be felt by whoever else this thread serves.
        let source = Arc::clone(&self.source);
        let made = tokio::task::spawn_blocking(move || source.pkcs8(kind_of(algorithm))).await;
        made.ok().flatten().ok_or(KeysError::Generation)
    }

    fn unseal(&self, document: &KeyDocument, key_use: KeyUse, serial: u32) -> KeyResult<OpenedKey> {
        let secret: Vec<u8> = self.seal.open(&document.sealed).map_err(|_| KeysError::OtherMaster)?;
        let material = match key_use {
            KeyUse::IdToken(algorithm) => {
                let pair = SigningKey::from_pkcs8(document.kid.clone(), algorithm, &secret);
                Material::Pair(Arc::new(pair.ok_or(KeysError::OtherMaster)?))
            }
            KeyUse::Access | KeyUse::Refresh | KeyUse::Seal => {
                Material::Secret(secret.try_into().map_err(|_| KeysError::OtherMaster)?)
            }
        };
        Ok(OpenedKey {
            key_use,
            serial,
            kid: document.kid.clone(),
            created_at: document.created_at,
            signs_from: document.signs_from(),
            retired_at: document.retired_at,
            material,
        })
    }

    fn draw_kid(&self) -> String {
        let mut kid = [0; 9];
        self.random.fill(&mut kid);
        BASE64URL_NOPAD.encode(&kid)
    }
}
