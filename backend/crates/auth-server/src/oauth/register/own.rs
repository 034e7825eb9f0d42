//! An app keeps its own registration (RFC 7592), with the token that it got with it. Who has no good token learns nothing,
//! not even whether there is such an app.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use httpkit::ClientId;
use serde::Deserialize;
use serde_json::Value;
use store::{Change, Stored};

use super::super::answer::{OAuthErrorBody, never_cache, uncached};
use super::answer::{Registered, Registration, RegistrationError};
use super::{bearer, give_secret, read};
use crate::clients::{self, AuthMethod, Client, Metadata, Secret};
use crate::core::Core;
use crate::error::{Error, Result};

/// What is registered of an app.
#[utoipa::path(
    get, path = "/oauth/register/{client_id}", tag = "oauth",
    params(("client_id" = String, Path, description = "The app")),
    responses(
        (status = 200, body = Registration, description = "As it is registered; a secret is never shown again"),
        (status = 401, body = OAuthErrorBody, description = "`invalid_token`"),
    ),
)]
pub(crate) async fn get(
    State(core): State<Arc<Core>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RegistrationError> {
    let client = own(&core, &id, &headers).await?;
    Ok(uncached(StatusCode::OK, &Registered { core: &core, client: &client, secret: None, token: None }.body()))
}

/// Registers an app anew, under its id.
///
/// The body is everything that is to be registered: what it leaves out is the default again.
#[utoipa::path(
    put, path = "/oauth/register/{client_id}", tag = "oauth",
    params(("client_id" = String, Path, description = "The app")),
    request_body(content = Metadata, content_type = "application/json", description = "RFC 7592 section 2.2: with `client_id`"),
    responses(
        (status = 200, body = Registration, description = "Changed; with a secret where it has a new one"),
        (status = 400, body = OAuthErrorBody, description = "`invalid_redirect_uri`, `invalid_client_metadata` or `unapproved_software_statement`"),
        (status = 401, body = OAuthErrorBody, description = "`invalid_token`"),
    ),
)]
pub(crate) async fn put(
    State(core): State<Arc<Core>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, RegistrationError> {
    let client = own(&core, &id, &headers).await?;
    let metadata = read(&headers, &body)?;
    check_identity(&core, &client, &body)?;
    let key = client.id.clone().into();
    let mut secret = None;
    let changed = core.clients.modify(&key, |stored| {
        let blank = Client::new(stored.id.clone(), String::new(), AuthMethod::ClientSecretBasic, stored.created_at);
        let blank = Client {
            origin: stored.origin,
            secrets: stored.secrets.clone(),
            registration_token: stored.registration_token.clone(),
            grants_from: stored.grants_from,
            last_used: stored.last_used,
            expires_at: stored.expires_at,
            ..blank
        };
        *stored = metadata.clone().apply(blank, core.policy())?;
        secret = give_secret(&core, stored);
        Ok::<_, Error>(Change::Write)
    });
    let client = changed.await?.ok_or(RegistrationError::NoToken)?;
    Ok(uncached(StatusCode::OK, &Registered { core: &core, client: &client, secret, token: None }.body()))
}

/// Deletes an app. All that it was given ends.
#[utoipa::path(
    delete, path = "/oauth/register/{client_id}", tag = "oauth",
    params(("client_id" = String, Path, description = "The app")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, body = OAuthErrorBody, description = "`invalid_token`"),
    ),
)]
pub(crate) async fn delete(
    State(core): State<Arc<Core>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RegistrationError> {
    let client = own(&core, &id, &headers).await?;
    clients::remove(&core, &client.id).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    never_cache(response.headers_mut());
    Ok(response)
}

/// The app that the token of this request was given with.
async fn own(core: &Core, id: &str, headers: &HeaderMap) -> Result<Stored<Client>, RegistrationError> {
    let id: ClientId = id.parse().map_err(|_| RegistrationError::NoToken)?;
    let client = core.clients.get(&id.into()).await?;
    let hash = client.as_ref().and_then(|client| client.registration_token.clone());
    let kept: Vec<Secret> = hash.into_iter().map(|hash| Secret { hash, until: None }).collect();
    let opens = core.secret_hasher.opens(bearer(headers).unwrap_or_default(), &kept, core.now());
    client.filter(|_| opens).ok_or(RegistrationError::NoToken)
}

/// RFC 7592 section 2.2: the body names the app, at most repeats its secret, and says nothing that only we say.
fn check_identity(core: &Core, client: &Client, body: &[u8]) -> Result<()> {
    #[derive(Deserialize)]
    struct Identity {
        #[serde(default)]
        client_id: Option<String>,
        #[serde(default)]
        client_secret: Option<String>,
        #[serde(default)]
        registration_access_token: Option<Value>,
        #[serde(default)]
        registration_client_uri: Option<Value>,
        #[serde(default)]
        client_secret_expires_at: Option<Value>,
        #[serde(default)]
        client_id_issued_at: Option<Value>,
    }
    let refuse = |words: &str| Err(clients::invalid_metadata(words.to_owned()));
    let Ok(said) = serde_json::from_slice::<Identity>(body) else {
        return refuse("client_id and client_secret are texts");
    };
    if said.client_id.as_deref() != Some(client.id.as_str()) {
        return refuse("client_id is to be the app's own");
    }
    let ours = [
        said.registration_access_token,
        said.registration_client_uri,
        said.client_secret_expires_at,
        said.client_id_issued_at,
    ];
    if ours.iter().any(Option::is_some) {
        return refuse("Leave out the registration token and its address, and the times: they are the server's to say");
    }
    match said.client_secret {
        Some(secret) if !core.secret_hasher.opens(&secret, &client.secrets, core.now()) => {
            refuse("client_secret cannot be chosen. Leave it out")
        }
        _ => Ok(()),
    }
}
