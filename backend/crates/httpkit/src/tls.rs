//! TLS at our own door: a certificate that is read again when its files change.
//!
//! rustls does the work, with aws-lc-rs. Certificates live a few weeks today and are renewed by a program beside us
//! (certbot, lego), which knows nothing of Tapri: so the files are looked at again and again, and what does not fit is
//! refused with a line in the log while the old certificate goes on. HTTP/1.1 only, as everywhere ([`crate::serve`]).

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Why a certificate cannot be used, in one sentence.
#[derive(Debug)]
pub struct CertificateError(String);

impl fmt::Display for CertificateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for CertificateError {}

/// A certificate in two PEM files: the chain, ours first, and its private key. Clones share it.
#[derive(Clone)]
pub struct Certificate(Arc<Files>);

struct Files {
    chain: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
    /// What the files looked like when they were last read, whether they fitted or not.
    seen: Mutex<[Look; 2]>,
}

/// Enough of a file to see that it is another one: a renewal replaces it, which moves both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    modified: Option<std::time::SystemTime>,
    length: u64,
}

impl Certificate {
    /// Reads the files.
    ///
    /// # Errors
    /// When one of them cannot be read, or they do not belong together.
    pub fn open(chain: &Path, key: &Path) -> Result<Self, CertificateError> {
        let seen = [look(chain), look(key)];
        let current = read(chain, key)?;
        let (chain, key) = (chain.to_owned(), key.to_owned());
        Ok(Self(Arc::new(Files { chain, key, current: RwLock::new(Arc::new(current)), seen: Mutex::new(seen) })))
    }

    /// Reads the files again if they have changed, and tells whether the certificate is another one now.
    ///
    /// # Errors
    /// As [`Certificate::open`], once for each change; the certificate stays what it was.
    pub fn refresh(&self) -> Result<bool, CertificateError> {
        let Files { chain, key, current, seen } = &*self.0;
        let now = [look(chain), look(key)];
        if std::mem::replace(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner), now) == now {
            return Ok(false);
        }
        let fresh = read(chain, key)?;
        *current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        Ok(true)
    }

    /// Looks at the files until `stop`.
    pub async fn follow(self, stop: CancellationToken) {
        while tokio::time::timeout(LOOK_EVERY, stop.cancelled()).await.is_err() {
            match self.refresh() {
                Ok(false) => {}
                Ok(true) => tracing::info!("tls.renewed: the new certificate is used from now on"),
                Err(error) => tracing::error!(%error, "tls.refused: the old certificate stays, since {error}"),
            }
        }
    }

    /// How connections are answered with it: TLS 1.2 and 1.3.
    pub(crate) fn acceptor(&self) -> tokio_rustls::TlsAcceptor {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows the protocol versions that are safe")
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.0) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Arc::new(config).into()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("chain", &self.chain)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn look(path: &Path) -> Look {
    // A file that is gone looks like an empty one; reading it says the rest.
    fs::metadata(path)
        .map_or(Look { modified: None, length: 0 }, |file| Look { modified: file.modified().ok(), length: file.len() })
}

fn read(chain: &Path, key: &Path) -> Result<CertifiedKey, CertificateError> {
    let wrong = |path: &Path, what: &str| CertificateError(format!("{} {what}", path.display()));
    let certificates = CertificateDer::pem_slice_iter(&bytes(chain)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| wrong(chain, "holds a certificate that is not valid PEM"))?;
    if certificates.is_empty() {
        return Err(wrong(chain, "holds no certificate in PEM form"));
    }
    let private =
        PrivateKeyDer::from_pem_slice(&bytes(key)?).map_err(|_| wrong(key, "holds no private key in PEM form"))?;
    CertifiedKey::from_der(certificates, private, &default_provider()).map_err(|error| {
        CertificateError(format!("{} and {} do not belong together: {error}", chain.display(), key.display()))
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).map_err(|error: io::Error| CertificateError(format!("{} cannot be read: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use rcgen::CertifiedKey as Made;
    use tempfile::TempDir;

    use super::*;

    /// A folder with a certificate for `name`, as a renewal leaves it.
    fn renew(folder: &TempDir, name: &str) -> Made<rcgen::KeyPair> {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        fs::write(folder.path().join("chain.pem"), made.cert.pem()).unwrap();
        fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        made
    }

    fn open(folder: &TempDir) -> Result<Certificate, CertificateError> {
        Certificate::open(&folder.path().join("chain.pem"), &folder.path().join("key.pem"))
    }

    fn shown(certificate: &Certificate) -> Vec<u8> {
        certificate.0.current.read().unwrap().end_entity_cert().unwrap().to_vec()
    }

    #[test]
    fn a_renewed_certificate_is_used_without_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let first = renew(&folder, "tapri.example");
        let certificate = open(&folder).unwrap();
        assert_eq!(shown(&certificate), first.cert.der().to_vec());
        assert!(!certificate.refresh().unwrap(), "nothing has changed");

        let second = renew(&folder, "another-name.tapri.example");
        assert!(certificate.refresh().unwrap());
        assert_eq!(shown(&certificate), second.cert.der().to_vec());
    }

    #[test]
    fn a_renewal_that_does_not_fit_changes_nothing_and_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = renew(&folder, "tapri.example");
        let certificate = open(&folder).unwrap();
        let foreign = rcgen::KeyPair::generate().unwrap().serialize_pem();
        fs::write(folder.path().join("key.pem"), format!("{foreign}\n\n")).unwrap();
        let words = certificate.refresh().unwrap_err().to_string();
        assert!(words.contains("do not belong together"), "{words}");
        assert!(!certificate.refresh().unwrap());
        assert_eq!(shown(&certificate), first.cert.der().to_vec());
    }

    #[test]
    fn what_is_no_certificate_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let words = open(&folder).unwrap_err().to_string();
        assert!(words.contains("chain.pem cannot be read"), "{words}");
        renew(&folder, "tapri.example");
        fs::write(folder.path().join("chain.pem"), "hello").unwrap();
        let words = open(&folder).unwrap_err().to_string();
        assert!(words.ends_with("chain.pem holds no certificate in PEM form"), "{words}");
    }
}
