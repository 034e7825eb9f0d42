//! What somebody is told whose token is missing or not good: the envelope's words, and in `WWW-Authenticate` what a
//! program needs to do better (RFC 6750 section 3, RFC 9449 section 7, RFC 9728 section 5.1).

use http::HeaderValue;
use http::header::WWW_AUTHENTICATE;
use httpkit::dpop::{ALGORITHMS, DPOP_NONCE, ProofError};
use httpkit::{Error, Kind, Scope};

use crate::app::App;

/// How a token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Whoever bears it may use it (RFC 6750).
    Bearer,
    /// With a proof of the key that it is bound to (RFC 9449).
    Dpop,
}

/// Nobody showed a token: no error code, but both ways to send one.
pub(super) fn missing(app: &App) -> Error {
    Error::token_missing()
        .replace_header(WWW_AUTHENTICATE, challenge(app, Scheme::Bearer, ""))
        .header(WWW_AUTHENTICATE, challenge(app, Scheme::Dpop, ""))
}

/// The token, sent by `scheme`, is not good.
pub(super) fn invalid(app: &App, scheme: Scheme, reason: &'static str, issue: &'static str) -> Error {
    let params = "error=\"invalid_token\", error_description=\"The access token is not valid\"";
    Error::token_invalid(reason, issue).replace_header(WWW_AUTHENTICATE, challenge(app, scheme, params))
}

/// A token that is bound to a key was sent as one that is not.
pub(super) fn proof_missing(app: &App) -> Error {
    let words = "This token is bound to a key: send it as Authorization: DPoP, with a proof in the header DPoP";
    invalid(app, Scheme::Bearer, "token_bound", words).header(WWW_AUTHENTICATE, challenge(app, Scheme::Dpop, ""))
}

/// The proof that came with a bound token is not good.
pub(super) fn proof_refused(app: &App, error: ProofError, next_nonce: HeaderValue) -> Error {
    let (reason, code) = match error {
        ProofError::Invalid(_) => ("dpop_proof_invalid", "invalid_dpop_proof"),
        ProofError::NonceWanted => ("dpop_nonce_wanted", "use_dpop_nonce"),
    };
    let params = format!("error=\"{code}\", error_description=\"{error}\"");
    Error::new(Kind::Unauthenticated, reason, "The DPoP proof is not valid")
        .issue(error.to_string())
        .header(WWW_AUTHENTICATE, challenge(app, Scheme::Dpop, &params))
        .header(DPOP_NONCE, next_nonce)
}

/// The token lacks `scope`.
pub(super) fn insufficient_scope(app: &App, scheme: Scheme, scope: Scope) -> Error {
    let params = format!("error=\"insufficient_scope\", scope=\"{}\"", scope.name());
    Error::insufficient_scope(scope.name()).replace_header(WWW_AUTHENTICATE, challenge(app, scheme, &params))
}

fn challenge(app: &App, scheme: Scheme, params: &str) -> HeaderValue {
    let comma = if params.is_empty() { "" } else { ", " };
    let metadata = format!("resource_metadata=\"{}{}\"", app.settings().origin_text(), super::METADATA_PATH);
    let text = match scheme {
        Scheme::Bearer => format!("Bearer {params}{comma}{metadata}"),
        Scheme::Dpop => format!("DPoP {params}{comma}algs=\"{}\", {metadata}", ALGORITHMS.join(" ")),
    };
    HeaderValue::try_from(text).expect("an origin, a scope and our own words are ASCII")
}
