//! Accounts: signing up, signing in, sessions, passwords. Everything under `/api/v1/auth/`.
//!
//! Users, their credentials and their roles are this server's; sessions and tokens are the auth server's, which learns an
//! opaque id and a version and nothing else of a person. The way is always the same: judge here, then ask there
//! ([`crate::auth_client`]). Names and profiles are the users' slice, apps and consent have slices of their own.
//!
//! To add a way to prove who one is, add a file beside `login` that ends in [`open::session`].

mod account;
mod address;
mod attempts;
mod codes;
mod device;
mod email;
mod forgot;
mod held;
mod import;
mod known_device;
mod language;
mod leave;
mod letters;
mod login;
mod open;
mod outbox;
mod password;
mod post;
mod proof;
mod register;
mod roles;
mod session;
mod sessions;
mod standing;
mod suspension;
#[cfg(test)]
mod tests;
mod tokens;
mod verification;

use httpkit::settings::EmailVerification;
use httpkit::{Error, Result, UserId};
use serde::Serialize;
use store::{Document as _, Schema};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use account::{Account, Admins, EmailOwner};
use attempts::Attempts;
use codes::Code;
use device::Device;

pub use account::Role;
pub(crate) use attempts::AttemptsKey;
pub(crate) use codes::CodeKey;
pub(crate) use forgot::send_link;
pub use import::{ImportProblem, ImportReport, import_users};
pub(crate) use import::{Line as Newcomer, enrol};
pub(crate) use known_device::DeviceSealer;
pub(crate) use leave::{ClearAway, clear_away, tell_left};
pub(crate) use outbox::tell;
pub(crate) use post::{deliver_code, deliver_news};
pub use roles::{RoleProblem, set_role};
pub(crate) use roles::{change_role, keep_within, tell_ceiling};
pub(crate) use standing::{Standing, ids, of_role, standings, suspended};
pub(crate) use suspension::{restore, suspend};

pub(crate) const SCHEMAS: &[&Schema] =
    &[Account::SCHEMA, Admins::SCHEMA, EmailOwner::SCHEMA, Code::SCHEMA, Attempts::SCHEMA, Device::SCHEMA];

/// What a cookie may stand behind: no other origin's page gets to read any of it.
pub(crate) fn cookie_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session::csrf))
        .routes(routes!(register::register))
        .routes(routes!(login::login))
        .routes(routes!(session::refresh))
        .routes(routes!(session::logout))
        .routes(routes!(password::change))
}

/// What a Bearer header alone authenticates.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sessions::list, sessions::end_others))
        .routes(routes!(sessions::end))
        .routes(routes!(leave::leave))
        .routes(routes!(forgot::ask))
        .routes(routes!(forgot::reset))
        .routes(routes!(verification::email))
        .routes(routes!(verification::confirm_email))
        .routes(routes!(verification::change_email))
        .routes(routes!(verification::phone))
        .routes(routes!(verification::confirm_phone))
}

/// What of an account its owner sees.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PrivateFields {
    /// The address; absent where the token does not show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = "asha@example.org")]
    pub(crate) email: Option<String>,
    pub(crate) email_confirmed: bool,
    /// Whether confirming the address is still asked for, and whether anything hangs on it.
    pub(crate) email_verification: EmailNeed,
    /// A confirmed number; absent where there is none or the token does not show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = "+919876543210")]
    pub(crate) phone: Option<String>,
    pub(crate) role: Role,
}

/// What is asked of the owner of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EmailNeed {
    /// Nothing: it is confirmed, or nobody asks.
    Nothing,
    /// To confirm it, some time.
    Asked,
    /// To confirm it before anything is posted.
    Required,
}

/// What of the account of `user` they see themselves.
///
/// # Errors
/// 401 `account_gone`.
pub(crate) async fn private_fields(app: &App, user: UserId) -> Result<PrivateFields> {
    let account = find(app, user).await?.document;
    Ok(PrivateFields {
        email_confirmed: account.email_confirmed,
        email_verification: need(app, &account),
        email: Some(account.email),
        phone: account.phone,
        role: account.role,
    })
}

fn need(app: &App, account: &Account) -> EmailNeed {
    if account.email_confirmed || app.outside().mailer.is_none() {
        return EmailNeed::Nothing;
    }
    match app.settings().accounts.email_verification {
        EmailVerification::Off => EmailNeed::Nothing,
        EmailVerification::Asked => EmailNeed::Asked,
        EmailVerification::Required => EmailNeed::Required,
    }
}

/// Lets `user` post, comment and upload, unless this house wants their address confirmed first.
///
/// # Errors
/// 403 `email_not_confirmed`.
pub(crate) async fn may_post(app: &App, user: UserId) -> Result<()> {
    // Whoever need not be looked up is not.
    if app.settings().accounts.email_verification != EmailVerification::Required {
        return Ok(());
    }
    match need(app, &*find(app, user).await?) {
        EmailNeed::Nothing | EmailNeed::Asked => Ok(()),
        EmailNeed::Required => Err(Error::forbidden("email_not_confirmed", "Confirm your e-mail address first")
            .issue("We sent a code to your address. Give it back under Settings, or ask for a new one there")),
    }
}

/// The role of `user` as it is now.
///
/// # Errors
/// 401 `account_gone`.
pub(crate) async fn role(app: &App, user: UserId) -> Result<Role> {
    Ok(find(app, user).await?.role)
}

async fn find(app: &App, user: UserId) -> Result<store::Stored<Account>> {
    let account = app.store().collection::<Account>().get(&user).await?;
    account.ok_or_else(gone)
}

fn gone() -> Error {
    Error::token_invalid("account_gone", "This account does not exist any more")
}
