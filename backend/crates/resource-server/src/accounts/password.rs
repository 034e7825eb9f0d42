//! Changing the password, in this server and in what the other one gave out.
//!
//! The new hash and a job are one batch; the job tells the auth server, which ends what was opened under the old password
//! and lets the session stay in which it was changed. The handler does that itself at once, since the person waits for new
//! tokens; the job is for when this process dies in between, and telling twice changes nothing.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use httpkit::auth_wire::CredentialChanged;
use httpkit::extract::{Issues, Json};
use httpkit::jobs::{Job, JobError, JobKind};
use httpkit::limits::{Limit, Requester};
use httpkit::{Envelope, Error, FieldIssue, GrantId, Kind, Reply, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Time;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::account::Account;
use super::tokens::{self, HandedOut, Tokens};
use crate::app::App;
use crate::caller::FirstParty;
use crate::jobs::ResourceQueue;
use crate::passwords::NewPassword;

/// How long the handler has before the job takes over.
const HEAD_START: Duration = Duration::from_secs(10);

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    /// The password as it is.
    #[schema(format = Password)]
    current_password: String,
    /// At least 8 characters, at most 72 bytes.
    #[schema(min_length = 8, max_length = 72, format = Password)]
    new_password: String,
    /// Whether apps that may stay connected lose their access too.
    #[serde(default)]
    apps: bool,
}

/// What the auth server must hear of a changed credential.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CredentialNews {
    user_id: UserId,
    version: i64,
    keep: Option<GrantId>,
    apps: bool,
    auth_time: Time,
}

impl JobKind for CredentialNews {
    const NAME: &'static str = "credential-changed";
}

/// Change the password
///
/// All other devices are signed out, and apps that were let in from them; this session goes on with the new tokens.
#[utoipa::path(
    post, path = "/auth/password/change", tag = "Accounts", operation_id = "changePassword",
    security(("session" = [])),
    request_body = PasswordChange,
    responses((status = 200, description = "Changed; new tokens", body = Envelope<Tokens>))
)]
pub(super) async fn change(
    State(app): State<App>,
    person: FirstParty,
    requester: Requester,
    headers: HeaderMap,
    Json(body): Json<PasswordChange>,
) -> Result<Response> {
    app.limits().requester(Limit::Password, requester).await?;
    app.limits().subject(Limit::Password, &person.user.to_string()).await?;
    let account = super::find(&app, person.user).await?;
    let apps = body.apps;
    let password = judge(&app, &account, body).await?;
    let password_hash = app.passwords().hash(password).await?;
    let now = app.now();
    let changed = Account {
        password_hash,
        credential_version: account.credential_version + 1,
        password_changed_at: now,
        ..account.document.clone()
    };
    let news = CredentialNews {
        user_id: person.user,
        version: changed.credential_version,
        keep: Some(person.session),
        apps,
        auth_time: now,
    };
    let job = app.jobs().job(&news)?.not_before(now + HEAD_START);
    app.store().batch().replace(&account, &changed).insert(&job).commit().await?;
    let tokens = tell_now(&app, &news, &job).await?;
    let mode = tokens::mode_of(&app, &headers, person.session);
    Ok(HandedOut::new(&app, mode, tokens).respond(|tokens| Reply::ok("Your password is changed", tokens)))
}

/// Checks what was sent: the old password against the account, the new one against the rules.
async fn judge(app: &App, account: &Account, body: PasswordChange) -> Result<NewPassword> {
    let current = Zeroizing::new(body.current_password);
    let mut issues = Issues::default();
    if *current == body.new_password {
        issues.add("new_password", "password_unchanged", "This is the password that you have. Choose another");
    }
    let new = issues.keep(NewPassword::parse("new_password", body.new_password));
    issues.finish()?;
    if !app.passwords().check(current, Some(account.password_hash.clone())).await? {
        let wrong = FieldIssue::new("current_password", "password_wrong", "This is not your password");
        return Err(Error::invalid_fields(vec![wrong]));
    }
    new.ok_or_else(|| Error::internal("an issue was noted nowhere"))
}

/// Tells the auth server and takes the job back.
async fn tell_now(
    app: &App,
    news: &CredentialNews,
    job: &Job<ResourceQueue>,
) -> Result<httpkit::auth_wire::SessionTokens> {
    let answer = app.auth().credential_changed(news.user_id, &news.change()).await.map_err(changed_but_not_told)?;
    if let Err(error) = app.store().collection::<Job<ResourceQueue>>().delete(&job.name().to_owned()).await {
        tracing::warn!(%error, "a job that is done already could not be taken back; it will be done again, for nothing");
    }
    app.follower().catch_up(app).await;
    answer.tokens.ok_or_else(|| {
        Error::token_invalid("token_revoked", "This session has ended meanwhile. Sign in with the new password")
    })
}

/// The password is changed; what follows from it is in the queue.
fn changed_but_not_told(error: crate::auth_client::CallError) -> Error {
    Error::new(Kind::Unavailable, "sign_in_later", "Your password is changed, but your devices could not be told yet")
        .issue("They are signed out in a moment. Sign in with the new password")
        .retry_after(HEAD_START)
        .because(error)
}

impl CredentialNews {
    fn change(&self) -> CredentialChanged {
        CredentialChanged { version: self.version, keep: self.keep, apps: self.apps, auth_time: Some(self.auth_time) }
    }
}

/// The job: tells the auth server what a process that died could not.
pub(crate) async fn tell(app: App, news: CredentialNews) -> Result<(), JobError> {
    app.auth().credential_changed(news.user_id, &news.change()).await?;
    app.follower().catch_up(&app).await;
    Ok(())
}
