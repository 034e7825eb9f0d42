//! Suspending an account and restoring it. The password stays what it is; it only opens nothing meanwhile.
//!
//! Suspending raises the credential's version, as a new password does: what was opened under the old one ends on every
//! replica, whatever races with it, and everybody's eyes lose the person by their profile. Restoring lets them sign in again.

use httpkit::{Error, Kind, Result, UserId};
use store::Stored;

use super::account::{Account, Role};
use super::outbox::{CredentialNews, HEAD_START, Outbox};
use crate::app::App;
use crate::audit::{self, Action, Entry, Subject, SubjectKind};
use crate::auth_client::CallError;
use crate::events::{self, AuthEvent};
use crate::users;

/// How often a change is tried again when somebody else was faster.
const ATTEMPTS: usize = 8;

/// Closes the account of `user` in the name of `admin`. Where it is closed already, only the reason changes.
///
/// # Errors
/// 403 `cannot_suspend_yourself`; 409 `is_admin`; 503 `suspended_not_told`.
pub(crate) async fn suspend(app: &App, admin: UserId, user: UserId, reason: &str) -> Result<()> {
    if admin == user {
        return Err(Error::forbidden("cannot_suspend_yourself", "You cannot suspend yourself"));
    }
    for _ in 0..ATTEMPTS {
        let account = find(app, user).await?;
        if account.role == Role::Admin {
            return Err(Error::conflict("is_admin", "This is an admin").issue("Take the role away first"));
        }
        let is_new = account.suspended_at.is_none();
        let suspended = Account {
            suspended_at: account.suspended_at.or(Some(app.now())),
            suspended_for: Some(reason.to_owned()),
            credential_version: account.credential_version + i64::from(is_new),
            ..account.document.clone()
        };
        // Told again, too, where it was suspended before: that may never have reached the auth server.
        let outbox = Outbox::new(app, CredentialNews::of_suspension(&suspended, app.now()))?;
        let mut batch = app.store().batch();
        if is_new || account.suspended_for != suspended.suspended_for {
            batch.replace(&account, &suspended);
            users::stand(app.store(), &mut batch, user, true).await?;
            record(app, &mut batch, admin, user, Action::AccountSuspended, reason).await?;
        }
        if is_new {
            events::record(app, &mut batch, AuthEvent::AccountSuspended { user })?;
        }
        batch.insert(outbox.job());
        match batch.commit().await {
            Ok(()) => {
                users::stood(app, user);
                return outbox.tell_or(app, suspended_but_not_told).await.map(drop);
            }
            Err(error) if error.is_stale() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(contended())
}

/// Opens the account of `user` again, in the name of `admin`; nothing happens where it is open.
///
/// # Errors
/// 404.
pub(crate) async fn restore(app: &App, admin: UserId, user: UserId) -> Result<()> {
    for _ in 0..ATTEMPTS {
        let account = find(app, user).await?;
        if account.suspended_at.is_none() {
            return Ok(());
        }
        let restored = Account { suspended_at: None, suspended_for: None, ..account.document.clone() };
        let mut batch = app.store().batch();
        batch.replace(&account, &restored);
        users::stand(app.store(), &mut batch, user, false).await?;
        record(app, &mut batch, admin, user, Action::AccountRestored, "").await?;
        match batch.commit().await {
            Ok(()) => {
                users::stood(app, user);
                return Ok(());
            }
            Err(error) if error.is_stale() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(contended())
}

async fn find(app: &App, user: UserId) -> Result<Stored<Account>> {
    let account = app.store().collection::<Account>().get(&user).await?;
    account.ok_or_else(|| Error::not_found("user_not_found", "User not found").field("username"))
}

async fn record(
    app: &App,
    batch: &mut store::Batch,
    admin: UserId,
    user: UserId,
    action: Action,
    reason: &str,
) -> Result<()> {
    let name = users::name_of(app, user).await?;
    let subject = Subject { kind: SubjectKind::User, id: user.to_string(), name };
    let entry = Entry { actor: Some(admin), action, subject, reason: reason.to_owned(), change: None };
    audit::record(batch, entry, app.now(), app.random());
    Ok(())
}

/// It is suspended; what follows from it is in the queue.
fn suspended_but_not_told(error: CallError) -> Error {
    Error::new(Kind::Unavailable, "suspended_not_told", "The account is suspended, but its devices go on for a moment")
        .issue("They are signed out in a moment. There is nothing more to do")
        .retry_after(HEAD_START)
        .because(error)
}

fn contended() -> Error {
    Error::conflict("changed_meanwhile", "This account was changed at the same moment. Try again")
}
