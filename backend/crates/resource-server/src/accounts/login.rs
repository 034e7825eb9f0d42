//! Signing in with a password.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use httpkit::extract::Json;
use httpkit::limits::{Limit, Requester};
use httpkit::{Envelope, Reply, Result};
use serde::Deserialize;
use store::Change;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::account::{Account, EmailOwner};
use super::email::Email;
use super::open::{self, SignedIn};
use super::tokens::SessionMode;
use crate::app::App;
use crate::users::{self, Username};

/// Who wants in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginBody {
    /// User name or e-mail address.
    #[schema(example = "asha")]
    login: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
    /// A one-time code, for accounts that ask for one. None does yet, so it is not looked at.
    #[serde(default)]
    #[serde(rename = "otp")]
    _otp: Option<String>,
    /// Where the refresh token is to go.
    #[serde(default)]
    session: SessionMode,
}

/// Sign in
#[utoipa::path(
    post, path = "/auth/login", tag = "Accounts", operation_id = "login",
    params(("X-CSRF-Token" = Option<String>, Header, description = "In cookie mode; see `GET /api/v1/auth/csrf`")),
    request_body = LoginBody,
    responses((status = 200, description = "Signed in", body = Envelope<SignedIn>))
)]
pub(super) async fn login(
    State(app): State<App>,
    requester: Requester,
    headers: HeaderMap,
    Json(body): Json<LoginBody>,
) -> Result<Response> {
    if body.session == SessionMode::Cookie {
        app.csrf().check(&headers)?;
    }
    let name = Name::read(&body.login);
    app.limits().requester(Limit::Login, requester).await?;
    app.limits().subject(Limit::Login, name.compared()).await?;
    let account = find(&app, &name).await?;
    let account = prove(&app, account, Zeroizing::new(body.password)).await?;
    let opened = open::session(&app, &account, body.session, &headers).await?;
    let user = users::me(&app, account.user_id).await?;
    Ok(opened.respond(|tokens| Reply::ok("You are signed in", SignedIn { user, tokens })))
}

/// What somebody signs in with.
enum Name {
    User(Username),
    Email(Email),
    /// Nothing that could be anybody's.
    Nobody(String),
}

impl Name {
    fn read(login: &str) -> Self {
        if login.contains('@') {
            return Email::parse("login", login).map_or_else(|_| Self::nobody(login), Self::Email);
        }
        Username::parse(login.trim()).map_or_else(|_| Self::nobody(login), Self::User)
    }

    /// Enough of it to count by.
    fn nobody(login: &str) -> Self {
        Self::Nobody(login.chars().take(64).collect())
    }

    /// The form by which attempts are counted: the same for all spellings of one name.
    fn compared(&self) -> &str {
        match self {
            Self::User(name) => name.as_str(),
            Self::Email(email) => &email.compared,
            Self::Nobody(text) => text,
        }
    }
}

/// The account that `name` names. As long as no mail is configured nothing can be confirmed, and every address signs in.
async fn find(app: &App, name: &Name) -> Result<Option<Account>> {
    let user = match name {
        Name::User(name) => users::find_by_name(app, name).await?,
        Name::Email(email) => {
            app.store().collection::<EmailOwner>().get(&email.compared).await?.map(|owner| owner.user_id)
        }
        Name::Nobody(_) => None,
    };
    let Some(user) = user else { return Ok(None) };
    Ok(app.store().collection::<Account>().get(&user).await?.map(store::Stored::into_document))
}

/// Checks `password`; for nobody's account the same work is done and the same words are said.
///
/// # Errors
/// 401 `credentials_wrong`; 503 `busy`.
async fn prove(app: &App, account: Option<Account>, password: Zeroizing<String>) -> Result<Account> {
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let good = app.passwords().check(password.clone(), hash).await?;
    let Some(account) = account.filter(|_| good) else { return Err(open::wrong_credentials()) };
    if app.passwords().is_outdated(&account.password_hash) {
        renew_hash(app, &account, password).await;
    }
    Ok(account)
}

/// Hashes the password anew at today's cost. It is the same password, so its version stays. Failing is no matter: the
/// next sign-in tries again.
async fn renew_hash(app: &App, account: &Account, password: Zeroizing<String>) {
    let Ok(hash) = app.passwords().hash_again(password).await else { return };
    let accounts = app.store().collection::<Account>();
    let renewed = accounts.modify(&account.user_id, |known| {
        if known.password_hash != account.password_hash {
            return Ok::<_, store::Error>(Change::Keep);
        }
        known.password_hash.clone_from(&hash);
        Ok(Change::Write)
    });
    if let Err(error) = renewed.await {
        tracing::warn!(%error, "a password's renewed hash could not be kept");
    }
}
