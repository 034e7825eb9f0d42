//! Sending what was asked for, by jobs: codes, links, and news about one's own account.
//!
//! A job that is done twice sends twice, and only the newest code or link is good. What could not be sent for an hour is not
//! sent at all: who waits for a code has asked again by then.

use std::time::Duration;

use httpkit::UserId;
use httpkit::jobs::{JobError, JobKind};
use serde::{Deserialize, Serialize};
use store::{Batch, Id, Time};

use super::account::Account;
use super::address;
use super::codes::{self, Purpose};
use super::language::Language;
use super::letters::{self, Words};
use crate::app::App;
use crate::mail::{Letter, SendError};
use crate::sms::TextMessage;
use crate::users;

/// How long it is worth sending a code.
const WORTH_SENDING: Duration = Duration::from_secs(3600);

/// Draw a code and send it where it was asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendCode {
    user_id: UserId,
    purpose: Purpose,
    asked_at: Time,
}

/// Tell somebody what has become of their account.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendNews {
    to: String,
    language: Language,
    username: String,
    news: News,
}

/// What has become of an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(super) enum News {
    PasswordChanged,
    PasswordReset,
    EmailChanged { to: String },
    AccountDeleted,
}

impl JobKind for SendCode {
    const NAME: &'static str = "send-code";
}

impl JobKind for SendNews {
    const NAME: &'static str = "send-news";
}

/// Adds to the batch that asks for a code that it be sent. `asked_at` is the moment that [`codes::ask`] was given: by it
/// the job knows its code from a later one.
///
/// # Errors
/// The store's.
pub(super) fn send_code(
    app: &App,
    batch: &mut Batch,
    user_id: UserId,
    purpose: Purpose,
    asked_at: Time,
) -> store::Result<()> {
    batch.insert(&app.jobs().job(&SendCode { user_id, purpose, asked_at })?);
    Ok(())
}

/// Adds to the batch that changes `account` that its owner be told, if they can be: at the address as it was, if confirmed.
///
/// # Errors
/// The store's.
pub(super) fn tell_owner(
    app: &App,
    batch: &mut Batch,
    account: &Account,
    username: &str,
    news: News,
) -> store::Result<()> {
    if app.outside().mailer.is_none() || !account.email_confirmed {
        return Ok(());
    }
    let job = SendNews {
        to: account.email.clone(),
        language: account.language.unwrap_or_default(),
        username: username.to_owned(),
        news,
    };
    batch.insert(&app.jobs().job(&job)?);
    Ok(())
}

/// Does [`SendCode`].
pub(crate) async fn deliver_code(app: App, job: SendCode) -> Result<(), JobError> {
    let stored = codes::known(&app, job.user_id, job.purpose).await?;
    // Used, or asked for again: then another job has it.
    let Some(stored) = stored.filter(|stored| stored.asked_at == job.asked_at) else { return Ok(()) };
    let Some(account) = app.store().collection::<Account>().get(&job.user_id).await? else { return Ok(()) };
    if app.now() > job.asked_at + WORTH_SENDING {
        tracing::warn!(purpose = job.purpose.name(), "a code could not be sent for an hour, and is not sent any more");
        return Ok(());
    }
    let language = account.language.unwrap_or_default();
    if job.purpose == Purpose::Phone {
        let code = codes::draw(&app, &stored).await?;
        let host = app.settings().origin.host_str().unwrap_or_default();
        let text = letters::text_message(language, &code, host);
        return text_to(&app, TextMessage { to: stored.target.clone(), text }).await;
    }
    let owner = address::owner(&app, &stored.target).await?;
    if let Some(owner) = owner.filter(|owner| owner.user_id != job.user_id) {
        // To the owner of the address, in their language; whoever asked hears nothing of it.
        let username = users::name_of(&app, owner.user_id).await?;
        let link = page(&app, "forgot-password");
        let words = Words::AddressKnown { username: &username, link: &link };
        return write_to(&app, &stored.target, owner.language.unwrap_or_default(), words).await;
    }
    let code = codes::draw(&app, &stored).await?;
    write_to(&app, &stored.target, language, Words::ConfirmEmail { code: &code }).await
}

/// Does [`SendNews`].
pub(crate) async fn deliver_news(app: App, job: SendNews) -> Result<(), JobError> {
    let (username, link) = (job.username.as_str(), page(&app, "forgot-password"));
    let link = link.as_str();
    let home = app.settings().origin_text();
    let words = match &job.news {
        News::PasswordChanged => Words::PasswordChanged { username, link },
        News::PasswordReset => Words::PasswordReset { username, link },
        News::EmailChanged { to } => Words::EmailChanged { username, to, link: &home },
        News::AccountDeleted => Words::AccountDeleted { username },
    };
    write_to(&app, &job.to, job.language, words).await
}

/// The address of one of the web app's pages. Always below the configured origin, whatever a request called us.
pub(super) fn page(app: &App, path: &str) -> String {
    format!("{}/{path}", app.settings().origin_text())
}

/// Writes a letter. One that is refused for good is logged and forgotten.
///
/// # Errors
/// When it is worth another try.
pub(super) async fn write_to(app: &App, to: &str, language: Language, words: Words<'_>) -> Result<(), JobError> {
    let Some(mailer) = app.outside().mailer.clone() else { return Ok(()) };
    let written = words.write(language, &app.settings().origin_text());
    let now = app.now();
    let letter = Letter {
        id: Id::generate_unsharded(now, app.random()).to_string(),
        to: to.to_owned(),
        subject: written.subject,
        body: written.body,
        written_at: now,
    };
    settle(mailer.send(&letter).await)
}

async fn text_to(app: &App, message: TextMessage) -> Result<(), JobError> {
    let Some(texter) = app.outside().texter.clone() else { return Ok(()) };
    settle(texter.send(&message).await)
}

fn settle(sent: Result<(), SendError>) -> Result<(), JobError> {
    match sent {
        Ok(()) => Ok(()),
        Err(error @ SendError::Refused(_)) => {
            tracing::warn!(%error, "a message to somebody was not sent: {error}");
            Ok(())
        }
        Err(error @ SendError::Failed(_)) => Err(error.into()),
    }
}
