//! Signing up.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use httpkit::extract::{Issues, Json};
use httpkit::limits::{Limit, Requester};
use httpkit::settings::EmailVerification;
use httpkit::{Envelope, Error, Kind, Reply, Result, UserId};
use serde::Deserialize;
use store::Batch;
use utoipa::ToSchema;

use super::account::{Account, EmailOwner, Role};
use super::codes::{self, Purpose};
use super::email::Email;
use super::language::Language;
use super::open::{self, Entrance, SignedIn};
use super::tokens::SessionMode;
use super::{address, post};
use crate::app::App;
use crate::passwords::NewPassword;
use crate::users::{self, NewUser, Username};

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterBody {
    /// 3 to 30 of `a-z 0-9 . _`.
    #[schema(min_length = 3, max_length = 30, pattern = r"^[A-Za-z0-9_](\.?[A-Za-z0-9_])*$", example = "asha")]
    username: String,
    /// Where mail reaches the person.
    #[schema(max_length = 254, pattern = r"^\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*$", example = "asha@example.org")]
    email: String,
    /// At least 8 characters, at most 72 bytes.
    #[schema(min_length = 8, max_length = 72, format = Password)]
    password: String,
    /// What people read; the user name where there is none.
    #[serde(default)]
    #[schema(max_length = 60, pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$")]
    display_name: Option<String>,
    /// Where the refresh token is to go.
    #[serde(default)]
    session: SessionMode,
}

/// What was sent, found good.
struct Wish {
    username: Username,
    display_name: Option<users::DisplayName>,
    email: Email,
    password: NewPassword,
}

/// Sign up
#[utoipa::path(
    post, path = "/auth/register", tag = "Accounts", operation_id = "register",
    params(("X-CSRF-Token" = Option<String>, Header, description = "In cookie mode; see `GET /api/v1/auth/csrf`")),
    request_body = RegisterBody,
    responses((status = 201, description = "Signed up and in", body = Envelope<SignedIn>))
)]
pub(super) async fn register(
    State(app): State<App>,
    requester: Requester,
    headers: HeaderMap,
    Json(body): Json<RegisterBody>,
) -> Result<Response> {
    let mode = body.session;
    if mode == SessionMode::Cookie {
        app.csrf().check(&headers)?;
    }
    app.limits().requester(Limit::Register, requester).await?;
    let wish = parse(body)?;
    check_free(&app, &wish).await?;
    let account = create(&app, wish, Language::wanted(&headers)).await?;
    let opened = open::session(&app, &account, mode, &headers, Entrance::SignUp).await.map_err(made_but_not_in)?;
    let user = users::me(&app, account.user_id).await?;
    Ok(opened.respond(|tokens| Reply::created("Welcome to Tapri", SignedIn { user, tokens })))
}

fn parse(body: RegisterBody) -> Result<Wish> {
    let mut issues = Issues::default();
    let username = issues.keep(Username::parse(&body.username));
    let email = issues.keep(Email::parse("email", &body.email));
    let password = issues.keep(NewPassword::parse("password", body.password));
    let display_name = body.display_name.map(|name| issues.keep(users::DisplayName::parse(&name)));
    issues.finish()?;
    match (username, email, password, display_name) {
        (Some(username), Some(email), Some(password), None) => {
            Ok(Wish { username, display_name: None, email, password })
        }
        (Some(username), Some(email), Some(password), Some(Some(name))) => {
            Ok(Wish { username, display_name: Some(name), email, password })
        }
        _ => Err(Error::internal("an issue was noted nowhere")),
    }
}

/// Spares the work of a hash for what the batch would refuse. The batch decides all the same.
async fn check_free(app: &App, wish: &Wish) -> Result<()> {
    if users::find_by_name(app, &wish.username).await?.is_some() {
        return Err(username_taken());
    }
    // With mail, nobody is told here whose an address is: the mail to it tells its owner.
    if app.outside().mailer.is_none() && app.store().collection::<EmailOwner>().exists(&wish.email.compared).await? {
        return Err(address::taken());
    }
    Ok(())
}

/// User, credential, and the address or the code that goes to it, in one batch.
async fn create(app: &App, wish: Wish, language: Option<Language>) -> Result<Account> {
    let now = app.now();
    let password_hash = app.passwords().hash(wish.password).await?;
    let account = Account {
        user_id: UserId::generate_unsharded(now, app.random()),
        email: wish.email.typed,
        email_confirmed: false,
        role: Role::User,
        password_hash,
        credential_version: 1,
        password_changed_at: now,
        created_at: now,
        phone: None,
        language,
        devices_from: None,
        suspended_at: None,
        suspended_for: None,
    };
    let new = NewUser { user_id: account.user_id, username: wish.username, display_name: wish.display_name, now };
    let mut batch = app.store().batch();
    batch.insert(&account);
    if app.outside().mailer.is_some() {
        ask_to_confirm(app, &mut batch, &account)?;
    } else {
        batch.insert(&EmailOwner { address: wish.email.compared, user_id: account.user_id });
    }
    let names = batch.len();
    users::add(&mut batch, new);
    match batch.commit().await {
        Ok(()) => {
            app.jobs().wake();
            Ok(account)
        }
        Err(store::Error::Duplicate { write, .. }) if write >= names => Err(username_taken()),
        Err(store::Error::Duplicate { .. }) => Err(address::taken()),
        Err(error) => Err(error.into()),
    }
}

/// A code for the address, where this house asks for that at sign-up.
fn ask_to_confirm(app: &App, batch: &mut Batch, account: &Account) -> Result<()> {
    if app.settings().accounts.email_verification == EmailVerification::Off {
        return Ok(());
    }
    let now = app.now();
    // Nothing was asked for before, so nothing is in the way.
    codes::ask(batch, None, account.user_id, Purpose::Email, &account.email, now);
    Ok(post::send_code(app, batch, account.user_id, Purpose::Email, now)?)
}

fn username_taken() -> Error {
    Error::conflict("username_taken", "This user name is taken")
        .field("username")
        .issue("This user name is taken. Choose another")
}

/// The account is there; only its first session is not.
fn made_but_not_in(error: Error) -> Error {
    if error.kind() != Kind::Unavailable {
        return error;
    }
    Error::new(Kind::Unavailable, "sign_in_later", "Your account was made, but you could not be signed in just now")
        .issue("Sign in with it in a moment")
        .retry_after(Duration::from_secs(2))
        .because(error)
}
