//! The bodies of the consent page's calls.

use httpkit::auth_wire::{ConsentVerdict, ConsentView};
use httpkit::{ClientId, Scope, UnknownScope};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::words::{ScopeWords, words};
use crate::users::UserCard;

/// Which request.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ConsentQuery {
    /// The sealed request, from the page's address.
    pub request: String,
}

/// Which device.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeviceQuery {
    /// The code that the device shows; case, spaces and hyphens are no matter.
    #[param(example = "WDJB-MJHT")]
    pub user_code: String,
}

/// What an app asks for.
#[derive(Serialize, ToSchema)]
pub(super) struct Consent {
    client: ClientCard,
    scopes: Vec<AskedScope>,
    /// Who is signed in; null when nobody is.
    user: Option<UserCard>,
    /// The host that the person is sent to afterwards.
    redirect_host: String,
    /// Whether the person must sign in again before they decide.
    reauthenticate: bool,
    /// Whether all of it was decided before and nothing demands to ask again: then the page sends `remembered` at once.
    decided: bool,
    /// Whom the app expects.
    login_hint: Option<String>,
    /// Whether to offer to be somebody else.
    select_account: bool,
    /// In which languages the app would like the page (BCP 47, the preferred one first, separated by spaces).
    ui_locales: Option<String>,
}

/// The app that asks.
#[derive(Serialize, ToSchema)]
pub(super) struct ClientCard {
    #[schema(value_type = String)]
    client_id: ClientId,
    client_name: String,
    client_uri: Option<String>,
    logo_url: Option<String>,
    /// Where the app is described, for one that registered nowhere: only this host vouches for it.
    host: Option<String>,
    /// What it does with people's data.
    policy_uri: Option<String>,
    /// Its terms.
    tos_uri: Option<String>,
    /// Who made it; null for an app of the house, and for one that registered itself.
    made_by: Option<UserCard>,
    /// Whether it is an app of the house itself: the documentation.
    is_ours: bool,
}

/// One scope that is asked for.
#[derive(Serialize, ToSchema)]
struct AskedScope {
    #[serde(flatten)]
    words: ScopeWords,
    /// Whether the app cannot do without.
    required: bool,
    /// Whether the person gave it before.
    granted: bool,
}

/// What the person decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Decided {
    /// The sealed request, from the page's address.
    pub request: String,
    pub decision: Verdict,
    /// What is allowed, of what was asked; what the app cannot do without is allowed with it.
    #[serde(default)]
    #[schema(example = json!(["profile", "posts:read"]))]
    pub scopes: Vec<ScopeName>,
}

/// Yes or no.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Decision {
    /// The app gets the scopes that are named.
    Allow,
    /// The app gets nothing.
    Deny,
}

/// Yes, no, or as before.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// The app gets the scopes that are named.
    Allow,
    /// The app gets nothing.
    Deny,
    /// The app gets what it was allowed before, see `decided`; `scopes` does not count.
    Remembered,
}

impl From<Verdict> for ConsentVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Allow => Self::Allow,
            Verdict::Deny => Self::Deny,
            Verdict::Remembered => Self::Remembered,
        }
    }
}

/// A scope by its name, read at the door.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct ScopeName(pub Scope);

impl TryFrom<String> for ScopeName {
    type Error = UnknownScope;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse().map(Self)
    }
}

impl PartialSchema for ScopeName {
    fn schema() -> RefOr<Schema> {
        // A pattern and not a list: a scope that comes later is no new value of a released type.
        let names: Vec<_> = Scope::ALL.iter().map(|scope| scope.name()).collect();
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^({})$", names.join("|")))).into()
    }
}

impl ToSchema for ScopeName {}

/// Where the browser goes next.
#[derive(Serialize, ToSchema)]
pub(super) struct Redirect {
    /// Back to the app.
    pub redirect_to: String,
}

impl ClientCard {
    pub fn new(
        client_id: ClientId,
        client_name: String,
        client_uri: Option<String>,
        made_by: Option<UserCard>,
    ) -> Self {
        let is_ours = client_id == ClientId::docs();
        let host = client_id.host().map(str::to_owned);
        let (logo_url, policy_uri, tos_uri) = (None, None, None);
        Self { is_ours, host, client_id, client_name, client_uri, logo_url, policy_uri, tos_uri, made_by }
    }
}

impl Consent {
    pub fn new(view: ConsentView, user: Option<UserCard>, made_by: Option<UserCard>, logo_url: Option<String>) -> Self {
        let asked = |scope: Scope| AskedScope {
            words: words(scope),
            required: view.required.contains(scope),
            granted: view.granted.contains(scope),
        };
        Self {
            scopes: view.scopes.iter().map(asked).collect(),
            client: ClientCard {
                logo_url,
                policy_uri: view.policy_uri,
                tos_uri: view.tos_uri,
                ..ClientCard::new(view.client_id, view.client_name, view.client_uri, made_by)
            },
            user,
            redirect_host: view.redirect_host,
            reauthenticate: view.reauthenticate,
            decided: view.decided,
            login_hint: view.login_hint,
            select_account: view.select_account,
            ui_locales: view.ui_locales,
        }
    }
}
