//! The ID token (OpenID Connect Core section 2): who signed in, when and how. No profile: the auth server knows none.

use httpkit::{GrantId, UserId};
use serde::{Deserialize, Serialize};
use store::Time;

use crate::clients::Client;
use crate::core::Core;
use crate::error::Result;

/// How sure we are of who somebody is: signed in with what only they know (ISO/IEC 29115, level 1). There is no other.
pub(crate) const ACR: &str = "1";

/// Whom an ID token is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedIn<'a> {
    pub sub: UserId,
    /// When they proved who they are, and how.
    pub auth_time: Time,
    pub amr: &'a [String],
    /// The session in which they let the app in; a device is let in without one.
    pub session: Option<GrantId>,
    /// What the app wants to find again.
    pub nonce: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    acr: &'static str,
    amr: &'a [String],
    at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
}

/// What an ID token that comes back as a hint says; it may be old.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Hint {
    iss: String,
    /// Whom it is about.
    pub sub: String,
    /// The app that it was made for.
    pub aud: String,
    #[serde(default)]
    pub sid: Option<String>,
}

/// The ID token for `client` that goes with `access_token`.
///
/// # Errors
/// The store's, where the first key of an algorithm must be made.
pub(crate) async fn issue(
    core: &Core,
    client: &Client,
    who: SignedIn<'_>,
    access_token: &str,
    now: Time,
) -> Result<String> {
    let key = core.keys.id_token(client.id_token_alg).await?;
    Ok(key.sign(
        "JWT",
        &Claims {
            iss: &core.issuer,
            sub: who.sub.to_string(),
            aud: client.id.as_str(),
            exp: (now + core.lifetimes.access).as_seconds(),
            iat: now.as_seconds(),
            auth_time: who.auth_time.as_seconds(),
            nonce: who.nonce,
            acr: ACR,
            amr: who.amr,
            at_hash: key.half_hash(access_token),
            sid: who.session.map(|session| session.to_string()),
        },
    ))
}

/// What an ID token of ours says, also one that has expired; nothing where it is none of ours.
pub(crate) fn read_hint(core: &Core, token: &str) -> Option<Hint> {
    let hint: Hint = core.keys.read_id_token(token)?;
    core.tokens.is_of_ours(&hint.iss).then_some(hint)
}
