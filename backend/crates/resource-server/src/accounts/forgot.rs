//! A forgotten password: a link by mail, and a new password by the link.
//!
//! Asking writes one job, whoever asks and whatever the address; the job looks for the account and sends the link, if there is
//! one. So neither the answer nor its time says anything about an address. The link carries its token behind a `#`, which
//! browsers send to nobody.

use axum::extract::State;
use httpkit::extract::{Issues, Json};
use httpkit::jobs::{JobError, JobKind};
use httpkit::limits::{Limit, Requester};
use httpkit::{Envelope, Error, Nothing, Reply, Result};
use serde::{Deserialize, Serialize};
use store::{Stored, Time};
use utoipa::ToSchema;

use super::account::Account;
use super::address;
use super::codes::{self, Asked, Code, Purpose};
use super::email::Email;
use super::letters::Words;
use super::outbox::{CredentialNews, Outbox};
use super::post::{self, News};
use crate::app::App;
use crate::events::{self, AuthEvent};
use crate::passwords::NewPassword;
use crate::users;

/// How often a reset is tried again when the account was changed at the same moment.
const ATTEMPTS: usize = 8;

/// Whose password is forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Forgotten {
    /// The address that the account has confirmed.
    #[schema(max_length = 254, pattern = r"^\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*$", example = "asha@example.org")]
    email: String,
}

/// A new password, by a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordReset {
    /// What the link carries behind `#token=`.
    #[schema(max_length = 200)]
    token: String,
    /// At least 8 characters, at most 72 bytes.
    #[schema(min_length = 8, max_length = 72, format = Password)]
    new_password: String,
}

/// Send a link to whoever has this address.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendLink {
    address: String,
    asked_at: Time,
}

impl JobKind for SendLink {
    const NAME: &'static str = "send-reset-link";
}

/// Ask for a link by which a new password is chosen
///
/// The answer is always the same, so that nobody learns which addresses have an account. The link goes to confirmed
/// addresses only, is good for an hour and once, and a newer one makes it worthless.
#[utoipa::path(
    post, path = "/auth/password/forgot", tag = "Accounts", operation_id = "forgotPassword",
    request_body = Forgotten,
    responses((status = 200, description = "Whatever the address", body = Envelope<Nothing>))
)]
pub(super) async fn ask(
    State(app): State<App>,
    requester: Requester,
    Json(body): Json<Forgotten>,
) -> Result<Reply<Nothing>> {
    app.limits().requester(Limit::Password, requester).await?;
    let email = Email::parse("email", &body.email).map_err(|issue| Error::invalid_fields(vec![issue]))?;
    app.limits().subject(Limit::Password, &email.compared).await?;
    if app.outside().mailer.is_some() {
        let job = app.jobs().job(&SendLink { address: email.compared, asked_at: app.now() })?;
        app.store().batch().insert(&job).commit().await?;
        app.jobs().wake();
    }
    Ok(Reply::done("If an account has this address, a link is on its way"))
}

/// Does [`SendLink`].
pub(crate) async fn send_link(app: App, job: SendLink) -> std::result::Result<(), JobError> {
    let Some(account) = address::owner(&app, &job.address).await? else { return Ok(()) };
    let user = account.user_id;
    let Some(stored) = asked(&app, &account, &job).await? else { return Ok(()) };
    let token = codes::draw(&app, &stored).await?;
    let username = users::name_of(&app, user).await?;
    let link = post::page(&app, &format!("reset-password#token={token}"));
    let words = Words::Reset { username: &username, link: &link };
    post::write_to(&app, &account.email, account.language.unwrap_or_default(), words).await
}

/// What is kept of the link that `job` asked for; nothing where there was one a moment ago, or a newer one is asked for.
async fn asked(app: &App, account: &Account, job: &SendLink) -> Result<Option<Stored<Code>>> {
    let user = account.user_id;
    let known = codes::known(app, user, Purpose::Reset).await?;
    // The job is done again: the former time it was asked for, and perhaps not sent.
    if known.as_ref().is_some_and(|known| known.asked_at == job.asked_at) {
        return Ok(known);
    }
    let mut batch = app.store().batch();
    match codes::ask(&mut batch, known.as_ref(), user, Purpose::Reset, &job.address, job.asked_at) {
        Asked::Now => batch.commit().await?,
        Asked::After(_) => return Ok(None),
    }
    codes::known(app, user, Purpose::Reset).await
}

/// Choose a new password by a link
///
/// All sessions and all apps are signed out.
#[utoipa::path(
    post, path = "/auth/password/reset", tag = "Accounts", operation_id = "resetPassword",
    request_body = PasswordReset,
    responses((status = 200, description = "Changed; sign in with it", body = Envelope<Nothing>))
)]
pub(super) async fn reset(
    State(app): State<App>,
    requester: Requester,
    Json(body): Json<PasswordReset>,
) -> Result<Reply<Nothing>> {
    app.limits().requester(Limit::Password, requester).await?;
    let mut issues = Issues::default();
    let new = issues.keep(NewPassword::parse("new_password", body.new_password));
    issues.finish()?;
    let new = new.ok_or_else(|| Error::internal("an issue was noted nowhere"))?;
    let code = codes::find_reset(&app, &body.token).await?;
    let password_hash = app.passwords().hash(new).await?;
    let outbox = replace(&app, &code, &password_hash).await?;
    outbox.tell(&app).await?;
    Ok(Reply::done("Your password is changed. Sign in with it"))
}

/// The new hash, the link used up, what the auth server must hear and what the owner is told, in one batch.
async fn replace(app: &App, code: &Stored<Code>, password_hash: &str) -> Result<Outbox> {
    let username = users::name_of(app, code.user_id).await?;
    for _ in 0..ATTEMPTS {
        let account = super::find(app, code.user_id).await.map_err(|_| codes::link_over())?;
        let now = app.now();
        let changed = Account {
            password_hash: password_hash.to_owned(),
            credential_version: account.credential_version + 1,
            password_changed_at: now,
            devices_from: Some(now),
            ..account.document.clone()
        };
        let outbox = Outbox::new(app, CredentialNews::of_reset(&changed))?;
        let mut batch = app.store().batch();
        batch.replace(&account, &changed).delete_at(code).insert(outbox.job());
        post::tell_owner(app, &mut batch, &changed, &username, News::PasswordReset)?;
        events::record(app, &mut batch, AuthEvent::PasswordReset { user: changed.user_id })?;
        match batch.commit().await {
            Ok(()) => {
                app.jobs().wake();
                return Ok(outbox);
            }
            Err(error) if error.is_stale() => codes::still_good(app, code).await.map_err(|_| codes::link_over())?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::conflict("changed_meanwhile", "Your account was changed at the same moment. Try again"))
}
