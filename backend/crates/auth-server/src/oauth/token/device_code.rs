//! The device's turn (RFC 8628 section 3.4): it asks until the person has answered. The grant is inserted under the
//! request's id, so that of all who come with one device code, exactly one gets tokens.
//!
//! What a device gets is no part of the session in which it was allowed: the person signs out at the desk and the screen
//! on the wall stays. It ends with the consent, the app and the credential's floor like what else apps were given.

use httpkit::{Kind, Scope};
use store::Time;

use super::id_token::{self, SignedIn};
use super::response::{Key, TokenResponse, access_token};
use crate::clients::{self, Client, GrantType};
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result, lost_race};
use crate::grants::{Grant, GrantKind};
use crate::oauth::device::{Allowed, Answer, DeviceAuthorization, DeviceCode, Pace};
use crate::oauth::params::Params;
use crate::subjects;
use crate::tokens::write_refresh;

/// Tokens for a device code that a person has allowed.
///
/// # Errors
/// `authorization_pending`, `slow_down`, `access_denied`, `expired_token`; `invalid_grant` for what is no device code of
/// this app, was used before, or was allowed under what has ended since.
pub(super) async fn redeem(core: &Core, client: &Client, params: &Params, key: Key<'_>) -> Result<TokenResponse> {
    let shown: DeviceCode = core.seals.device.open(params.required("device_code")?).map_err(|_| not_good())?;
    if shown.client != client.id {
        return Err(not_good());
    }
    for _ in 0..ATTEMPTS {
        let now = core.now();
        let waiting = core.device_codes.get(&shown.key).await?.filter(|waiting| waiting.request == shown.request);
        let waiting = waiting.filter(|_| now < shown.expires_at).ok_or_else(expired)?;
        match &waiting.answer {
            Answer::Allowed(allowed) => return give(core, client, &waiting, allowed, key, now).await,
            Answer::Denied => return Err(answer("access_denied", "The person did not allow it")),
            Answer::Waiting => {}
        }
        let (polled, pace) = waiting.polled(now);
        match core.device_codes.replace(&waiting, &polled).await {
            Ok(()) => return Err(not_yet(pace)),
            Err(error) if lost_race(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::too_contended())
}

/// Judges what may have changed since the person decided, and inserts the grant.
async fn give(
    core: &Core,
    client: &Client,
    waiting: &DeviceAuthorization,
    allowed: &Allowed,
    key: Key<'_>,
    now: Time,
) -> Result<TokenResponse> {
    let pair = (allowed.sub, client.id.as_str().to_owned());
    let consent = core.consents.get(&pair).await?.ok_or_else(not_good)?;
    let floors = subjects::floors(core, allowed.sub).await?;
    let outdated = allowed.revision < consent.document.revision
        || allowed.client_version < client.grants_from
        || allowed.version < floors.apps_from;
    let scopes = allowed.scopes.intersection(client.scopes);
    if outdated || scopes.is_empty() {
        return Err(not_good());
    }
    let grant = new_grant(core, client, waiting, allowed, key, now);
    clients::keep(core, client).await?;
    match core.grants.insert(&grant).await {
        Ok(()) => {}
        Err(error) if error.is_duplicate_key() => return Err(not_good()),
        Err(error) => return Err(error.into()),
    }
    let access_token = access_token(core, &grant, grant.version, scopes, key, now);
    let id_token = match scopes.contains(Scope::OpenId) {
        true => Some(id_token::issue(core, client, signed_in(allowed), &access_token, now).await?),
        false => None,
    };
    let refreshable = client.may(GrantType::RefreshToken);
    let refresh_token = refreshable.then(|| write_refresh(&core.keys, &grant)).transpose()?;
    Ok(TokenResponse { refresh_token, id_token, ..TokenResponse::new(core, access_token, scopes, key) })
}

fn new_grant(
    core: &Core,
    client: &Client,
    waiting: &DeviceAuthorization,
    allowed: &Allowed,
    key: Key<'_>,
    now: Time,
) -> Grant {
    // Without a refresh token nothing is left to use once the access token has expired.
    let idle_until = match client.may(GrantType::RefreshToken) {
        true => core.lifetimes.unbound_until(now, allowed.auth_time, allowed.scopes.contains(Scope::OfflineAccess)),
        false => now + core.lifetimes.access,
    };
    Grant {
        id: waiting.request,
        kind: GrantKind::App,
        sub: allowed.sub,
        client: client.id.clone(),
        scopes: allowed.scopes,
        session: None,
        online: false,
        version: allowed.version,
        revision: allowed.revision,
        client_version: allowed.client_version,
        generation: 1,
        rotated_at: now,
        surprised: Vec::new(),
        kid: core.keys.refresh_kid(),
        auth_time: allowed.auth_time,
        amr: allowed.amr.clone(),
        code_jti: None,
        // A confidential app proves who it is by itself (RFC 9449 section 5).
        dpop_jkt: key.filter(|_| client.is_public()).map(str::to_owned),
        idle_until,
        ended_at: None,
        expires_at: core.lifetimes.grant_document_until(idle_until),
    }
}

/// The person signed in elsewhere, in a session that the device has no part in.
fn signed_in(allowed: &Allowed) -> SignedIn<'_> {
    SignedIn { sub: allowed.sub, auth_time: allowed.auth_time, amr: &allowed.amr, session: None, nonce: None }
}

fn not_yet(pace: Pace) -> Error {
    match pace {
        Pace::Good => answer("authorization_pending", "The person has not decided yet"),
        Pace::TooFast => answer("slow_down", "Ask more slowly: the interval is five seconds longer from now on"),
    }
}

fn expired() -> Error {
    answer("expired_token", "The codes have expired. Start again")
}

fn answer(error: &'static str, words: &'static str) -> Error {
    Error::refused(Kind::Unreadable, error, words)
}

fn not_good() -> Error {
    Error::invalid_grant("The device code is not good: used before, withdrawn, or not this app's")
}
