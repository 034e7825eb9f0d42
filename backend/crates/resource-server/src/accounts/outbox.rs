//! Telling the auth server that a credential has changed, so that a crash between the two servers loses nothing.
//!
//! The change and a job are one batch here; the job tells the auth server, which ends what was opened under the old credential
//! and lets the session stay in which it was changed. The handler does that itself at once ([`Outbox::tell`]), since the
//! person waits; the job is for when this process dies in between, and telling twice changes nothing.

use std::time::Duration;

use httpkit::auth_wire::{CredentialChanged, SessionTokens};
use httpkit::jobs::{Job, JobError, JobKind};
use httpkit::{Error, GrantId, Kind, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Time;

use super::account::Account;
use crate::app::App;
use crate::auth_client::CallError;
use crate::jobs::ResourceQueue;

/// How long the handler has before the job takes over.
pub(super) const HEAD_START: Duration = Duration::from_secs(10);

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

impl CredentialNews {
    /// `changed` has a password that its owner chose in the session `keep`.
    pub fn of_change(changed: &Account, keep: GrantId, apps: bool) -> Self {
        let (version, auth_time) = (changed.credential_version, changed.password_changed_at);
        Self { user_id: changed.user_id, version, keep: Some(keep), apps, auth_time }
    }

    /// `changed` has a password that was chosen without the old one: nothing stays.
    pub fn of_reset(changed: &Account) -> Self {
        let (version, auth_time) = (changed.credential_version, changed.password_changed_at);
        Self { user_id: changed.user_id, version, keep: None, apps: true, auth_time }
    }

    /// `suspended` is closed to its owner: nothing stays, whatever the password.
    pub fn of_suspension(suspended: &Account, now: Time) -> Self {
        let version = suspended.credential_version;
        Self { user_id: suspended.user_id, version, keep: None, apps: true, auth_time: now }
    }

    fn change(&self) -> CredentialChanged {
        CredentialChanged { version: self.version, keep: self.keep, apps: self.apps, auth_time: Some(self.auth_time) }
    }
}

/// News on their way, with the job that carries them when nobody else does.
#[derive(Debug)]
pub(super) struct Outbox {
    news: CredentialNews,
    job: Job<ResourceQueue>,
}

impl Outbox {
    /// `news`, and the job to be inserted in the batch that causes them.
    ///
    /// # Errors
    /// The store's.
    pub fn new(app: &App, news: CredentialNews) -> Result<Self> {
        let job = app.jobs().job(&news)?.not_before(app.now() + HEAD_START);
        Ok(Self { news, job })
    }

    /// For the batch of the change.
    pub fn job(&self) -> &Job<ResourceQueue> {
        &self.job
    }

    /// Tells the auth server, takes the job back, and sees that it holds on this replica. The tokens are those of the session
    /// that stays, if it lives.
    ///
    /// # Errors
    /// 503 `sign_in_later`: it is changed, and the job tells it.
    pub async fn tell(&self, app: &App) -> Result<Option<SessionTokens>> {
        self.tell_or(app, changed_but_not_told).await
    }

    /// The same, where `not_told` is what the caller hears when the auth server does not.
    pub async fn tell_or(&self, app: &App, not_told: fn(CallError) -> Error) -> Result<Option<SessionTokens>> {
        let told = app.auth().credential_changed(self.news.user_id, &self.news.change()).await;
        let answer = told.map_err(not_told)?;
        take_back(app, &self.job).await;
        app.follower().catch_up(app).await;
        Ok(answer.tokens)
    }
}

/// Removes a job that its handler has done itself.
pub(super) async fn take_back(app: &App, job: &Job<ResourceQueue>) {
    if let Err(error) = app.store().collection::<Job<ResourceQueue>>().delete(&job.name().to_owned()).await {
        tracing::warn!(%error, "a job that is done already could not be taken back; it will be done again, for nothing");
    }
}

/// The password is changed; what follows from it is in the queue.
fn changed_but_not_told(error: CallError) -> Error {
    Error::new(Kind::Unavailable, "sign_in_later", "Your password is changed, but your devices could not be told yet")
        .issue("They are signed out in a moment. Sign in with the new password")
        .retry_after(HEAD_START)
        .because(error)
}

/// The job: tells the auth server what a process that died could not.
pub(crate) async fn tell(app: App, news: CredentialNews) -> std::result::Result<(), JobError> {
    app.auth().credential_changed(news.user_id, &news.change()).await?;
    app.follower().catch_up(&app).await;
    Ok(())
}
