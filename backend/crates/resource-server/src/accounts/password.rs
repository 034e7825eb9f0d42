//! Changing the password, in this server and in what the other one gave out ([`super::outbox`]).

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use httpkit::extract::{Issues, Json};
use httpkit::limits::{Limit, Requester};
use httpkit::{Envelope, Error, Reply, Result};
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::account::Account;
use super::outbox::{CredentialNews, Outbox};
use super::post::{self, News};
use super::proof;
use super::tokens::{self, HandedOut, Tokens};
use crate::app::App;
use crate::caller::FirstParty;
use crate::passwords::NewPassword;
use crate::users;

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
    let account = super::find(&app, person.user).await?;
    let apps = body.apps;
    let password = judge(&app, &account, body).await?;
    let password_hash = app.passwords().hash(password).await?;
    let changed = Account {
        password_hash,
        credential_version: account.credential_version + 1,
        password_changed_at: app.now(),
        ..account.document.clone()
    };
    let outbox = Outbox::new(&app, CredentialNews::of_change(&changed, person.session, apps))?;
    let username = users::name_of(&app, person.user).await?;
    let mut batch = app.store().batch();
    batch.replace(&account, &changed).insert(outbox.job());
    post::tell_owner(&app, &mut batch, &changed, &username, News::PasswordChanged)?;
    batch.commit().await?;
    let tokens = outbox.tell(&app).await?.ok_or_else(|| {
        Error::token_invalid("token_revoked", "This session has ended meanwhile. Sign in with the new password")
    })?;
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
    proof::own_password(app, account, "current_password", current).await?;
    new.ok_or_else(|| Error::internal("an issue was noted nowhere"))
}
