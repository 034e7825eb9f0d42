//! `POST /oauth/par` (RFC 9126): an app sends its authorization request here itself, and the browser only an address that
//! stands for it. That address is the request, sealed: nothing is kept until the person has decided.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use httpkit::limits::Limit;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{OAuthError, OAuthErrorBody, uncached};
use super::authorize::{self, PUSHED_PREFIX};
use super::client_auth::authenticate;
use super::dpop;
use super::params::Form;
use crate::core::Core;
use crate::error::Error;

const PATH: &str = "/oauth/par";

/// Where an app sends the browser next.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PushedResponse {
    /// The `request_uri` for the authorization endpoint, good once and for this app alone.
    #[schema(example = "urn:ietf:params:oauth:request_uri:…")]
    pub request_uri: String,
    /// Seconds.
    #[schema(example = 300)]
    pub expires_in: u64,
}

/// Takes an authorization request from the app itself.
///
/// The parameters are those of the authorization endpoint, and they are judged as there. Confidential apps prove who they
/// are; public ones send their `client_id`. A DPoP proof binds the code to its key, as `dpop_jkt` does.
#[utoipa::path(
    post, path = "/oauth/par", tag = "oauth",
    params(("DPoP" = Option<String>, Header, description = "A proof of the key to which the code is to be bound (RFC 9449)")),
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of the authorization endpoint, and those that prove which app it is"),
    responses(
        (status = 201, body = PushedResponse, description = "The request stands"),
        (status = 400, body = OAuthErrorBody, description = "`invalid_request`, `invalid_scope`, `invalid_target`, `unauthorized_client`, `unsupported_response_type`, `invalid_dpop_proof` or `use_dpop_nonce`"),
        (status = 401, body = OAuthErrorBody, description = "`invalid_client`"),
        (status = 413, body = OAuthErrorBody, description = "Too large"),
        (status = 429, body = OAuthErrorBody, description = "Too many"),
    ),
)]
pub(crate) async fn post(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response, OAuthError> {
    let client = authenticate(&core, &headers, &params).await?;
    core.limits.subject(Limit::Token, client.id.as_str()).await.map_err(OAuthError::Limited)?;
    if params.has("request_uri") {
        return Err(Error::invalid_request("A pushed request cannot name another one by request_uri").into());
    }
    let mut pending = authorize::read_pushed(&core, &client, &params)?;
    let key = dpop::proved_key(&core, &headers, PATH).await?;
    pending.dpop_jkt = dpop::code_key(&params, key)?;
    let sealed = core.seals.pushed.seal(&pending, &*core.random);
    let pushed = PushedResponse {
        request_uri: format!("{PUSHED_PREFIX}{sealed}"),
        expires_in: core.lifetimes.pushed_request.as_secs(),
    };
    Ok(uncached(StatusCode::CREATED, &pushed))
}
