//! Taking over people from elsewhere, with the password hashes that passlib wrote for them.
//!
//! A file has one person a line, as CSV with a header or as JSON Lines. Every line is judged before anything is written; what
//! is wrong with one is told with its number and costs the others nothing. Whoever is there already, by name and address, is
//! left as they are, so a file can be imported again and again.

mod line;
#[cfg(test)]
mod tests;

use httpkit::UserId;
use httpkit::services::Services;
use store::{Batch, Document as _, Random, Stored};

use super::account::{Account, EmailOwner, Role};
use crate::users::{self, Handle, NewUser};
pub(crate) use line::Line;

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// How many people came in; in a trial, how many would.
    pub imported: usize,
    /// How many were there already.
    pub present: usize,
    /// What is wrong with the other lines, in their order.
    pub problems: Vec<ImportProblem>,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem {
    /// Counted from 1, the header of a CSV file included.
    pub line: u64,
    /// One sentence.
    pub words: String,
}

/// Imports the people of `text` into the store of the resource server. `trial`: judges and looks, and writes nothing.
///
/// # Errors
/// The store's; people that were imported before stay.
pub async fn import_users(services: &Services, text: &str, trial: bool) -> store::Result<ImportReport> {
    services.store.ensure(&[Account::SCHEMA, EmailOwner::SCHEMA]).await?;
    services.store.ensure(users::SCHEMAS).await?;
    let mut report = ImportReport::default();
    for (number, line) in line::read(text) {
        let outcome = match line {
            Ok(line) => import(services, &line, trial).await?,
            Err(words) => Outcome::Wrong(words),
        };
        match outcome {
            Outcome::Imported => report.imported += 1,
            Outcome::Present => report.present += 1,
            Outcome::Wrong(words) => report.problems.push(ImportProblem { line: number, words }),
        }
    }
    Ok(report)
}

enum Outcome {
    Imported,
    Present,
    Wrong(String),
}

async fn import(services: &Services, line: &Line, trial: bool) -> store::Result<Outcome> {
    if let Some(known) = known(services, line).await? {
        return Ok(known);
    }
    if trial {
        return Ok(Outcome::Imported);
    }
    let mut batch = services.store.batch();
    enrol(services, &*services.random, &mut batch, line);
    match batch.commit().await {
        Ok(()) => Ok(Outcome::Imported),
        Err(error) if error.is_duplicate_key() => Ok(Outcome::Wrong(
            "name or address was taken by somebody else at the same moment; import the file again".to_owned(),
        )),
        Err(error) => Err(error),
    }
}

/// Adds a person with account, name and profile to `batch`, under an id drawn from `random`. A name or an address that is
/// taken is a `Duplicate` key.
pub(crate) fn enrol(services: &Services, random: &dyn Random, batch: &mut Batch, line: &Line) -> UserId {
    let account = account(services, random, line);
    batch.insert(&account);
    if line.email_confirmed || services.settings.mail.smtp.is_none() {
        batch.insert(&EmailOwner { address: line.email.compared.clone(), user_id: account.user_id });
    }
    let display_name = line.display_name.clone();
    let new =
        NewUser { user_id: account.user_id, username: line.username.clone(), display_name, now: account.created_at };
    users::add(batch, new);
    account.user_id
}

/// Whether name or address are taken, and by whom.
async fn known(services: &Services, line: &Line) -> store::Result<Option<Outcome>> {
    let store = &services.store;
    let name = line.username.as_str();
    if let Some(handle) = store.collection::<Handle>().get(&line.username).await? {
        let account = store.collection::<Account>().get(&handle.user_id).await?;
        let same = account.is_some_and(|account| account.compared_email().as_ref() == Some(&line.email.compared));
        return Ok(Some(if same {
            Outcome::Present
        } else {
            Outcome::Wrong(format!("the user name {name} belongs to somebody else, or is reserved"))
        }));
    }
    let owner: Option<Stored<EmailOwner>> = store.collection().get(&line.email.compared).await?;
    let claimed = line.email_confirmed || services.settings.mail.smtp.is_none();
    Ok(owner.filter(|_| claimed).map(|_| Outcome::Wrong("the address belongs to another account".to_owned())))
}

fn account(services: &Services, random: &dyn Random, line: &Line) -> Account {
    let created_at = line.created_at.unwrap_or_else(|| services.clock.now());
    Account {
        user_id: UserId::generate_unsharded(created_at, random),
        email: line.email.typed.clone(),
        email_confirmed: line.email_confirmed,
        role: Role::User,
        password_hash: line.password_hash.clone(),
        credential_version: 1,
        password_changed_at: created_at,
        created_at,
        phone: None,
        language: None,
        devices_from: None,
        suspended_at: None,
        suspended_for: None,
    }
}
