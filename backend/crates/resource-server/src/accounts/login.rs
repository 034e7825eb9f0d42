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

use super::account::Account;
use super::address;
use super::attempts::{self, Against};
use super::email::Email;
use super::known_device::KnownDevice;
use super::open::{self, Entrance, SignedIn};
use super::tokens::SessionMode;
use crate::app::App;
use crate::events::{self, AuthEvent};
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
    /// In token mode, what a former sign-in on this device gave: it keeps the device from being locked out by others' guesses.
    #[serde(default)]
    #[schema(max_length = 1000)]
    device_token: Option<String>,
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
    let device = KnownDevice::read(&app, &headers, body.device_token.as_deref());
    let entrant = Entrant::find(&app, Name::read(&body.login), device).await?;
    let attempts = entrant.may_try(&app, requester).await?;
    let account = entrant.prove(&app, requester, Zeroizing::new(body.password), attempts).await?;
    let opened = open::session(&app, &account, body.session, &headers, Entrance::SignIn(entrant.device)).await?;
    let user = users::me(&app, account.user_id).await?;
    Ok(opened.respond(|tokens| Reply::ok("You are signed in", SignedIn { user, tokens })))
}

/// Whoever wants in: the account that they name, if there is one, and their device, if it is known there.
struct Entrant {
    name: Name,
    account: Option<Account>,
    device: Option<KnownDevice>,
}

impl Entrant {
    async fn find(app: &App, name: Name, device: Option<KnownDevice>) -> Result<Self> {
        let account = find(app, &name).await?;
        let known = |device: &KnownDevice| account.as_ref().is_some_and(|account| device.knows(account, app.now()));
        let device = device.filter(known);
        Ok(Self { name, account, device })
    }

    fn against(&self) -> Against<'_> {
        match (&self.account, &self.device) {
            (Some(account), Some(device)) => Against::Device(account.user_id, device.name()),
            (Some(account), None) => Against::Account(account.user_id),
            (None, _) => Against::Nobody(self.name.compared()),
        }
    }

    /// What the limit counts by: all names of one account are one.
    fn subject(&self) -> String {
        self.account.as_ref().map_or_else(|| self.name.compared().to_owned(), |account| account.user_id.to_string())
    }

    /// Counts the attempt, and says how many there are now. A device that the account knows is held back by its own mistakes alone.
    async fn may_try(&self, app: &App, requester: Requester) -> Result<i64> {
        if self.device.is_none() {
            // The longer wait is told first.
            attempts::look(app, self.against()).await?;
            attempts::look(app, Against::Network(requester)).await?;
            app.limits().requester(Limit::Login, requester).await?;
            app.limits().subject(Limit::Login, &self.subject()).await?;
        }
        attempts::count(app, self.against()).await
    }

    /// Checks `password`; for nobody's account the same work is done and the same words are said.
    ///
    /// # Errors
    /// 401 `credentials_wrong`; 503 `busy`, which is nobody's mistake and does not count.
    async fn prove(
        &self,
        app: &App,
        requester: Requester,
        password: Zeroizing<String>,
        attempts: i64,
    ) -> Result<Account> {
        let hash = self.account.as_ref().map(|account| account.password_hash.clone());
        let good = match app.passwords().check(password.clone(), hash).await {
            Ok(good) => good,
            Err(error) => {
                attempts::take_back(app, self.against()).await;
                return Err(error);
            }
        };
        let Some(account) = self.account.as_ref().filter(|_| good) else {
            if self.device.is_none() {
                attempts::note(app, Against::Network(requester)).await;
            }
            self.tell_burst(app, attempts).await;
            return Err(open::wrong_credentials());
        };
        attempts::forgive(app, self.against()).await;
        if app.passwords().is_outdated(&account.password_hash) {
            renew_hash(app, account, password).await;
        }
        Ok(account.clone())
    }

    /// Tells once when so many attempts at an account have failed that the next one has to wait.
    async fn tell_burst(&self, app: &App, attempts: i64) {
        let begins = attempts::begins_to_wait(self.against(), attempts);
        let burst = self.account.as_ref().filter(|_| begins);
        let burst = burst.map(|account| AuthEvent::FailedBurst { user: account.user_id, failures: attempts });
        events::record_alone(app, burst).await;
    }
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

/// The account that `name` names.
async fn find(app: &App, name: &Name) -> Result<Option<Account>> {
    let user = match name {
        Name::User(name) => users::find_by_name(app, name).await?,
        Name::Email(email) => return address::signs_in(app, email).await,
        Name::Nobody(_) => None,
    };
    let Some(user) = user else { return Ok(None) };
    Ok(app.store().collection::<Account>().get(&user).await?.map(store::Stored::into_document))
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
