//! Where new private keys come from.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};

/// The kinds of private keys that sign ID tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA, 2048 bits; takes a tenth of a second to make.
    Rsa,
    /// Elliptic, on P-256.
    P256,
    /// Ed25519.
    Ed25519,
}

/// Where a new private key comes from.
pub trait KeySource: Send + Sync {
    /// A private key in PKCS #8 DER; `None` where the machine cannot make one.
    fn pkcs8(&self, kind: KeyKind) -> Option<Vec<u8>>;
}

/// The cryptographic library's own randomness, for what it draws by itself: key pairs, and the salt or nonce of a
/// signature. The one place outside the injected randomness.
#[expect(clippy::disallowed_methods, reason = "the library takes no bytes of ours for these")]
pub(super) fn library_random() -> SystemRandom {
    SystemRandom::new()
}

/// A new key each time: for production. Its randomness is the cryptographic library's own, the one exception to the
/// injected one: a key pair cannot be made from bytes that we draw.
#[derive(Clone, Copy, Debug, Default)]
pub struct FreshKeys;

impl KeySource for FreshKeys {
    fn pkcs8(&self, kind: KeyKind) -> Option<Vec<u8>> {
        let random = library_random();
        match kind {
            KeyKind::Rsa => {
                let key = KeyPair::generate(KeySize::Rsa2048).ok()?;
                let der: Pkcs8V1Der<'static> = key.as_der().ok()?;
                Some(der.as_ref().to_vec())
            }
            KeyKind::P256 => {
                let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok()?;
                Some(der.as_ref().to_vec())
            }
            KeyKind::Ed25519 => Some(Ed25519KeyPair::generate_pkcs8v1(&random).ok()?.as_ref().to_vec()),
        }
    }
}

/// One RSA key for the whole process, made when it is first needed: for tests, where a key each would cost more than all
/// the rest. Never for production: two deployments would share it.
#[derive(Clone, Copy, Debug, Default)]
pub struct OneKeyForAll;

impl KeySource for OneKeyForAll {
    fn pkcs8(&self, kind: KeyKind) -> Option<Vec<u8>> {
        static RSA: OnceLock<Option<Vec<u8>>> = OnceLock::new();
        match kind {
            KeyKind::Rsa => RSA.get_or_init(|| FreshKeys.pkcs8(kind)).clone(),
            KeyKind::P256 | KeyKind::Ed25519 => FreshKeys.pkcs8(kind),
        }
    }
}
