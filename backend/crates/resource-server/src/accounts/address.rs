//! Whose an e-mail address is, and how an account comes to another one.
//!
//! Where mail is configured an address belongs to the account that confirmed it, and before that to nobody; where it is not,
//! to the account that named it first. So nobody can keep an address from its owner by naming it.

use httpkit::{Error, Result};
use store::Stored;

use super::account::{Account, EmailOwner};
use super::codes::{self, Code};
use super::email::Email;
use super::post::{self, News};
use crate::app::App;
use crate::users;

/// How often a change is tried again when somebody else was faster.
const ATTEMPTS: usize = 8;

/// The account that has confirmed the address `text`.
///
/// # Errors
/// The store's.
pub(super) async fn owner(app: &App, text: &str) -> Result<Option<Account>> {
    let Ok(email) = Email::parse("email", text) else { return Ok(None) };
    let account = named_by(app, &email).await?;
    Ok(account.filter(|account| account.email_confirmed))
}

/// The account that signs in with this address: the one that has confirmed it, or where nothing can be confirmed the one that
/// named it first.
///
/// # Errors
/// The store's.
pub(super) async fn signs_in(app: &App, email: &Email) -> Result<Option<Account>> {
    let account = named_by(app, email).await?;
    Ok(account.filter(|account| account.email_confirmed || app.outside().mailer.is_none()))
}

/// The account to which the address is written down.
async fn named_by(app: &App, email: &Email) -> Result<Option<Account>> {
    let Some(owner) = app.store().collection::<EmailOwner>().get(&email.compared).await? else { return Ok(None) };
    let account = app.store().collection::<Account>().get(&owner.user_id).await?;
    Ok(account.map(Stored::into_document).filter(|account| account.compared_email().as_ref() == Some(&email.compared)))
}

/// The address that `find` found a good code for is `account`'s from now on, and confirmed. The code is used up by it.
///
/// # Errors
/// 409 `email_taken` where another account has confirmed it meanwhile.
pub(super) async fn confirm(app: &App, account: Stored<Account>, code: &Stored<Code>) -> Result<()> {
    set(app, account, &code.target, Some(code)).await
}

/// `text` is the address of `account` from now on; there is no mail to confirm it by.
///
/// # Errors
/// 409 `email_taken`.
pub(super) async fn set_unconfirmed(app: &App, account: Stored<Account>, text: &str) -> Result<()> {
    set(app, account, text, None).await
}

async fn set(app: &App, mut account: Stored<Account>, text: &str, code: Option<&Stored<Code>>) -> Result<()> {
    let email = Email::parse("email", text).map_err(|issue| Error::invalid_fields(vec![issue]))?;
    let username = users::name_of(app, account.user_id).await?;
    for _ in 0..ATTEMPTS {
        let former = account.compared_email().filter(|former| *former != email.compared);
        let changed =
            Account { email: email.typed.clone(), email_confirmed: code.is_some(), ..account.document.clone() };
        let mut batch = app.store().batch();
        batch.replace(&account, &changed);
        claim(app, &mut batch, &account, &email).await?;
        if let Some(former) = former {
            release(app, &mut batch, &account, &former).await?;
            post::tell_owner(app, &mut batch, &account, &username, News::EmailChanged { to: email.typed.clone() })?;
        }
        if let Some(code) = code {
            batch.delete_at(code);
        }
        match batch.commit().await {
            Ok(()) => {
                app.jobs().wake();
                return Ok(());
            }
            Err(error) if error.is_stale() || error.is_duplicate_key() => {
                if let Some(code) = code {
                    codes::still_good(app, code).await?;
                }
                account = super::find(app, account.user_id).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::conflict("changed_meanwhile", "Your account was changed at the same moment. Try again"))
}

/// Writes the address down to `account`; from whoever only named it, it is taken.
async fn claim(app: &App, batch: &mut store::Batch, account: &Account, email: &Email) -> Result<()> {
    let mine = EmailOwner { address: email.compared.clone(), user_id: account.user_id };
    match app.store().collection::<EmailOwner>().get(&email.compared).await? {
        None => batch.insert(&mine),
        Some(owner) if owner.user_id == account.user_id => return Ok(()),
        Some(owner) => {
            let other = app.store().collection::<Account>().get(&owner.user_id).await?;
            let holds = other.is_some_and(|other| {
                let named = other.compared_email().as_ref() == Some(&email.compared);
                named && (other.email_confirmed || app.outside().mailer.is_none())
            });
            if holds {
                return Err(taken());
            }
            batch.replace(&owner, &mine)
        }
    };
    Ok(())
}

/// Frees the address `former`, if it is written down to `account`.
async fn release(app: &App, batch: &mut store::Batch, account: &Account, former: &String) -> Result<()> {
    let owner = app.store().collection::<EmailOwner>().get(former).await?;
    if let Some(owner) = owner.filter(|owner| owner.user_id == account.user_id) {
        batch.delete_at(&owner);
    }
    Ok(())
}

/// Says so to who has shown that the address is theirs, or where nobody could be told another way.
pub(super) fn taken() -> Error {
    Error::conflict("email_taken", "There is an account with this e-mail address already")
        .field("email")
        .issue("There is an account with this e-mail address already. Sign in instead")
}
