//! The keys of the auth server: two HS256 rings, the key that signs ID tokens, and the seals.
//!
//! Signing keys lie in `auth_keys`, sealed under the master secret: every replica on one database signs with the same
//! keys without a file being copied around, a stolen database alone signs nothing, and a backup of the store is whole.
//! Seals, and the hash of client secrets, need no document: they are derived from the master secret by purpose.
//!
//! Keys are read once, at start. To add a kind of signing key, add a [`KeyUse`] and its line in [`Keys::open`].

mod document;
mod id_token;

use data_encoding::BASE64URL_NOPAD;
use httpkit::seal::Sealer;
use httpkit::services::Services;
use httpkit::tokens::{HmacKey, HmacRing};
use store::{Collection, Random, Time};

pub(crate) use document::{KeyDocument, KeyUse};
pub use id_token::{FreshKeys, KeySource, OneKeyForAll};
pub(crate) use id_token::{IdTokenKey, Jwk};

/// Why the signing keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(
        "the signing keys in the auth store were made under another master secret; \
         restore the file auth/secrets/master that belongs to this store"
    )]
    OtherMaster,
    #[error("no RSA key could be made")]
    Generation,
}

/// Every signing key.
pub(crate) struct Keys {
    /// Signs access tokens.
    pub access: HmacRing,
    /// The same keys for the resource server, the signing one first.
    pub access_keys: Vec<HmacKey>,
    /// Signs refresh tokens.
    pub refresh: HmacRing,
    /// Signs ID tokens.
    pub id_token: IdTokenKey,
}

impl Keys {
    /// Opens the keys; the first start makes them. Of replicas that start at once, one makes them and all use those.
    pub(crate) async fn open(services: &Services, source: &dyn KeySource) -> Result<Self, KeysError> {
        let vault = Vault {
            seal: Sealer::new("signing-keys", &services.secrets.derive("seal/signing-keys")),
            keys: services.store.collection(),
            random: &*services.random,
            now: services.clock.now(),
        };
        let access = vault.hmac(KeyUse::Access).await?;
        let refresh = vault.hmac(KeyUse::Refresh).await?;
        let id_token = vault.id_token(source).await?;
        Ok(Self { access: HmacRing::new(&access), access_keys: access, refresh: HmacRing::new(&refresh), id_token })
    }
}

/// Reads and makes sealed keys.
struct Vault<'a> {
    seal: Sealer,
    keys: Collection<KeyDocument>,
    random: &'a dyn Random,
    now: Time,
}

impl Vault<'_> {
    async fn hmac(&self, key_use: KeyUse) -> Result<Vec<HmacKey>, KeysError> {
        let draw = || {
            let mut secret = vec![0; 32];
            self.random.fill(&mut secret);
            Ok(secret)
        };
        let (kid, secret) = self.open_or_make(key_use, draw).await?;
        let secret = secret.try_into().map_err(|_| KeysError::OtherMaster)?;
        Ok(vec![HmacKey { kid, secret }])
    }

    async fn id_token(&self, source: &dyn KeySource) -> Result<IdTokenKey, KeysError> {
        let generate = || source.rsa_pkcs8().ok_or(KeysError::Generation);
        let (kid, pkcs8) = self.open_or_make(KeyUse::IdToken, generate).await?;
        IdTokenKey::from_pkcs8(kid, &pkcs8).ok_or(KeysError::OtherMaster)
    }

    async fn open_or_make(
        &self,
        key_use: KeyUse,
        make: impl FnOnce() -> Result<Vec<u8>, KeysError>,
    ) -> Result<(String, Vec<u8>), KeysError> {
        let first = KeyDocument::id_of(key_use, 1);
        if let Some(document) = self.keys.get(&first).await? {
            return self.unseal(&document);
        }
        let kid = self.draw_kid();
        let document =
            KeyDocument { id: first.clone(), kid, sealed: self.seal.seal(&make()?, self.random), created_at: self.now };
        match self.keys.insert(&document).await {
            Ok(()) => self.unseal(&document),
            Err(error) if error.is_duplicate_key() => {
                let winner = self.keys.get(&first).await?.ok_or(error)?;
                self.unseal(&winner)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn unseal(&self, document: &KeyDocument) -> Result<(String, Vec<u8>), KeysError> {
        let secret = self.seal.open(&document.sealed).map_err(|_| KeysError::OtherMaster)?;
        Ok((document.kid.clone(), secret))
    }

    fn draw_kid(&self) -> String {
        let mut kid = [0; 9];
        self.random.fill(&mut kid);
        BASE64URL_NOPAD.encode(&kid)
    }
}

/// What the auth server seals, each for its purpose alone, so that none opens as another.
pub(crate) struct Seals {
    /// A request that came by POST and comes back by GET.
    pub pushed: Sealer,
    /// A request that waits for a person.
    pub pending: Sealer,
    /// An authorization code.
    pub code: Sealer,
    /// The session cookie.
    pub session: Sealer,
}

impl Seals {
    pub(crate) fn new(services: &Services) -> Self {
        let sealer = |purpose| Sealer::new(purpose, &services.secrets.derive(&format!("seal/{purpose}")));
        Self { pushed: sealer("pushed"), pending: sealer("pending"), code: sealer("code"), session: sealer("session") }
    }
}
