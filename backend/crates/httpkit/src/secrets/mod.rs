//! What a server must keep to itself: its master secret, and the credential by which the two servers know each other.
//!
//! Both are made at first start and lie in the data directory, readable by their owner only. Nobody uses the master
//! secret itself: every purpose (cursors, seals, keys) gets a key of its own by [`Secrets::derive`], so that a leak of
//! one says nothing about another. To need a new key, think of a purpose no one else has; nothing is stored for it.

mod files;

use std::fmt;

use aws_lc_rs::hkdf;
use store::Random;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::settings::{Secret, Settings};

pub use files::SecretsError;

const MASTER_LENGTH: usize = 32;
const CREDENTIAL_FILE: &str = "service-credential";
const MASTER_FILE: &str = "secrets/master";
/// Part of every derivation: a change here changes every key of the house.
const DERIVATION: &[u8] = b"tapri/1/";

/// Which of the two servers a process is; each has its own directory in the data directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// The auth server.
    Auth,
    /// The resource server.
    Resource,
}

impl Server {
    /// The name of its directory, and the prefix of its collections.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Resource => "resource",
        }
    }
}

/// The secrets of one server. Neither prints nor leaves memory behind.
pub struct Secrets {
    master: Zeroizing<[u8; MASTER_LENGTH]>,
    service: ServiceCredential,
}

impl Secrets {
    /// Opens the secrets of `server` in `settings.data`; the first start draws them from `random`.
    ///
    /// # Errors
    /// One sentence with its cure, where a file cannot be made, is open to others, or is not what was written.
    pub fn open(settings: &Settings, server: Server, random: &dyn Random) -> Result<Self, SecretsError> {
        let path = settings.data.join(server.name()).join(MASTER_FILE);
        let bytes = files::read_or_create(&path, || {
            let mut bytes = Zeroizing::new(vec![0; MASTER_LENGTH]);
            random.fill(&mut bytes);
            bytes
        })?;
        let master = <[u8; MASTER_LENGTH]>::try_from(bytes.as_slice()).map_err(|_| {
            SecretsError::wrong_content(&path, &format!("{} bytes instead of {MASTER_LENGTH}", bytes.len()))
        })?;
        Ok(Self { master: Zeroizing::new(master), service: ServiceCredential::open(settings, random)? })
    }

    /// Secrets that live in memory alone, for tests of one server or of a part of it.
    pub fn in_memory(random: &dyn Random) -> Self {
        let mut master = Zeroizing::new([0; MASTER_LENGTH]);
        random.fill(master.as_mut());
        Self { master, service: ServiceCredential(Secret::new(&*draw_credential(random))) }
    }

    /// The key for `purpose`: HKDF-SHA256 (RFC 5869) of the master secret. The same purpose gives the same key for ever.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        derive(self.master.as_ref(), purpose)
    }

    /// The credential that both servers share.
    pub fn service(&self) -> &ServiceCredential {
        &self.service
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets [redacted]")
    }
}

/// The credential that the resource server shows to the auth server, and that a gateway of its own process proves.
#[derive(Clone, Debug)]
pub struct ServiceCredential(Secret);

impl ServiceCredential {
    /// The configured credential, else the one in the data directory, which the first who comes makes.
    ///
    /// # Errors
    /// As [`Secrets::open`].
    pub fn open(settings: &Settings, random: &dyn Random) -> Result<Self, SecretsError> {
        if let Some(credential) = &settings.service.credential {
            return Ok(Self(credential.clone()));
        }
        let path = settings.data.join(CREDENTIAL_FILE);
        let bytes = files::read_or_create(&path, || Zeroizing::new(draw_credential(random).as_bytes().to_vec()))?;
        let text = std::str::from_utf8(&bytes).map(str::trim_ascii_end).unwrap_or_default();
        if text.len() < 32 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SecretsError::wrong_content(&path, "no credential of at least 32 characters"));
        }
        Ok(Self(Secret::new(text)))
    }

    /// The text to send as `Authorization: Bearer`, to the auth server's internal routes only.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Whether `presented` is this credential, in a time that tells nothing about it.
    pub fn matches(&self, presented: &[u8]) -> bool {
        self.0.expose().as_bytes().ct_eq(presented).into()
    }

    /// What one of our own forwarders shows to be believed about whom it forwards; it opens no internal route.
    pub fn forwarder_proof(&self) -> Secret {
        let key = Zeroizing::new(derive(self.0.expose().as_bytes(), "forwarder"));
        Secret::new(data_encoding::BASE64URL_NOPAD.encode(key.as_ref()))
    }

    /// What hides names and addresses in the counts that all machines share.
    pub(crate) fn limits_key(&self) -> [u8; 32] {
        derive(self.0.expose().as_bytes(), "limits")
    }
}

fn draw_credential(random: &dyn Random) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; MASTER_LENGTH]);
    random.fill(bytes.as_mut());
    Zeroizing::new(data_encoding::BASE64URL_NOPAD.encode(bytes.as_ref()))
}

/// The key for `purpose` under a secret of one's own, as [`Secrets::derive`] makes them from the master secret.
pub fn derive(secret: &[u8], purpose: &str) -> [u8; 32] {
    struct Length;
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            32
        }
    }
    let extracted = hkdf::Salt::none(hkdf::HKDF_SHA256).extract(secret);
    let info = [DERIVATION, purpose.as_bytes()];
    let mut key = [0; 32];
    extracted
        .expand(&info, Length)
        .and_then(|output| output.fill(&mut key))
        .expect("32 bytes are within what HKDF-SHA256 can give");
    key
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use store::{SeededRandom, SystemRandom};

    use super::*;

    fn open(data: &Path, server: Server) -> Result<Secrets, String> {
        Secrets::open(&Settings::for_tests(data), server, &SystemRandom).map_err(|error| error.to_string())
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_first_start_makes_secrets_and_the_second_finds_them() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let first = open(&data, Server::Auth).unwrap();
        let second = open(&data, Server::Auth).unwrap();
        let other = open(&data, Server::Resource).unwrap();
        assert_eq!(first.derive("cursor"), second.derive("cursor"));
        assert_ne!(first.derive("cursor"), first.derive("seal"));
        assert_ne!(first.derive("cursor"), other.derive("cursor"), "each server has its own");
        assert_eq!(first.service().expose(), other.service().expose(), "one credential for both");
        for path in ["auth/secrets/master", "resource/secrets/master", "service-credential"] {
            assert_eq!(mode(&data.join(path)), 0o600, "{path}");
        }
        for path in ["", "auth", "auth/secrets"] {
            assert_eq!(mode(&data.join(path)), 0o700, "{path}");
        }
        let left_over = std::fs::read_dir(data.join("auth/secrets")).unwrap().count();
        assert_eq!(left_over, 1, "no temporary file stays");
    }

    #[test]
    fn derivation_is_hkdf_as_the_rfc_says() {
        // Made with Python's hmac: SHA-256, no salt, 32 bytes of 0x0b, info "tapri/1/cursor".
        let expected = "6ef59ba00ba4eda37da727b7e9226d22e0afdc1fdd8a1810d04cb6d435dce3bf";
        assert_eq!(data_encoding::HEXLOWER.encode(&derive(&[0x0b; 32], "cursor")), expected);
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused_with_the_cure() {
        let directory = tempfile::tempdir().unwrap();
        open(directory.path(), Server::Auth).unwrap();
        let file = directory.path().join("auth/secrets/master");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let words = open(directory.path(), Server::Auth).unwrap_err();
        let path = file.display();
        assert_eq!(words, format!("the secret {path} is open to other users of this machine; run: chmod 600 {path}"));
    }

    #[test]
    fn a_damaged_secret_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        open(directory.path(), Server::Auth).unwrap();
        let file = directory.path().join("auth/secrets/master");
        std::fs::write(&file, b"short").unwrap();
        let words = open(directory.path(), Server::Auth).unwrap_err();
        assert!(words.contains("5 bytes instead of 32") && words.contains("restore it from a backup"), "{words}");
        assert_eq!(std::fs::read(&file).unwrap(), b"short");
    }

    #[test]
    fn the_configured_credential_wins_over_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::for_tests(directory.path());
        settings.service.credential = Some(Secret::new("0123456789abcdef0123456789abcdef"));
        let secrets = Secrets::open(&settings, Server::Auth, &SystemRandom).unwrap();
        assert!(secrets.service().matches(b"0123456789abcdef0123456789abcdef"));
        assert!(!secrets.service().matches(b"0123456789abcdef0123456789abcdee"));
        assert!(!directory.path().join("service-credential").exists());
    }

    #[test]
    fn nothing_secret_prints() {
        let secrets = Secrets::in_memory(&SeededRandom::new(1));
        let printed = format!("{secrets:?} {:?} {:?}", secrets.service(), secrets.service().forwarder_proof());
        assert_eq!(printed, "Secrets [redacted] ServiceCredential([redacted]) [redacted]");
    }
}
