//! Devices without a browser (RFC 8628): `POST /oauth/device_authorization`, and what the page `/device` asks and answers.
//!
//! The device shows a short code, the person types it where they are signed in and decides, and the device polls the
//! token endpoint (`token::device_code`) meanwhile. Whoever sends somebody a code phishes with it, so the page shows
//! which app asks, from where and since when, an earlier consent never answers for the person, and a code is good once.

mod decide;
mod document;
mod user_code;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use httpkit::limits::{Limit, Requester};
use httpkit::{ClientId, GrantId, Kind, ScopeSet};
use serde::{Deserialize, Serialize};
use store::Time;
use utoipa::ToSchema;

pub(crate) use decide::{decide, view};
pub(crate) use document::{Allowed, Answer, DeviceAuthorization, Pace};
pub(crate) use user_code::UserCodeHasher;

use super::answer::{OAuthError, OAuthErrorBody, uncached};
use super::client_auth::authenticate;
use super::params::{Form, Params};
use super::resource;
use crate::clients::{Client, GrantType};
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result};
use user_code::UserCode;

/// What the device holds, sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeviceCode {
    /// Where its [`DeviceAuthorization`] is.
    pub key: String,
    /// Which one it is: codes that people type come again after years.
    pub request: GrantId,
    pub client: ClientId,
    pub expires_at: Time,
}

/// What a device shows and keeps (RFC 8628 section 3.2).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceAuthorizationResponse {
    /// What the device polls the token endpoint with. For nobody's eyes.
    device_code: String,
    /// What the person types.
    #[schema(example = "WDJB-MJHT")]
    user_code: String,
    /// Where the person types it.
    verification_uri: String,
    /// The same with the code in it, for a QR code.
    verification_uri_complete: String,
    /// Seconds.
    #[schema(example = 600)]
    expires_in: u64,
    /// Seconds between polls; with each `slow_down` five more.
    #[schema(example = 5)]
    interval: u32,
}

/// Begins the authorization of a device without a browser (RFC 8628).
#[utoipa::path(
    post, path = "/oauth/device_authorization", tag = "oauth",
    request_body(content = inline(DeviceAuthorizationForm), content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = DeviceAuthorizationResponse, description = "The codes"),
        (status = 400, body = OAuthErrorBody, description = "`invalid_request`, `invalid_scope`, `invalid_target` or `unauthorized_client`"),
        (status = 401, body = OAuthErrorBody, description = "`invalid_client`"),
        (status = 429, body = OAuthErrorBody, description = "Too many"),
    ),
)]
pub(crate) async fn post(
    State(core): State<Arc<Core>>,
    requester: Requester,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response, OAuthError> {
    let client = authenticate(&core, &headers, &params).await?;
    core.limits.requester(Limit::Token, requester).await.map_err(OAuthError::Limited)?;
    core.limits.subject(Limit::Token, client.id.as_str()).await.map_err(OAuthError::Limited)?;
    if !client.may(GrantType::DeviceCode) {
        let words = "This app is not registered for devices";
        return Err(Error::refused(Kind::Unreadable, "unauthorized_client", words).into());
    }
    resource::check(&core, &params)?;
    let scopes = scopes(&client, &params)?;
    let begun = begin(&core, &client, scopes, requester).await?;
    Ok(uncached(StatusCode::OK, &begun))
}

/// What is asked for; nothing said is all that the app may ask for.
fn scopes(client: &Client, params: &Params) -> Result<ScopeSet> {
    let Some(names) = params.one("scope")? else { return Ok(client.scopes) };
    let scopes: ScopeSet =
        names.parse().map_err(|error: httpkit::UnknownScope| Error::invalid_scope(error.to_string()))?;
    let beyond = scopes.difference(client.scopes);
    if scopes.is_empty() {
        return Err(Error::invalid_scope("scope is empty"));
    }
    if !beyond.is_empty() {
        return Err(Error::invalid_scope(format!("This app is not registered for {beyond}")));
    }
    Ok(scopes)
}

async fn begin(
    core: &Core,
    client: &Client,
    scopes: ScopeSet,
    requester: Requester,
) -> Result<DeviceAuthorizationResponse> {
    let now = core.now();
    let expires_at = now + core.lifetimes.device;
    let interval = u32::try_from(core.lifetimes.device_interval.as_secs()).unwrap_or(u32::MAX);
    for _ in 0..ATTEMPTS {
        let code = UserCode::draw(&*core.random);
        let waiting = DeviceAuthorization {
            key: core.user_codes.key_of(&code),
            request: GrantId::generate_unsharded(now, &*core.random),
            client: client.id.clone(),
            scopes,
            place: core.seals.place.seal(&requester.address(), &*core.random),
            begun_at: now,
            interval,
            polled_at: None,
            answer: Answer::Waiting,
            expires_at,
        };
        match core.device_codes.insert(&waiting).await {
            Ok(()) => return Ok(response(core, &code, &waiting)),
            // Another device shows this code just now.
            Err(error) if error.is_duplicate_key() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::too_contended())
}

fn response(core: &Core, code: &UserCode, waiting: &DeviceAuthorization) -> DeviceAuthorizationResponse {
    let held = DeviceCode {
        key: waiting.key.clone(),
        request: waiting.request,
        client: waiting.client.clone(),
        expires_at: waiting.expires_at,
    };
    let (user_code, page) = (code.shown(), format!("{}/device", core.issuer));
    DeviceAuthorizationResponse {
        device_code: core.seals.device.seal(&held, &*core.random),
        verification_uri_complete: format!("{page}?user_code={user_code}"),
        user_code,
        verification_uri: page,
        expires_in: core.lifetimes.device.as_secs(),
        interval: waiting.interval,
    }
}

/// The parameters, for the OpenAPI document.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes the form and is never made")]
pub(crate) struct DeviceAuthorizationForm {
    /// The app, unless it is named by HTTP Basic.
    client_id: Option<String>,
    /// Of a confidential app, unless sent by HTTP Basic.
    client_secret: Option<String>,
    /// Scopes, separated by spaces; all that the app may ask for where nothing is said.
    scope: Option<String>,
    /// For which resource (RFC 8707): this origin, as without it.
    resource: Option<String>,
}
