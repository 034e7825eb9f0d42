//! Redeeming an authorization code (RFC 6749 section 4.1.3): the grant is inserted under the request's id, so that of all
//! who come with one code, exactly one gets tokens.

use httpkit::Scope;
use httpkit::auth_wire::Reused;
use store::Time;

use super::id_token::{self, SignedIn};
use super::response::{Key, TokenResponse, access_token};
use crate::clients::{self, Client, GrantType};
use crate::core::Core;
use crate::error::{Error, Result};
use crate::grants::{self, Grant, GrantKind};
use crate::oauth::code::Code;
use crate::oauth::dpop;
use crate::oauth::params::Params;
use crate::sessions;
use crate::subjects;
use crate::tokens::write_refresh;

/// Tokens for a code. Whoever is not the right party learns nothing and burns nothing; the right party's second try ends
/// what the first one got (RFC 6749 section 10.5).
///
/// # Errors
/// `invalid_grant`, `invalid_request`; `invalid_dpop_proof` where the code was bound to another key than `key`.
pub(super) async fn redeem(core: &Core, client: &Client, params: &Params, key: Key<'_>) -> Result<TokenResponse> {
    let code = open(core, client, params)?;
    dpop::check_bound(code.dpop_jkt.as_deref(), key)?;
    let now = core.now();
    let life = life_of(core, &code, client, now).await?;
    let grant = new_grant(core, &code, client, &life, key, now);
    clients::keep(core, client).await?;
    match core.grants.insert(&grant).await {
        Ok(()) => tokens(core, &code, client, &grant, life.version, key, now).await,
        Err(error) if error.is_duplicate_key() => {
            judge_replay(core, &code).await?;
            Err(not_good())
        }
        Err(error) => Err(error.into()),
    }
}

/// The code, if this app may redeem it with these parameters.
fn open(core: &Core, client: &Client, params: &Params) -> Result<Code> {
    let code: Code = core.seals.code.open(params.required("code")?).map_err(|_| not_good())?;
    let verifier = params.one("code_verifier")?;
    let is_its_own = code.client == client.id && params.one("redirect_uri")? == Some(code.redirect_uri.as_str());
    // A verifier without a challenge is somebody's else: the challenge was taken away on the way here (RFC 9700 section 4.8).
    let is_proved = match (&code.challenge, verifier) {
        (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let is_young = core.now() < code.expires_at;
    if is_its_own && is_proved && is_young { Ok(code) } else { Err(not_good()) }
}

/// What a grant of this code lives by.
struct Life {
    /// The version for its access tokens.
    version: i64,
    idle_until: Time,
}

/// Judges what may have changed since the person decided. The session is read before the floors: one that stayed through
/// a password change shows its new version only together with floors that are at least as new.
async fn life_of(core: &Core, code: &Code, client: &Client, now: Time) -> Result<Life> {
    let online = !code.scopes.contains(Scope::OfflineAccess);
    let session = if online { core.grants.get(&code.session).await? } else { None };
    let key = (code.sub, client.id.as_str().to_owned());
    let consent = core.consents.get(&key).await?.ok_or_else(not_good)?.into_document();
    let floors = subjects::floors(core, code.sub).await?;
    let outdated =
        code.revision < consent.revision || code.client_version < client.grants_from || code.version < floors.apps_from;
    if outdated || code.scopes.intersection(client.scopes).is_empty() {
        return Err(not_good());
    }
    if !online {
        return Ok(Life { version: code.version, idle_until: now + core.lifetimes.offline_idle });
    }
    let session = session.filter(|session| sessions::is_alive(session, floors, now)).ok_or_else(not_good)?;
    Ok(Life { version: session.version, idle_until: session.idle_until })
}

fn new_grant(core: &Core, code: &Code, client: &Client, life: &Life, key: Key<'_>, now: Time) -> Grant {
    // Without a refresh token nothing is left to use once the access token has expired.
    let refreshable = client.may(GrantType::RefreshToken);
    let idle_until = if refreshable { life.idle_until } else { now + core.lifetimes.access };
    Grant {
        id: code.request,
        kind: GrantKind::App,
        sub: code.sub,
        client: code.client.clone(),
        scopes: code.scopes,
        session: Some(code.session),
        online: !code.scopes.contains(Scope::OfflineAccess),
        version: code.version,
        revision: code.revision,
        client_version: code.client_version,
        generation: 1,
        rotated_at: now,
        surprised: Vec::new(),
        kid: core.keys.refresh_kid(),
        auth_time: code.auth_time,
        amr: code.amr.clone(),
        code_jti: Some(code.jti),
        dpop_jkt: key.filter(|_| client.is_public()).map(str::to_owned),
        idle_until,
        ended_at: None,
        expires_at: core.lifetimes.grant_document_until(idle_until),
    }
}

async fn tokens(
    core: &Core,
    code: &Code,
    client: &Client,
    grant: &Grant,
    version: i64,
    key: Key<'_>,
    now: Time,
) -> Result<TokenResponse> {
    let scopes = grant.scopes.intersection(client.scopes);
    let access_token = access_token(core, grant, version, scopes, key, now);
    let id_token = match scopes.contains(Scope::OpenId) {
        true => Some(id_token::issue(core, client, signed_in(code), &access_token, now).await?),
        false => None,
    };
    let refreshable = client.may(GrantType::RefreshToken);
    let refresh_token = refreshable.then(|| write_refresh(&core.keys, grant)).transpose()?;
    Ok(TokenResponse { refresh_token, id_token, ..TokenResponse::new(core, access_token, scopes, key) })
}

fn signed_in(code: &Code) -> SignedIn<'_> {
    SignedIn {
        sub: code.sub,
        auth_time: code.auth_time,
        amr: &code.amr,
        session: Some(code.session),
        nonce: code.nonce.as_deref(),
    }
}

/// The request has a grant already. The same code again is a replay, and what it gave ends. Another code for the same
/// request comes of a double click on *Allow*, and ends nothing.
async fn judge_replay(core: &Core, code: &Code) -> Result<()> {
    let grant = core.grants.get(&code.request).await?;
    if grant.is_some_and(|grant| grant.code_jti == Some(code.jti)) {
        grants::end_reused(core, code.request, Reused::AuthorizationCode).await?;
    }
    Ok(())
}

fn not_good() -> Error {
    Error::invalid_grant("The code is not good: expired, used before, or not for this app, redirect URI or verifier")
}
