//! The authorization code: a seal that says all that was decided. Nothing is stored until it is redeemed.

use httpkit::{ClientId, GrantId, ScopeSet, UserId};
use serde::{Deserialize, Serialize};
use store::{Id, Time};

use super::authorize::Pending;
use super::pkce::Challenge;
use crate::clients::Client;
use crate::consents::Consent;
use crate::core::Core;
use crate::grants::Grant;

/// What a code says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Code {
    /// The request that it answers; the grant's id once it is redeemed.
    pub request: GrantId,
    /// Its own id: tells a replay of this code from a second code for the same request.
    pub jti: Id,
    pub client: ClientId,
    pub redirect_uri: String,
    pub sub: UserId,
    pub scopes: ScopeSet,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The thumbprint of the key without which it cannot be redeemed (RFC 9449 section 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// The session in which it was decided.
    pub session: GrantId,
    /// The versions under which it was decided: of the credential, the consent, the client.
    pub version: i64,
    pub revision: i64,
    pub client_version: i64,
    pub auth_time: Time,
    pub amr: Vec<String>,
    pub expires_at: Time,
}

/// A code for `pending`, decided in `session`.
pub(crate) fn issue(
    core: &Core,
    client: &Client,
    pending: &Pending,
    session: &Grant,
    consent: &Consent,
    scopes: ScopeSet,
) -> String {
    let now = core.now();
    let code = Code {
        request: pending.request,
        jti: Id::generate_unsharded(now, &*core.random),
        client: client.id.clone(),
        redirect_uri: pending.redirect_uri.clone(),
        sub: session.sub,
        scopes,
        challenge: pending.challenge.clone(),
        nonce: pending.nonce.clone(),
        dpop_jkt: pending.dpop_jkt.clone(),
        session: session.id,
        version: session.version,
        revision: consent.revision,
        client_version: client.grants_from,
        auth_time: session.auth_time,
        amr: session.amr.clone(),
        expires_at: now + core.lifetimes.code_of(client),
    };
    core.seals.code.seal(&code, &*core.random)
}
