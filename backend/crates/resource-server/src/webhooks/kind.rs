//! The types of events, in words, and who may subscribe to which.
//!
//! An app hears what a relying party must act on, in the sense of OpenID RISC and Shared Signals, and nothing by which it
//! could watch people: when and from where somebody signs in is nobody's business but theirs and the operator's
//! (docs/decisions/an-app-hears-what-it-must-act-on.md).

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A type of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WebhookEventType)]
pub(crate) enum Kind {
    #[serde(rename = "session.started")]
    SessionStarted,
    #[serde(rename = "session.failed_burst")]
    FailedBurst,
    #[serde(rename = "session.ended")]
    SessionEnded,
    #[serde(rename = "password.reset")]
    PasswordReset,
    #[serde(rename = "device.new")]
    DeviceNew,
    #[serde(rename = "consent.granted")]
    ConsentGranted,
    #[serde(rename = "consent.withdrawn")]
    ConsentWithdrawn,
    #[serde(rename = "refresh_token.reused")]
    RefreshTokenReused,
    #[serde(rename = "account.suspended")]
    AccountSuspended,
    /// Sent by hand, and subscribed to by nobody.
    #[serde(rename = "webhook.test")]
    Test,
}

/// Who may subscribe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookAudience)]
pub(super) enum Audience {
    /// An app, about people who let it in.
    App,
    /// Whoever runs this place.
    Operator,
}

impl Kind {
    /// What can be subscribed to.
    pub const ALL: [Self; 9] = [
        Self::SessionStarted,
        Self::FailedBurst,
        Self::SessionEnded,
        Self::PasswordReset,
        Self::DeviceNew,
        Self::ConsentGranted,
        Self::ConsentWithdrawn,
        Self::RefreshTokenReused,
        Self::AccountSuspended,
    ];

    /// As it stands in payloads.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SessionStarted => "session.started",
            Self::FailedBurst => "session.failed_burst",
            Self::SessionEnded => "session.ended",
            Self::PasswordReset => "password.reset",
            Self::DeviceNew => "device.new",
            Self::ConsentGranted => "consent.granted",
            Self::ConsentWithdrawn => "consent.withdrawn",
            Self::RefreshTokenReused => "refresh_token.reused",
            Self::AccountSuspended => "account.suspended",
            Self::Test => "webhook.test",
        }
    }

    /// A few words for a list.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::SessionStarted => "Signed in",
            Self::FailedBurst => "Many failed sign-ins",
            Self::SessionEnded => "Signed out",
            Self::PasswordReset => "Password reset",
            Self::DeviceNew => "New device",
            Self::ConsentGranted => "App let in",
            Self::ConsentWithdrawn => "App's access withdrawn",
            Self::RefreshTokenReused => "Token used twice",
            Self::AccountSuspended => "Account suspended",
            Self::Test => "Test",
        }
    }

    /// When it is sent, in a sentence.
    pub(super) const fn detail(self) -> &'static str {
        match self {
            Self::SessionStarted => "Somebody signed up or in",
            Self::FailedBurst => "So many attempts at one account failed that the next one has to wait",
            Self::SessionEnded => "A session was ended; an app hears of those through which it was let in",
            Self::PasswordReset => {
                "Somebody chose a new password by a link, and every session and token of theirs ended"
            }
            Self::DeviceNew => "Somebody signed in on a device that was not known",
            Self::ConsentGranted => "Somebody allowed an app something",
            Self::ConsentWithdrawn => "Somebody took back all that they had allowed an app",
            Self::RefreshTokenReused => {
                "A refresh token or code came a second time, so somebody holds a copy; what it opened has ended"
            }
            Self::AccountSuspended => "An admin suspended an account, and every session and token of it ended",
            Self::Test => "Sent by hand, to try a webhook",
        }
    }

    /// Who may subscribe to it.
    pub(super) const fn audience(self) -> &'static [Audience] {
        match self {
            Self::SessionStarted | Self::FailedBurst | Self::DeviceNew => &[Audience::Operator],
            Self::SessionEnded
            | Self::PasswordReset
            | Self::ConsentGranted
            | Self::ConsentWithdrawn
            | Self::RefreshTokenReused
            | Self::AccountSuspended => &[Audience::App, Audience::Operator],
            Self::Test => &[],
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    /// One of those that can be subscribed to.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}
