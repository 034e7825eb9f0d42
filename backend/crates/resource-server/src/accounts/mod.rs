//! Accounts: signing up, signing in, sessions, passwords. Everything under `/api/v1/auth/`.
//!
//! Users, their credentials and their roles are this server's; sessions and tokens are the auth server's, which learns an
//! opaque id and a version and nothing else of a person. The way is always the same: judge here, then ask there
//! ([`crate::auth_client`]). Names and profiles are the users' slice, apps and consent have slices of their own.
//!
//! To add a way to prove who one is, add a file beside `login` that ends in [`open::session`].

mod account;
mod device;
mod email;
mod held;
mod login;
mod open;
mod password;
mod register;
mod session;
mod sessions;
#[cfg(test)]
mod tests;
mod tokens;

use httpkit::{Error, Result, UserId};
use serde::Serialize;
use store::{Document as _, Schema};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use account::{Account, EmailOwner};
use device::Device;

pub(crate) use account::Role;
pub(crate) use password::tell;

pub(crate) const SCHEMAS: &[&Schema] = &[Account::SCHEMA, EmailOwner::SCHEMA, Device::SCHEMA];

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
    OpenApiRouter::new().routes(routes!(sessions::list, sessions::end_others)).routes(routes!(sessions::end))
}

/// What of an account its owner sees.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PrivateFields {
    /// The address; absent where the token does not show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = "asha@example.org")]
    pub(crate) email: Option<String>,
    pub(crate) email_confirmed: bool,
    pub(crate) role: Role,
}

/// What of the account of `user` they see themselves.
///
/// # Errors
/// 401 `account_gone`.
pub(crate) async fn private_fields(app: &App, user: UserId) -> Result<PrivateFields> {
    let account = find(app, user).await?.document;
    Ok(PrivateFields { email: Some(account.email), email_confirmed: account.email_confirmed, role: account.role })
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
    account.ok_or_else(|| Error::token_invalid("account_gone", "This account does not exist any more"))
}
