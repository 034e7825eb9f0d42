//! The one list of what is limited, with the words for who goes too far. The quotas are settings (`[limits]` in
//! `tapri.default.toml`).
//!
//! To add a limit: a variant, its words, its line in [`Limit::ALL`], and its section in the default settings; the
//! settings do not load before all of them are there.

use serde::Deserialize;

/// What may be limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Any request at all.
    Default,
    /// Signing in; the subject is the name that was given.
    Login,
    /// Signing up.
    Register,
    /// Renewing or ending a session.
    Session,
    /// Proving a password again, or changing it; the subject is the user.
    Password,
    /// The OAuth endpoints that give out tokens; the subject is the client.
    Token,
    /// Typing the code of a device; only wrong ones count in the end, and the subject is the user.
    DeviceCode,
    /// Registering or changing apps; the subject is the user.
    App,
    /// Changing and testing webhooks; the subject is the user.
    Webhook,
    /// Uploading; the subject is the user.
    Upload,
    /// Posting; the subject is the user.
    Post,
    /// Commenting; the subject is the user.
    Comment,
    /// Liking and taking it back; the subject is the user.
    Like,
    /// Following and leaving; the subject is the user.
    Follow,
    /// Reporting; the subject is the user.
    Report,
}

impl Limit {
    /// Every limit, in the order of the settings file.
    pub const ALL: [Self; 15] = [
        Self::Default,
        Self::Login,
        Self::Register,
        Self::Session,
        Self::Password,
        Self::Token,
        Self::DeviceCode,
        Self::App,
        Self::Webhook,
        Self::Upload,
        Self::Post,
        Self::Comment,
        Self::Like,
        Self::Follow,
        Self::Report,
    ];

    /// Its name in the settings, in the log and in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Login => "login",
            Self::Register => "register",
            Self::Session => "session",
            Self::Password => "password",
            Self::Token => "token",
            Self::DeviceCode => "device_code",
            Self::App => "app",
            Self::Webhook => "webhook",
            Self::Upload => "upload",
            Self::Post => "post",
            Self::Comment => "comment",
            Self::Like => "like",
            Self::Follow => "follow",
            Self::Report => "report",
        }
    }

    /// What somebody who went too far reads.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Default => "Too many requests",
            Self::Login => "Too many attempts to sign in",
            Self::Register => "Too many new accounts from here",
            Self::Session => "Too many renewals of a session",
            Self::Password => "Too many attempts with a password",
            Self::Token => "Too many requests for tokens",
            Self::DeviceCode => "Too many wrong codes",
            Self::App => "Too many changes to apps",
            Self::Webhook => "Too many changes to webhooks",
            Self::Upload => "Too many uploads",
            Self::Post => "Too many posts",
            Self::Comment => "Too many comments",
            Self::Like => "Too many likes",
            Self::Follow => "Too many follows",
            Self::Report => "Too many reports",
        }
    }
}
