//! `[outbound]`: whom this server believes and where it may go when it asks somebody else (see [`crate::outbound`]).

use std::fmt;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Deserializer};

use crate::outbound::AllowedHost;

/// `[outbound]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbound {
    /// Certificates that are trusted beside the well-known ones.
    pub trusted_ca: TrustedCa,
    /// Hosts that may be in a private network.
    pub allowed_hosts: Vec<AllowedHost>,
}

/// The certificates of a PEM file, read when the settings are.
#[derive(Clone)]
pub struct TrustedCa(RootCertStore);

impl TrustedCa {
    /// The certificates of a PEM text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_pem(text: &[u8]) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(text) {
            let certificate = certificate.map_err(|error| error.to_string())?;
            roots.add(certificate).map_err(|error| error.to_string())?;
        }
        if roots.is_empty() { Err("it holds no certificate".to_owned()) } else { Ok(Self(roots)) }
    }

    pub(crate) fn roots(&self) -> &RootCertStore {
        &self.0
    }
}

impl Default for TrustedCa {
    fn default() -> Self {
        Self(RootCertStore::empty())
    }
}

impl fmt::Debug for TrustedCa {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TrustedCa({} certificates)", self.0.len())
    }
}

impl<'de> Deserialize<'de> for TrustedCa {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = String::deserialize(deserializer)?;
        if path.is_empty() {
            return Ok(Self::default());
        }
        let unreadable = |cause: String| {
            serde::de::Error::custom(format!("\"{path}\" is not a file of certificates in PEM form: {cause}"))
        };
        let text = std::fs::read(&path).map_err(|error| unreadable(error.to_string()))?;
        Self::from_pem(&text).map_err(unreadable)
    }
}
