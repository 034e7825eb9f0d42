//! `auth_clients`: one document an app. Of its developer it knows the opaque id.

use httpkit::auth_wire::{ClientType, ClientView};
use httpkit::{ClientId, ScopeSet, UserId};
use serde::{Deserialize, Serialize};
use store::{Document, Index, Schema, ShardKey, Time};

use super::redirect_uri::RedirectUri;

/// A developer's apps, by age.
pub(crate) const BY_OWNER: &str = "by_owner";

/// How an app may get tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
}

impl GrantType {
    pub(crate) const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    /// Its name on the wire (RFC 7591 section 2).
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant_type| grant_type.name() == name)
    }
}

/// A secret of a confidential app, as a hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secret {
    /// HMAC-SHA-256 under a key of this server, base64url.
    pub hash: String,
    /// When an old one stops to open, during a rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

impl Secret {
    pub(crate) fn is_good(&self, now: Time) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// A registered app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Client {
    pub id: ClientId,
    pub name: String,
    pub client_type: ClientType,
    pub grant_types: Vec<GrantType>,
    pub redirect_uris: Vec<RedirectUri>,
    /// What it may ask for.
    pub scopes: ScopeSet,
    /// What it cannot do without.
    #[serde(default)]
    pub required_scopes: ScopeSet,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The developer; nobody for the house's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// At most two, the newest first. None for a public app.
    #[serde(default)]
    pub secrets: Vec<Secret>,
    /// Grants born under a lower number no longer count.
    #[serde(default)]
    pub grants_from: i64,
    pub created_at: Time,
    /// When a token was last issued to it, to about a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Time>,
}

impl Client {
    pub(crate) fn is_public(&self) -> bool {
        self.client_type == ClientType::Public
    }

    pub(crate) fn may(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// Whether codes may be sent to `presented`.
    pub(crate) fn allows_redirect_to(&self, presented: &str) -> bool {
        self.redirect_uris.iter().any(|registered| registered.matches(presented))
    }

    /// As its developer sees it.
    pub(crate) fn view(&self, last_used: Option<Time>, now: Time) -> ClientView {
        let method = if self.is_public() { "none" } else { "client_secret_basic" };
        ClientView {
            client_id: self.id.clone(),
            client_name: self.name.clone(),
            redirect_uris: self.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
            client_type: self.client_type,
            grant_types: self.grant_types.iter().map(|grant_type| grant_type.name().to_owned()).collect(),
            token_endpoint_auth_method: method.to_owned(),
            scope: self.scopes,
            client_uri: self.uri.clone(),
            created_at: self.created_at,
            last_used,
            secrets: self.secrets.iter().filter(|secret| secret.is_good(now)).count(),
        }
    }
}

impl Document for Client {
    type Key = String;
    const SCHEMA: &'static Schema =
        &Schema::new("auth_clients").indexes(&[Index::new(BY_OWNER).equal(&["owner"])]).shard_key(ShardKey::Key);

    fn key(&self) -> String {
        self.id.as_str().to_owned()
    }
}
