//! `tapri admin`: what an operator does to people's accounts, on the store itself. With the embedded store Tapri must not be
//! running meanwhile; the store says so.

use std::fmt::Write as _;
use std::path::Path;

use httpkit::secrets::Server;
use resource_server::{ImportReport, Role, import_users, set_role};

use crate::cli::{AdminCommand, RoleName};
use crate::failure::Failure;
use crate::house::House;
use crate::words;

/// Does `command`.
pub async fn run(house: &House, command: &AdminCommand) -> Result<(), Failure> {
    match command {
        AdminCommand::ImportUsers { file, dry_run } => import(house, file, *dry_run).await,
        AdminCommand::Role { username, role } => give_role(house, username, *role).await,
    }
}

async fn give_role(house: &House, username: &str, role: RoleName) -> Result<(), Failure> {
    let (role, words) = match role {
        RoleName::User => (Role::User, "no role beyond what is their own"),
        RoleName::Mod => (Role::Mod, "the role mod"),
        RoleName::Admin => (Role::Admin, "the role admin"),
    };
    let services = house.services(Server::Resource).await?;
    let outcome = set_role(&services, username, role).await;
    let closed = services.store.close().await;
    outcome.map_err(|problem| Failure::new(format!("{username}: {problem}")))?;
    closed?;
    words::say(&format!("{username} has {words}\n"));
    Ok(())
}

async fn import(house: &House, file: &Path, trial: bool) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", file.display())))?;
    let services = house.services(Server::Resource).await?;
    let outcome = import_users(&services, &text, trial).await;
    let closed = services.store.close().await;
    let report = outcome?;
    closed?;
    words::say(&told(&report, trial));
    if report.problems.is_empty() {
        return Ok(());
    }
    let lines = if report.problems.len() == 1 { "one line" } else { "some lines" };
    Err(Failure::new(format!("{lines} of {} could not be imported; mend them and run it again", file.display())))
}

/// The report, for the person at the terminal.
fn told(report: &ImportReport, trial: bool) -> String {
    let mut words = String::new();
    // Writing to a text cannot fail.
    for problem in &report.problems {
        let _ = writeln!(words, "line {}: {}", problem.line, problem.words);
    }
    let done = if trial { "to import" } else { "imported" };
    let _ = writeln!(
        words,
        "{} {done}, {} there already, {} not good",
        report.imported,
        report.present,
        report.problems.len()
    );
    words
}
