//! `/oauth/register`: apps that register themselves (RFC 7591) and keep their registration (RFC 7592).
//!
//! Who may is the operator's policy; how often, a limit by address. What such an app may be is `clients::registration`. One
//! that nobody lets in is forgotten after a while. [`answer`] has what is answered, [`own`] the routes of one registration.

mod answer;
pub(crate) mod own;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use httpkit::limits::{Limit, Requester};
use httpkit::settings::RegistrationPolicy;
use httpkit::{ClientId, Kind};
use subtle::ConstantTimeEq;

use super::answer::{OAuthErrorBody, uncached};
use crate::clients::{self, AuthMethod, Client, Metadata, Origin};
use crate::core::Core;
use crate::error::{Error, Result};
use answer::{Registered, RegistrationError};

pub(crate) use answer::Registration;

/// Registers an app.
///
/// Who may depends on the server: everybody, who has an initial access token, or nobody (then the metadata name no
/// `registration_endpoint`). An app that nobody lets in within 30 days is forgotten.
#[utoipa::path(
    post, path = "/oauth/register", tag = "oauth",
    request_body(content = Metadata, content_type = "application/json", description = "RFC 7591 section 2; what is not known is ignored"),
    responses(
        (status = 201, body = Registration, description = "Registered; the secret and the token are shown this once"),
        (status = 400, body = OAuthErrorBody, description = "`invalid_redirect_uri`, `invalid_client_metadata` or `unapproved_software_statement`"),
        (status = 401, body = OAuthErrorBody, description = "`invalid_token`: an initial access token is needed"),
        (status = 403, body = OAuthErrorBody, description = "`access_denied`: apps cannot register themselves here"),
        (status = 429, body = OAuthErrorBody, description = "Too many"),
    ),
)]
pub(crate) async fn post(
    State(core): State<Arc<Core>>,
    requester: Requester,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, RegistrationError> {
    admit(&core, &headers)?;
    core.limits.requester(Limit::App, requester).await.map_err(RegistrationError::Limited)?;
    let (now, random) = (core.now(), &*core.random);
    // What RFC 7591 has in place of a method that is not said.
    let blank = Client::new(ClientId::generate(now, random), String::new(), AuthMethod::ClientSecretBasic, now);
    let (token, kept) = core.secret_hasher.draw(random);
    let blank = Client {
        origin: Origin::Registered,
        registration_token: Some(kept.hash),
        expires_at: Some(now + clients::FORGOTTEN_AFTER),
        ..blank
    };
    let mut client = read(&headers, &body)?.apply(blank, core.policy())?;
    let secret = give_secret(&core, &mut client);
    core.clients.insert(&client).await?;
    tracing::info!(client_id = %client.id, "an app registered itself");
    Ok(uncached(StatusCode::CREATED, &Registered { core: &core, client: &client, secret, token: Some(token) }.body()))
}

/// Whether this request may register an app.
fn admit(core: &Core, headers: &HeaderMap) -> Result<(), RegistrationError> {
    match core.registration.policy {
        RegistrationPolicy::Open => Ok(()),
        RegistrationPolicy::Off => {
            let words = "Apps cannot register themselves here. Ask somebody with an account to register it";
            Err(Error::refused(Kind::Forbidden, "access_denied", words).into())
        }
        RegistrationPolicy::Token => {
            let expected = core.registration.token.as_ref().map(|token| token.expose().as_bytes());
            let shown = bearer(headers).unwrap_or_default().as_bytes();
            let is_good = expected.is_some_and(|expected| expected.ct_eq(shown).into());
            if is_good { Ok(()) } else { Err(RegistrationError::NoToken) }
        }
    }
}

/// The token of `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (scheme, token) = sent.next()?.to_str().ok()?.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer") && sent.next().is_none();
    is_bearer.then_some(token.trim())
}

/// The metadata in the body, which is JSON.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<Metadata> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(clients::invalid_metadata("Send the metadata as JSON: Content-Type: application/json".to_owned()));
    }
    Metadata::read(body)
}

/// A secret for an app that needs one and has none; an app that needs none keeps none.
fn give_secret(core: &Core, client: &mut Client) -> Option<String> {
    if !client.auth_method.has_secret() {
        client.secrets.clear();
        return None;
    }
    if !client.secrets.is_empty() {
        return None;
    }
    let (secret, kept) = core.secret_hasher.draw(&*core.random);
    client.secrets.push(kept);
    Some(secret)
}
