//! Tokens for an app that stands for itself (RFC 6749 section 4.4): `sub` is its own id, whose form no user's has, and
//! there is no grant, no refresh token and nothing of a person in it.

use httpkit::{Scope, ScopeSet, UnknownScope};

use super::response::{Key, TokenResponse};
use crate::clients::Client;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::oauth::params::Params;
use crate::tokens::AccessContent;

/// What only a person can give.
const PERSONAL: [Scope; 6] =
    [Scope::OpenId, Scope::Profile, Scope::Email, Scope::OfflineAccess, Scope::Mod, Scope::Admin];

/// An access token for the app itself.
///
/// # Errors
/// `invalid_scope`.
pub(super) fn issue(core: &Core, client: &Client, params: &Params, key: Key<'_>) -> Result<TokenResponse> {
    let possible = PERSONAL.into_iter().fold(client.scopes, ScopeSet::without);
    let scopes = match params.one("scope")? {
        None => possible,
        Some(asked) => asked.parse().map_err(|error: UnknownScope| Error::invalid_scope(error.to_string()))?,
    };
    if scopes.is_empty() || !possible.contains_all(scopes) {
        return Err(Error::invalid_scope("An app that stands for itself cannot have these scopes"));
    }
    let content = AccessContent {
        sub: client.id.as_str().to_owned(),
        client: client.id.clone(),
        scope: scopes.to_string(),
        grant: None,
        session: None,
        version: 0,
        revision: 0,
        client_version: client.grants_from,
        key: key.map(str::to_owned),
    };
    let access_token = core.tokens.write_access(&core.keys, content, core.now(), &*core.random);
    Ok(TokenResponse::new(core, access_token, scopes, key))
}
