//! `POST /oauth/introspect` (RFC 7662): what a token of the app that asks is worth just now. Of everybody else's tokens,
//! and of what is none, it says the same: not active.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use httpkit::limits::Limit;
use httpkit::tokens::{AccessClaims, Confirmation};
use serde::Serialize;
use store::Query;
use utoipa::ToSchema;

use super::answer::{OAuthError, OAuthErrorBody, uncached};
use super::bonds::{Bonds, Named, bonds, bonds_at_once};
use super::client_auth::authenticate;
use super::params::Form;
use crate::clients::Client;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::grants::{Leniency, Turn};
use crate::revocations::BY_TOKEN;
use crate::tokens::{RefreshClaims, read_refresh};

/// What a token is worth (RFC 7662 section 2.2).
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Introspection {
    /// Whether it is good now.
    pub active: bool,
    /// What it may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The app that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The user's id; the app's own where it stands for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// `Bearer` or `DPoP`, for an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// Seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// Seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Who gave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// For whom it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// Its own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The key to which it is bound (RFC 9449 section 6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }))]
    pub cnf: Option<Confirmation>,
}

/// Tells a confidential app what one of its own tokens is worth.
#[utoipa::path(
    post, path = "/oauth/introspect", tag = "oauth",
    request_body(content = inline(IntrospectForm), content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = Introspection, description = "What it is worth; only `active: false` where it is not good or not the app's"),
        (status = 400, body = OAuthErrorBody, description = "`invalid_request`"),
        (status = 401, body = OAuthErrorBody, description = "`invalid_client`: only confidential apps may ask"),
    ),
)]
pub(crate) async fn post(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response, OAuthError> {
    let client = authenticate(&core, &headers, &params).await?;
    if client.is_public() {
        return Err(Error::invalid_client().into());
    }
    core.limits.subject(Limit::Token, client.id.as_str()).await.map_err(OAuthError::Limited)?;
    let token = params.required("token")?;
    let found = match read_refresh(&core.keys, token) {
        Some(claims) => refresh_token(&core, &client, &claims).await?,
        None => match core.tokens.read_access(&core.keys, token, core.now()) {
            Some(claims) => access_token(&core, &client, claims).await?,
            None => None,
        },
    };
    Ok(uncached(StatusCode::OK, &found.unwrap_or_default()))
}

async fn access_token(core: &Core, client: &Client, claims: AccessClaims) -> Result<Option<Introspection>> {
    // Of another app's token nothing is read at all: signature and name have told enough.
    if claims.client_id != client.id.as_str() || claims.cver < client.grants_from {
        return Ok(None);
    }
    let (revoked, good) = tokio::try_join!(was_revoked(core, &claims.jti), grant_is_good(core, client, &claims))?;
    let is_good = good && !revoked;
    Ok(is_good.then_some(Introspection {
        active: true,
        scope: Some(claims.scope),
        client_id: Some(claims.client_id),
        sub: Some(claims.sub),
        token_type: Some(if claims.cnf.is_some() { "DPoP" } else { "Bearer" }),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        iss: Some(claims.iss),
        aud: Some(claims.aud),
        jti: Some(claims.jti),
        cnf: claims.cnf,
    }))
}

/// Whether the grant behind an access token lives, under the versions that the token was issued under.
async fn grant_is_good(core: &Core, client: &Client, claims: &AccessClaims) -> Result<bool> {
    let Some(grant) = &claims.gid else { return Ok(claims.sub == client.id.as_str()) };
    let session = claims.sid.as_deref().map(str::parse).transpose();
    let (Ok(grant), Ok(session), Ok(sub)) = (grant.parse(), session, claims.sub.parse()) else { return Ok(false) };
    let is_good = |bonds: Bonds| bonds.grant.ended_at.is_none() && claims.ver >= bonds.version();
    if bonds_at_once(core, client, Named { grant, session, sub }).await?.is_some_and(is_good) {
        return Ok(true);
    }
    Ok(bonds(core, client, grant).await?.is_some_and(is_good))
}

async fn refresh_token(core: &Core, client: &Client, claims: &RefreshClaims) -> Result<Option<Introspection>> {
    let Some(Bonds { grant, .. }) = bonds(core, client, claims.gid).await? else { return Ok(None) };
    let turn = grant.turn(claims.generation, core.now(), core.lifetimes.grace, Leniency::Strict);
    let is_good = grant.sub == claims.sub && matches!(turn, Turn::Rotate | Turn::Repeat);
    Ok(is_good.then(|| Introspection {
        active: true,
        scope: Some(grant.scopes.intersection(client.scopes).to_string()),
        client_id: Some(client.id.as_str().to_owned()),
        sub: Some(grant.sub.to_string()),
        // Not what the token says: one that is not rotated lives on with its use.
        exp: Some(grant.idle_until.as_seconds()),
        iat: Some(claims.iat),
        iss: Some(core.issuer.clone()),
        aud: Some(core.issuer.clone()),
        cnf: grant.dpop_jkt.clone().map(|jkt| Confirmation { jkt }),
        ..Introspection::default()
    }))
}

async fn was_revoked(core: &Core, jti: &str) -> Result<bool> {
    let page = core.revocations.scan(Query::index(BY_TOKEN).equal([jti]).limit(1)).await?;
    Ok(!page.items.is_empty())
}

/// The parameters, for the OpenAPI document.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes the form and is never made")]
pub(crate) struct IntrospectForm {
    /// An access or a refresh token.
    token: String,
    /// `access_token` or `refresh_token`; a wrong hint does no harm.
    token_type_hint: Option<String>,
    /// The app, unless it is named by HTTP Basic.
    client_id: Option<String>,
    /// The secret, unless sent by HTTP Basic.
    client_secret: Option<String>,
}
