//! `auth_clients`: one document an app. Of its developer it knows the opaque id.

use httpkit::auth_wire::{ClientType, ClientView};
use httpkit::{ClientId, ScopeSet, UserId, WayBack};
use serde::{Deserialize, Serialize};
use store::{Document, Index, Schema, ShardKey, Time};

use super::metadata::{AuthMethod, GrantType, Origin, SecurityProfile, SigningAlgorithm};
use super::options;
use super::public_key::PublicKey;
use super::redirect_uri::{RedirectUri, origin_of_site};

/// A developer's apps, by age.
pub(crate) const BY_OWNER: &str = "by_owner";

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

/// Where the keys are with which an app signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientKeys {
    /// Registered with it (`jwks`).
    Inline(Vec<PublicKey>),
    /// To be fetched (`jwks_uri`).
    At(String),
}

/// What people may be shown of an app besides its name and its page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pages {
    /// A picture somewhere else. Kept because it was registered, and never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The picture that people are shown, in the resource server's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_media: Option<String>,
    /// What it does with people's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Its terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
}

/// What an app registered for signing people out (OpenID Connect RP-Initiated and Back-Channel Logout).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Logout {
    /// Where the browser may be sent after a logout that the app asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where it is told that a session ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_uri: Option<String>,
    /// Whether it needs `sid` for that; it always gets one.
    #[serde(default)]
    pub session_required: bool,
}

/// A registered app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Client {
    pub id: ClientId,
    pub name: String,
    #[serde(alias = "client_type")]
    pub auth_method: AuthMethod,
    pub grant_types: Vec<GrantType>,
    pub redirect_uris: Vec<RedirectUri>,
    /// What it may ask for.
    pub scopes: ScopeSet,
    /// What it cannot do without.
    #[serde(default)]
    pub required_scopes: ScopeSet,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    #[serde(default)]
    pub pages: Pages,
    /// The developer; nobody for the house's own and for those that registered themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    #[serde(default)]
    pub origin: Origin,
    /// At most two, the newest first. None for an app that proves itself without one.
    #[serde(default)]
    pub secrets: Vec<Secret>,
    /// Only with [`AuthMethod::PrivateKeyJwt`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<ClientKeys>,
    /// The one algorithm of its assertions; none: any that its keys can make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion_alg: Option<SigningAlgorithm>,
    /// See [`Client::requires_pkce`].
    #[serde(default = "yes")]
    pub require_pkce: bool,
    #[serde(default)]
    pub profile: SecurityProfile,
    /// See [`Client::binds_tokens`].
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// See [`Client::requires_par`].
    #[serde(default)]
    pub require_pushed_authorization_requests: bool,
    /// What its ID tokens are signed with.
    #[serde(default)]
    pub id_token_alg: SigningAlgorithm,
    /// Seconds: the `max_age` of a request that names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    #[serde(default)]
    pub logout: Logout,
    /// Hash of the token with which it keeps its own registration (RFC 7592).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_token: Option<String>,
    /// Grants born under a lower number no longer count.
    #[serde(default)]
    pub grants_from: i64,
    pub created_at: Time,
    /// When a token was last issued to it, to about a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Time>,
    /// Of an app that is a document: when its server last said so, to about a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Time>,
    /// When an app that registered itself is forgotten, unless it got a grant before: then this is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
}

const fn yes() -> bool {
    true
}

impl Client {
    /// An app with everything that may be left unsaid: code and refresh, PKCE, nothing else. It may ask for nothing yet.
    pub(crate) fn new(id: ClientId, name: String, auth_method: AuthMethod, created_at: Time) -> Self {
        Self {
            id,
            name,
            auth_method,
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            redirect_uris: Vec::new(),
            scopes: ScopeSet::EMPTY,
            required_scopes: ScopeSet::EMPTY,
            uri: None,
            pages: Pages::default(),
            owner: None,
            origin: Origin::Developer,
            secrets: Vec::new(),
            keys: None,
            assertion_alg: None,
            require_pkce: true,
            profile: SecurityProfile::Standard,
            dpop_bound_access_tokens: false,
            require_pushed_authorization_requests: false,
            id_token_alg: SigningAlgorithm::Rs256,
            default_max_age: None,
            logout: Logout::default(),
            registration_token: None,
            grants_from: 0,
            created_at,
            last_used: None,
            confirmed_at: None,
            expires_at: None,
        }
    }

    pub(crate) fn client_type(&self) -> ClientType {
        self.auth_method.client_type()
    }

    pub(crate) fn is_public(&self) -> bool {
        self.auth_method == AuthMethod::None
    }

    /// Whether it keeps to the FAPI 2.0 Security Profile.
    pub(crate) fn is_fapi(&self) -> bool {
        self.profile == SecurityProfile::Fapi2
    }

    /// Whether an authorization request without a challenge is refused. A challenge that is there is always enforced.
    pub(crate) fn requires_pkce(&self) -> bool {
        self.require_pkce || self.is_public() || self.is_fapi()
    }

    /// Whether it may ask for authorization only by a pushed request (RFC 9126).
    pub(crate) fn requires_par(&self) -> bool {
        self.require_pushed_authorization_requests || self.is_fapi()
    }

    /// Whether it gets only tokens that are bound to a key (RFC 9449).
    pub(crate) fn binds_tokens(&self) -> bool {
        self.dpop_bound_access_tokens || self.is_fapi()
    }

    /// Whether each use of a refresh token gives a new one. FAPI 2.0 forbids it: those are held by client authentication.
    pub(crate) fn rotates_refresh_tokens(&self) -> bool {
        !self.is_fapi()
    }

    pub(crate) fn may(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// Whether codes may be sent to `presented`.
    pub(crate) fn allows_redirect_to(&self, presented: &str) -> bool {
        self.redirect_uris.iter().any(|registered| registered.matches(presented))
    }

    /// Where a person goes on whom it sent here with `redirect_uri`: to its page, or where it would be answered. A program
    /// on the person's machine has no page.
    pub(crate) fn way_back(&self, redirect_uri: &str) -> WayBack {
        let site = || origin_of_site(redirect_uri);
        WayBack { name: self.name.clone(), uri: self.uri.clone().or_else(site) }
    }

    /// As its developer sees it.
    pub(crate) fn view(&self, last_used: Option<Time>, now: Time) -> ClientView {
        ClientView {
            client_id: self.id.clone(),
            client_name: self.name.clone(),
            redirect_uris: self.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
            client_type: self.client_type(),
            grant_types: self.grant_types.iter().map(|grant_type| grant_type.name().to_owned()).collect(),
            scope: self.scopes,
            client_uri: self.uri.clone(),
            options: options::of(self),
            created_at: self.created_at,
            last_used,
            secrets: self.secrets.iter().filter(|secret| secret.is_good(now)).count(),
        }
    }
}

impl Document for Client {
    type Key = String;
    const SCHEMA: &'static Schema = &Schema::new("auth_clients")
        .indexes(&[Index::new(BY_OWNER).equal(&["owner"])])
        .expires("expires_at")
        .shard_key(ShardKey::Key);

    fn key(&self) -> String {
        self.id.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_from_before_the_choices_still_reads() {
        let now = Time::from_seconds(1_790_000_000);
        let old = |client_type: &str| {
            let mut written =
                serde_json::to_value(Client::new(ClientId::docs(), "x".to_owned(), AuthMethod::None, now));
            let fields = written.as_mut().unwrap().as_object_mut().unwrap();
            let kept = ["id", "name", "grant_types", "redirect_uris", "scopes", "created_at"];
            fields.retain(|name, _| kept.contains(&name.as_str()));
            fields.insert("client_type".to_owned(), json!(client_type));
            serde_json::from_value::<Client>(written.unwrap()).unwrap()
        };
        let expected = |method| Client::new(ClientId::docs(), "x".to_owned(), method, now);
        assert_eq!(old("public"), expected(AuthMethod::None));
        assert_eq!(old("confidential"), expected(AuthMethod::ClientSecretBasic));
    }
}
