//! A pending authorization request, as the consent page asks and answers it.

use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, GrantId, UserId};
use crate::scope::ScopeSet;

/// What is a pending authorization request asking?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConsentQuestion {
    /// The sealed request from the page's address.
    pub request: String,
    /// The browser's flow cookies, name and value: the one named after the request must be among them.
    pub flow_cookies: Vec<(String, String)>,
    /// Who is signed in, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<UserId>,
    /// In which session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<GrantId>,
    /// The most that this user's role can give.
    pub ceiling: ScopeSet,
}

/// What the consent page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentView {
    /// The app.
    pub client_id: ClientId,
    /// Its name.
    pub client_name: String,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its picture, see [`super::ClientOptions::logo_media`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_media: Option<String>,
    /// What it does with people's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Who made it, where a user did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// What it asks for, within the ceiling.
    pub scopes: ScopeSet,
    /// What it cannot do without.
    pub required: ScopeSet,
    /// What this user gave it before.
    pub granted: ScopeSet,
    /// The host that the person is sent to afterwards.
    pub redirect_host: String,
    /// Whether the person must sign in again first.
    pub reauthenticate: bool,
    /// Whether there is nothing to ask: see [`ConsentVerdict::Remembered`].
    #[serde(default)]
    pub decided: bool,
    /// Whom the app expects, as it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// Whether the person is to be offered to be somebody else.
    #[serde(default)]
    pub select_account: bool,
    /// In which languages the app would like the page, the preferred one first (BCP 47, separated by spaces).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
}

/// What the person decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConsentDecision {
    /// The sealed request.
    pub request: String,
    /// See [`ConsentQuestion::flow_cookies`].
    pub flow_cookies: Vec<(String, String)>,
    /// Who decides.
    pub sub: UserId,
    /// In which session.
    pub session_id: GrantId,
    /// The most that this user's role can give.
    pub ceiling: ScopeSet,
    /// Allow, or not.
    pub verdict: ConsentVerdict,
    /// What is allowed, with [`ConsentVerdict::Allow`]; within what was asked.
    pub scopes: ScopeSet,
}

/// The most that a user can give from now on: their role was taken away. What apps hold beyond it ends. Idempotent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ceiling {
    /// See [`ConsentQuestion::ceiling`].
    pub ceiling: ScopeSet,
}

/// What a decision says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentVerdict {
    /// The app gets what is named.
    Allow,
    /// It gets nothing.
    Deny,
    /// It gets what the person allowed it before: all that it asks for was decided then, and nothing demands to ask again.
    Remembered,
}

/// Where the browser goes next.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConsentAnswer {
    /// The app's redirect URI with code or error, `state` and `iss`.
    pub redirect_to: String,
    /// What was allowed, where anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<AllowedApp>,
}

/// An app that a person let in just now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedApp {
    /// Which app.
    pub client_id: ClientId,
    /// What it may do.
    pub scopes: ScopeSet,
}
