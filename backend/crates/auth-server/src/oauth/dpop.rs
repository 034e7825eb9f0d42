//! DPoP (RFC 9449) at the endpoints for programs: with which key an app binds what it gets.
//!
//! A proof always needs a nonce of ours, which is judged before anything of the proof is stored: so that nobody fills the
//! store with proofs made elsewhere, and none can be made ahead of time. Whoever has no nonce yet is told one.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use httpkit::dpop::{DPOP_NONCE, Expected, NONCE_LIFE, Nonces, Places, Proof, ProofError, is_thumbprint};
use httpkit::secrets::Secrets;
use httpkit::settings::Settings;
use httpkit::{Kind, context};

use super::answer::{OAuthError, OAuthErrorBody, uncached};
use super::params::Params;
use crate::clients::Client;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::seen::{self, Once};

/// What proofs are judged by.
pub(crate) struct ProofRules {
    places: Places,
    nonces: Nonces,
}

impl ProofRules {
    pub(crate) fn new(settings: &Settings, secrets: &Secrets) -> Self {
        let origins = std::iter::once(&settings.origin).chain(&settings.former_origins).cloned();
        Self { places: Places::new(origins), nonces: Nonces::new(&secrets.derive("dpop-nonces")) }
    }
}

/// The thumbprint of the key that a POST to `path` proves to have; nothing where it brings no proof.
///
/// # Errors
/// `use_dpop_nonce` with a nonce; `invalid_dpop_proof`, also for a proof that was shown before.
pub(crate) async fn proved_key(core: &Core, headers: &HeaderMap, path: &str) -> Result<Option<String>, OAuthError> {
    let Some(proof) = Proof::of(headers).map_err(|error| refuse(core, error))? else { return Ok(None) };
    let expected = Expected { method: &Method::POST, path, access_token: None };
    let rules = &core.proof_rules;
    let issued =
        proof.judge(expected, &rules.places, &rules.nonces, core.now()).map_err(|error| refuse(core, error))?;
    // A copy of it is no longer good once the nonce is too old.
    let until = issued + NONCE_LIFE;
    if !seen::is_first(core, Once::Proof, proof.thumbprint(), &proof.id(), until).await? {
        return Err(invalid("The DPoP proof was used before (jti)").into());
    }
    // The answer brings the nonce for the next proof, whatever becomes of the request (RFC 9449 section 8.2).
    context::note_nonce(next_nonce(core));
    Ok(Some(proof.thumbprint().to_owned()))
}

/// The same at the token endpoint, where some apps must bring a proof (RFC 9449 section 5.2).
///
/// # Errors
/// As [`proved_key`]; `invalid_dpop_proof` where `client` must bring a proof and brings none.
pub(crate) async fn token_key(
    core: &Core,
    headers: &HeaderMap,
    path: &str,
    client: &Client,
) -> Result<Option<String>, OAuthError> {
    match proved_key(core, headers, path).await? {
        None if client.binds_tokens() => Err(invalid("This app gets only tokens that are bound by DPoP").into()),
        key => Ok(key),
    }
}

/// The key to which an authorization request binds its code: by `dpop_jkt`, or by a proof that came with a pushed request
/// (RFC 9449 section 10).
///
/// # Errors
/// `invalid_request` where `dpop_jkt` is no thumbprint; `invalid_dpop_proof` where both name different keys.
pub(crate) fn code_key(params: &Params, proved: Option<String>) -> Result<Option<String>> {
    let named = params.one("dpop_jkt")?;
    match (named, proved) {
        (Some(named), _) if !is_thumbprint(named) => {
            Err(Error::invalid_request("dpop_jkt must be the base64url of a SHA-256, 43 characters"))
        }
        (Some(named), Some(proved)) if named != proved => {
            Err(invalid("dpop_jkt names another key than the DPoP proof"))
        }
        (Some(named), _) => Ok(Some(named.to_owned())),
        (None, proved) => Ok(proved),
    }
}

/// Refuses whoever does not have the key that something was bound to.
///
/// # Errors
/// `invalid_dpop_proof`.
pub(crate) fn check_bound(bound: Option<&str>, proved: Option<&str>) -> Result<()> {
    match bound {
        Some(bound) if proved != Some(bound) => {
            Err(invalid("This is bound to another key than that of the DPoP proof"))
        }
        _ => Ok(()),
    }
}

fn next_nonce(core: &Core) -> HeaderValue {
    let nonce = core.proof_rules.nonces.issue(core.now());
    HeaderValue::try_from(nonce).expect("base64url is good in a header")
}

fn refuse(core: &Core, error: ProofError) -> OAuthError {
    match error {
        ProofError::Invalid(words) => invalid(words).into(),
        ProofError::NonceWanted => OAuthError::NonceWanted(next_nonce(core)),
    }
}

fn invalid(words: &'static str) -> Error {
    Error::refused(Kind::Unreadable, "invalid_dpop_proof", words)
}

/// `use_dpop_nonce` (RFC 9449 section 8).
pub(super) fn nonce_wanted(nonce: HeaderValue) -> Response {
    let words = ProofError::NonceWanted.to_string();
    let body = OAuthErrorBody { error: "use_dpop_nonce", error_description: words };
    ([(DPOP_NONCE, nonce)], uncached(StatusCode::BAD_REQUEST, &body)).into_response()
}
