//! `POST /oauth/revoke` (RFC 7009): an app gives back a token. A refresh token goes with its whole grant, an access token
//! alone.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use httpkit::auth_wire::EndedKind;
use httpkit::tokens::AccessClaims;

use super::answer::{OAuthError, OAuthErrorBody, never_cache};
use super::client_auth::authenticate;
use super::params::Form;
use crate::clients::Client;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::grants::{self, GrantKind};
use crate::tokens::{RefreshClaims, read_refresh};

/// Ends a token of the app that asks.
///
/// A token that is unknown, expired or was ended before is answered like one that is ended now. After the answer nothing
/// of a refresh token's grant works any more, on every server within a second.
#[utoipa::path(
    post, path = "/oauth/revoke", tag = "oauth",
    request_body(content = inline(RevokeForm), content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It is over"),
        (status = 400, body = OAuthErrorBody, description = "`invalid_request`, or `invalid_grant` for another app's token"),
        (status = 401, body = OAuthErrorBody, description = "`invalid_client`"),
    ),
)]
pub(crate) async fn post(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response, OAuthError> {
    let client = authenticate(&core, &headers, &params).await?;
    // The hint only says where to look first; both looks cost nothing but a signature.
    let token = params.required("token")?;
    if let Some(claims) = read_refresh(&core.keys, token) {
        end_grant(&core, &client, &claims).await?;
    } else if let Some(claims) = core.tokens.read_access(&core.keys, token, core.now()) {
        end_access_token(&core, &client, &claims).await?;
    }
    let mut response = StatusCode::OK.into_response();
    never_cache(response.headers_mut());
    Ok(response)
}

/// A refresh token does not say whose it is; its grant does. A grant that is gone is over.
async fn end_grant(core: &Core, client: &Client, claims: &RefreshClaims) -> Result<()> {
    let Some(grant) = core.grants.get(&claims.gid).await? else { return Ok(()) };
    if grant.kind != GrantKind::App || grant.client != client.id {
        return Err(another_apps());
    }
    grants::end(core, grant.id).await
}

async fn end_access_token(core: &Core, client: &Client, claims: &AccessClaims) -> Result<()> {
    if claims.client_id != client.id.as_str() {
        return Err(another_apps());
    }
    let mut batch = core.store.batch();
    core.record_ended(&mut batch, EndedKind::Token { jti: claims.jti.clone() }, core.now());
    batch.commit().await?;
    core.news.announce();
    Ok(())
}

fn another_apps() -> Error {
    Error::invalid_grant("This token was given to another app")
}

/// The parameters, for the OpenAPI document.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes the form and is never made")]
pub(crate) struct RevokeForm {
    /// An access or a refresh token.
    token: String,
    /// `access_token` or `refresh_token`; a wrong hint does no harm.
    token_type_hint: Option<String>,
    /// The app, unless it is named by HTTP Basic.
    client_id: Option<String>,
    /// Of a confidential app, unless sent by HTTP Basic.
    client_secret: Option<String>,
}
