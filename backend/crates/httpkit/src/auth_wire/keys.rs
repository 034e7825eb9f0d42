//! The keys as the operator sees them: what they are for and what they do now, and nothing that signs.

use serde::{Deserialize, Serialize};
use store::Time;

/// What a key does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, and not signing yet.
    Next,
    /// Signs.
    Signing,
    /// Signs no more; what it signed is believed.
    Verifying,
    /// Not believed any more, and soon forgotten.
    Retired,
}

/// A key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// `access`, `refresh`, `seal`, `id_token`, …
    pub purpose: String,
    /// `HS256`, `RS256`, …
    pub algorithm: String,
    /// Its public name.
    pub kid: String,
    /// What it does now.
    pub state: KeyState,
    /// When it was made and published.
    pub created_at: Time,
    /// When it signs, or began to.
    pub signs_from: Time,
    /// When it is no longer believed, where there is a next one already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_at: Option<Time>,
}
