//! One proof: a JWT that its own key signs for one request (RFC 9449 section 4).

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, Method};
use serde::Deserialize;
use serde_json::{Map, Value};
use store::Time;

use super::key::PublicKey;
use super::{DPOP, Nonces, Places, hash};

/// Room for a 4096-bit key with its signature and long addresses.
const LONGEST: usize = 8 * 1024;
const LONGEST_JTI: usize = 256;
/// How old a proof may be, by the clock of who made it, and how far ahead (FAPI 2.0 allows 10 and forbids 60 seconds).
const OLDEST: i64 = Duration::from_secs(120).as_secs().cast_signed();
const AHEAD: i64 = Duration::from_secs(30).as_secs().cast_signed();

/// A proof whose key signed it. What it says is judged by [`Proof::judge`].
#[derive(Debug)]
pub struct Proof {
    thumbprint: String,
    claims: Claims,
}

#[derive(Debug, Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    #[serde(default)]
    ath: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    typ: String,
    alg: String,
    jwk: Map<String, Value>,
    /// Names what a reader must understand (RFC 7515 section 4.1.11); there is nothing of the kind that we do.
    #[serde(default)]
    crit: Option<Value>,
}

/// The request that a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its path as it came over the wire.
    pub path: &'a str,
    /// The access token that comes with it, at a resource.
    pub access_token: Option<&'a str>,
}

/// What is wrong with a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It cannot be accepted at all; why, in a sentence.
    #[error("{0}")]
    Invalid(&'static str),
    /// It lacks a nonce of this server, or has one that is too old.
    #[error("Use the nonce of the header DPoP-Nonce in a new proof")]
    NonceWanted,
}

impl Proof {
    /// The proof among `headers`, if there is one.
    ///
    /// # Errors
    /// [`ProofError::Invalid`] where there are several, or where it is none that its own key signed.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, ProofError> {
        let mut sent = headers.get_all(DPOP).iter();
        let Some(value) = sent.next() else { return Ok(None) };
        if sent.next().is_some() {
            return Err(ProofError::Invalid("Send one header DPoP, not several"));
        }
        let text = value.to_str().map_err(|_| ProofError::Invalid("The DPoP proof cannot be read"))?;
        Self::read(text).map(Some)
    }

    /// Reads `jwt` and verifies its signature with the key that it brings.
    ///
    /// # Errors
    /// [`ProofError::Invalid`].
    pub fn read(jwt: &str) -> Result<Self, ProofError> {
        let unreadable = || ProofError::Invalid("The DPoP proof cannot be read");
        if jwt.len() > LONGEST {
            return Err(ProofError::Invalid("The DPoP proof is too long"));
        }
        let (message, signature) = jwt.rsplit_once('.').ok_or_else(unreadable)?;
        let (header, claims) = message.split_once('.').ok_or_else(unreadable)?;
        let header: Header = part(header).ok_or_else(unreadable)?;
        if header.typ != "dpop+jwt" {
            return Err(ProofError::Invalid("The DPoP proof must have the type dpop+jwt"));
        }
        if header.crit.is_some() {
            return Err(unreadable());
        }
        let key = PublicKey::read(&header.jwk)
            .ok_or(ProofError::Invalid("The DPoP proof must bring a public key for one of the supported algorithms"))?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).map_err(|_| unreadable())?;
        if !key.signed(&header.alg, message.as_bytes(), &signature) {
            return Err(ProofError::Invalid("The DPoP proof is not signed by its own key with a supported algorithm"));
        }
        let claims: Claims = part(claims).ok_or_else(unreadable)?;
        if claims.jti.is_empty() || claims.jti.len() > LONGEST_JTI {
            return Err(ProofError::Invalid("The jti of the DPoP proof must have 1 to 256 characters"));
        }
        Ok(Self { thumbprint: key.thumbprint(), claims })
    }

    /// Compares what was signed with the request: method, address, token, time, and at last the nonce. Returns when the
    /// nonce was given out; the proof may be remembered as seen from then on for [`super::NONCE_LIFE`], after which no
    /// copy of it is good.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn judge(
        &self,
        expected: Expected<'_>,
        places: &Places,
        nonces: &Nonces,
        now: Time,
    ) -> Result<Time, ProofError> {
        let Claims { htm, htu, iat, ath, nonce, .. } = &self.claims;
        if htm != expected.method.as_str() {
            return Err(ProofError::Invalid("The DPoP proof was made for another method (htm)"));
        }
        if !places.is_at(htu, expected.path) {
            return Err(ProofError::Invalid("The DPoP proof was made for another address (htu)"));
        }
        if expected.access_token.is_some_and(|token| ath.as_deref() != Some(hash(token.as_bytes()).as_str())) {
            return Err(ProofError::Invalid("The DPoP proof was made for another access token (ath)"));
        }
        let age = now.as_seconds().saturating_sub(*iat);
        if !(-AHEAD..=OLDEST).contains(&age) {
            return Err(ProofError::Invalid("The DPoP proof is too old, or from the future (iat)"));
        }
        nonce.as_deref().and_then(|nonce| nonces.open(nonce, now)).ok_or(ProofError::NonceWanted)
    }

    /// The thumbprint of its key (RFC 7638): `jkt`.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// What tells this proof from every other one of every key.
    pub fn id(&self) -> String {
        hash(format!("{}.{}", self.thumbprint, self.claims.jti).as_bytes())
    }
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()
}
