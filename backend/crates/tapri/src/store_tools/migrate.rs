//! `tapri store migrate`: brings the store files of an older version to this one's format.

use httpkit::secrets::Server;
use httpkit::settings::Settings;
use store::Migration;

use crate::failure::Failure;
use crate::house::STORE_FILE;
use crate::progress::{Bar, count};
use crate::words;

/// Migrates each store in the data directory, or tries whether that would succeed.
pub fn run(settings: &Settings, dry_run: bool) -> Result<(), Failure> {
    let files = [Server::Auth, Server::Resource].map(|server| settings.data.join(server.name()).join(STORE_FILE));
    if files.iter().all(|file| !file.exists()) {
        return Err(Failure::new(format!("there is no store in `{}`", settings.data.display())));
    }
    for file in files.into_iter().filter(|file| file.exists()) {
        let mut bar = Bar::new("migrating");
        let migration = store::migrate(&file, dry_run, &mut |documents| bar.counted(documents))?;
        bar.end(&count(migration.documents, "document", "documents"));
        words::say(&tell(&file.display().to_string(), &migration, dry_run));
    }
    Ok(())
}

fn tell(file: &str, migration: &Migration, dry_run: bool) -> String {
    let Migration { from, to, steps, documents } = migration;
    if migration.is_empty() {
        return format!("`{file}` has format {to}: there is nothing to do.\n");
    }
    let tense = if dry_run { "would go (this was a dry run, nothing was changed)" } else { "went" };
    let steps: String = steps.iter().map(|step| format!("  {step}\n")).collect();
    let documents = count(*documents, "document", "documents");
    format!("`{file}` {tense} from format {from} to {to}, {documents} written anew:\n{steps}")
}
