//! `POST /oauth/token` (RFC 6749 section 3.2): the door; each grant type has its own file.

mod client_credentials;
mod code_exchange;
mod device_code;
mod id_token;
mod refresh_token;
mod response;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use httpkit::Kind;
use httpkit::limits::Limit;

use super::answer::{OAuthError, OAuthErrorBody, uncached};
use super::client_auth::authenticate;
use super::dpop;
use super::params::Form;
use super::resource;
use crate::clients::{Client, GrantType};
use crate::core::Core;
use crate::error::Error;
pub(crate) use id_token::{ACR, read_hint};
pub(crate) use response::TokenResponse;

const PATH: &str = "/oauth/token";

/// Gives out tokens: for an authorization code, for a refresh token, for a device, or to an app for itself.
///
/// Confidential apps send id and secret by HTTP Basic or in the form, public apps their `client_id` in the form. With a
/// DPoP proof the access token is bound to its key (RFC 9449).
#[utoipa::path(
    post, path = "/oauth/token", tag = "oauth",
    params(("DPoP" = Option<String>, Header, description = "A proof of the key to which the tokens are to be bound (RFC 9449)")),
    request_body(content = inline(TokenForm), content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = TokenResponse, description = "Tokens"),
        (status = 400, body = OAuthErrorBody, description = "`invalid_request`, `invalid_grant`, `invalid_scope`, `invalid_target`, `unauthorized_client`, `unsupported_grant_type`, `invalid_dpop_proof` or `use_dpop_nonce` (with the header `DPoP-Nonce`); of a device that waits `authorization_pending`, `slow_down`, `access_denied` or `expired_token`"),
        (status = 401, body = OAuthErrorBody, description = "`invalid_client`"),
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
    let name = params.required("grant_type")?;
    let unsupported = || Error::refused(Kind::Unreadable, "unsupported_grant_type", "This grant type is not supported");
    let grant_type = GrantType::parse(name).ok_or_else(unsupported)?;
    if !client.may(grant_type) {
        let words = "This app is not registered for this grant type";
        return Err(Error::refused(Kind::Unreadable, "unauthorized_client", words).into());
    }
    resource::check(&core, &params)?;
    let proved = dpop::token_key(&core, &headers, PATH, &client).await?;
    let key = proved.as_deref();
    let tokens = match grant_type {
        GrantType::AuthorizationCode => code_exchange::redeem(&core, &client, &params, key).await?,
        GrantType::RefreshToken => refresh_token::refresh(&core, &client, &params, key).await?,
        GrantType::ClientCredentials => client_credentials::issue(&core, &client, &params, key)?,
        GrantType::DeviceCode => device_code::redeem(&core, &client, &params, key).await?,
    };
    note_use(&core, &client);
    Ok(uncached(StatusCode::OK, &tokens))
}

fn note_use(core: &Core, client: &Client) {
    core.last_used.note(&client.id, core.now());
}

/// The parameters, for the OpenAPI document; the endpoint reads them one by one.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes the form and is never made")]
pub(crate) struct TokenForm {
    /// `authorization_code`, `refresh_token`, `client_credentials` or
    /// `urn:ietf:params:oauth:grant-type:device_code`.
    grant_type: String,
    /// With `authorization_code`.
    code: Option<String>,
    /// With `authorization_code`: the same as in the authorization request.
    redirect_uri: Option<String>,
    /// With `authorization_code` (RFC 7636).
    code_verifier: Option<String>,
    /// With the device code's grant type (RFC 8628).
    device_code: Option<String>,
    /// With `refresh_token`.
    refresh_token: Option<String>,
    /// Less than was granted, with `refresh_token` and `client_credentials`.
    scope: Option<String>,
    /// The resource that the token is for (RFC 8707): this origin, as without it.
    resource: Option<String>,
    /// The app, unless it is named by HTTP Basic.
    client_id: Option<String>,
    /// Of a confidential app, unless sent by HTTP Basic.
    client_secret: Option<String>,
}
