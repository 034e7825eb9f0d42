//! What is kept of a code.

use std::time::Duration;

use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, Schema, Time};

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// Confirming an e-mail address.
    Email,
    /// Confirming a phone number.
    Phone,
    /// Choosing a new password without the old one.
    Reset,
}

impl Purpose {
    /// How it is called in keys and hashes. Never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Reset => "reset",
        }
    }

    /// How long one is good.
    pub fn life(self) -> Duration {
        match self {
            Self::Email | Self::Phone => Duration::from_secs(600),
            Self::Reset => Duration::from_secs(3600),
        }
    }
}

/// What is kept of the newest code of a person for a purpose, and of how many there were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Code {
    pub user_id: UserId,
    pub purpose: Purpose,
    /// The address or number that it was sent to, as it was typed.
    pub target: String,
    /// Keyed, in base64url; none until it is drawn.
    pub hash: Option<String>,
    pub tries_left: i64,
    pub good_until: Option<Time>,
    pub asked_at: Time,
    /// How many were asked for since the window began.
    pub sent: i64,
    pub window_ends: Time,
    pub expires_at: Time,
}

impl Code {
    /// Where the code of `user` for `purpose` lies.
    pub fn key_of(user: UserId, purpose: Purpose) -> (UserId, String) {
        (user, purpose.name().to_owned())
    }
}

impl Document for Code {
    type Key = (UserId, String);

    const SCHEMA: &'static Schema = &Schema::new("resource_codes").expires("expires_at");

    fn key(&self) -> Self::Key {
        Self::key_of(self.user_id, self.purpose)
    }
}
