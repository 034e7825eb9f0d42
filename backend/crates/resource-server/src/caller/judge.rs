//! How a token that somebody shows is judged: by signature, claims, clock, the list of what was ended, and where it is bound
//! to a key by the proof that comes with it.

use std::sync::Arc;

use axum::extract::OriginalUri;
use http::header::AUTHORIZATION;
use http::request::Parts;
use httpkit::dpop::{Proof, ProofError};
use httpkit::tokens::{TokenError, Verified};
use httpkit::{Error, Result};

use super::challenge::{self, Scheme};
use super::identity::Identity;
use super::proofs::{NotProved, Shown};
use crate::app::App;

/// A token and how it is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Presented<'a> {
    pub scheme: Scheme,
    pub token: &'a str,
}

/// The token of the header `Authorization`, if any.
pub(super) fn presented(parts: &Parts) -> Result<Option<Presented<'_>>> {
    let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
    let Some(header) = headers.next() else { return Ok(None) };
    let malformed = || Error::unreadable("authorization_unreadable", "Send one header: Authorization: Bearer …");
    if headers.next().is_some() {
        return Err(malformed());
    }
    let (name, token) = header.to_str().ok().and_then(|header| header.split_once(' ')).ok_or_else(malformed)?;
    let scheme = match name {
        name if name.eq_ignore_ascii_case("bearer") => Scheme::Bearer,
        name if name.eq_ignore_ascii_case("dpop") => Scheme::Dpop,
        _ => return Err(malformed()),
    };
    Ok(Some(Presented { scheme, token: token.trim() }))
}

/// Judges a token. A bound one is good only as it was meant to be sent, and so is one that is not.
pub(super) async fn judge(app: &App, parts: &Parts, presented: Presented<'_>) -> Result<Arc<Verified<Identity>>> {
    let verified = verify(app, presented).await?;
    let bound = verified.claims.cnf.as_ref().map(|confirmation| confirmation.jkt.as_str());
    match (presented.scheme, bound) {
        (Scheme::Bearer, None) => {}
        (Scheme::Bearer, Some(_)) => return Err(challenge::proof_missing(app)),
        (Scheme::Dpop, None) => {
            let words = "This token is bound to no key: send it as Authorization: Bearer";
            return Err(challenge::invalid(app, Scheme::Dpop, "token_not_bound", words));
        }
        (Scheme::Dpop, Some(key)) => prove(app, parts, presented.token, key)?,
    }
    Ok(verified)
}

async fn verify(app: &App, presented: Presented<'_>) -> Result<Arc<Verified<Identity>>> {
    let now = app.now();
    let Presented { scheme, token } = presented;
    let verified = match app.verifier().verify(token, now) {
        // Keys change: the auth server may have begun to sign with one that this replica has not heard of yet.
        Err(TokenError::UnknownKey) => {
            app.follower().seek_key(app).await;
            app.verifier().verify(token, now)
        }
        outcome => outcome,
    };
    let verified = verified.map_err(|error| refuse(app, scheme, error))?;
    let covered = match app.ended().covers(&verified.claims, &verified.digest, now) {
        None => {
            app.follower().revive(app).await;
            app.ended().covers(&verified.claims, &verified.digest, now)
        }
        known => known,
    };
    match covered {
        Some(false) => Ok(verified),
        Some(true) => {
            let words = "What this token was issued under has been ended";
            Err(challenge::invalid(app, scheme, "token_revoked", words))
        }
        None => Err(Error::unavailable("the auth server has not been heard of for too long to judge tokens")),
    }
}

/// Whether the request proves to have `key` (RFC 9449 section 7.1).
fn prove(app: &App, parts: &Parts, token: &str, key: &str) -> Result<()> {
    let now = app.now();
    let refused = |error: ProofError| challenge::proof_refused(app, error, app.proofs().next_nonce(now));
    let proof = Proof::of(&parts.headers).map_err(refused)?;
    let proof = proof.ok_or_else(|| refused(ProofError::Invalid("Send a DPoP proof in the header DPoP")))?;
    // What was asked, not what is left of it below the routes that it was passed on to.
    let asked = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    let shown = Shown { method: &parts.method, path: asked.path(), token, key };
    app.proofs().check(&proof, shown, now).map_err(|error| match error {
        NotProved::Proof(error) => refused(error),
        NotProved::OtherKey => challenge::invalid(
            app,
            Scheme::Dpop,
            "token_of_another_key",
            "The DPoP proof is of another key than the token",
        ),
    })
}

fn refuse(app: &App, scheme: Scheme, error: TokenError) -> Error {
    let (reason, words) = match error {
        TokenError::Expired => ("token_expired", "The access token has expired. Refresh it"),
        TokenError::Malformed
        | TokenError::Kind
        | TokenError::UnknownKey
        | TokenError::Signature
        | TokenError::Times
        | TokenError::Place => ("token_invalid", "The access token is not one that Tapri issued for this place"),
    };
    challenge::invalid(app, scheme, reason, words)
}
