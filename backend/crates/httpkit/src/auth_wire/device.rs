//! A device that waits for a person (RFC 8628), as the page for it asks and answers.

use serde::{Deserialize, Serialize};
use store::Time;

use super::AllowedApp;
use crate::ids::{ClientId, GrantId, UserId};
use crate::scope::ScopeSet;

/// What is the device asking that shows this code?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeviceQuestion {
    /// As the person typed it.
    pub user_code: String,
    /// The most that this user's role can give.
    pub ceiling: ScopeSet,
}

/// What the page shows before anything is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceView {
    /// The code as the device shows it.
    pub user_code: String,
    /// The app.
    pub client_id: ClientId,
    /// Its name.
    pub client_name: String,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Who made it, where a user did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// What it asks for, within the ceiling.
    pub scopes: ScopeSet,
    /// What it cannot do without.
    pub required: ScopeSet,
    /// When the device began.
    pub begun_at: Time,
    /// The network address that the device asked from.
    pub address: String,
    /// Until when it waits.
    pub expires_at: Time,
}

/// What the person decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeviceDecision {
    /// As the person typed it.
    pub user_code: String,
    /// Who decides.
    pub sub: UserId,
    /// In which session; what the device gets does not end with it.
    pub session_id: GrantId,
    /// The most that this user's role can give.
    pub ceiling: ScopeSet,
    /// Allow, or not.
    pub allow: bool,
    /// What is allowed; within what was asked.
    pub scopes: ScopeSet,
}

/// What became of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DeviceAnswer {
    /// What was allowed, where anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<AllowedApp>,
}
