//! What the token endpoint answers (RFC 6749 section 5.1), and how an app's access token is made.

use httpkit::ScopeSet;
use serde::Serialize;
use store::Time;
use utoipa::ToSchema;

use crate::core::Core;
use crate::grants::Grant;
use crate::tokens::AccessContent;

/// The thumbprint of the key that the app proved to have (RFC 9449), if it proved one.
pub(super) type Key<'a> = Option<&'a str>;

/// Tokens for an app.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenResponse {
    /// A JWT (RFC 9068), sent as `Authorization: Bearer`, or as `Authorization: DPoP` with a proof.
    pub access_token: String,
    /// `Bearer`, or `DPoP` where it is bound to a key.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// What was granted, which may be less than was asked.
    #[schema(value_type = String, example = "openid posts:read")]
    pub scope: ScopeSet,
    /// Each use gives a new one, after which the old one is no longer good; an app of the FAPI 2.0 profile keeps its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// With the scope `openid`, when a code is redeemed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

impl TokenResponse {
    /// With an access token that is bound to `key`, if there is one.
    pub(super) fn new(core: &Core, access_token: String, scope: ScopeSet, key: Key<'_>) -> Self {
        let expires_in = core.tokens.access_seconds();
        let token_type = if key.is_some() { "DPoP" } else { "Bearer" };
        Self { access_token, token_type, expires_in, scope, refresh_token: None, id_token: None }
    }
}

/// An access token of an app's grant, for `scopes`, bound to `key` if there is one.
///
/// `version` is what resource servers compare with the subject's floors. Of an online grant it is the session's, which
/// moves up when the password is changed in that session; of an offline one the grant's own.
pub(super) fn access_token(
    core: &Core,
    grant: &Grant,
    version: i64,
    scopes: ScopeSet,
    key: Key<'_>,
    now: Time,
) -> String {
    let content = AccessContent {
        sub: grant.sub.to_string(),
        client: grant.client.clone(),
        scope: scopes.to_string(),
        grant: Some(grant.id),
        session: grant.session_of_tokens(),
        version,
        revision: grant.revision,
        client_version: grant.client_version,
        key: key.map(str::to_owned),
    };
    core.tokens.write_access(&core.keys, content, now, &*core.random)
}
