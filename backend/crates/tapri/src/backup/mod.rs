//! `tapri backup` and `tapri restore`: everything in the data directory, as a directory of the same form with a list of its
//! files and their hashes beside them ([`manifest`]).
//!
//! A running server hands its store out itself, through a door in its data directory ([`door`]); of one that is stopped the
//! file is read. Each store is one moment. They are taken in the order secrets, auth store, resource store, pictures, and
//! that order matters; `docs/operations.md` says why. The list is written last: a directory without one is no backup.

pub mod door;
mod files;
mod manifest;
mod restore;
mod source;

use std::fs;
use std::io;
use std::path::Path;

use httpkit::secrets::Server;
use httpkit::settings::Settings;
use store::{Clock as _, SystemClock};

use crate::failure::Failure;
use crate::house::STORE_FILE;
use crate::progress::{Bar, count, size};
use crate::words;
use files::Copied;
use manifest::{Manifest, Stored};

pub use files::private_directory;
pub use restore::{Restore, refuse_half_restored, restore};

/// Secrets, where they lie in the data directory.
const SECRETS: [&str; 3] = ["service-credential", "auth/secrets", "resource/secrets"];

/// Pictures, where they lie in the data directory.
const PICTURES: &str = "resource/media";

/// What lies among the pictures without being one: uploads that are still arriving.
const ARRIVING: &str = "receiving";

/// Makes a backup of what `settings` describe in the new directory `target`.
///
/// # Errors
/// One sentence; what is in `target` by then has no list and is no backup.
pub fn backup(settings: &Settings, target: &Path) -> Result<(), Failure> {
    refuse_half_restored(&settings.data)?;
    let servers = embedded_servers(settings);
    for server in &servers {
        let file = settings.data.join(server.name()).join(STORE_FILE);
        if !file.exists() {
            return Err(Failure::new(format!("there is nothing to back up: `{}` is not there", file.display())));
        }
    }
    new_directory(target)?;
    let mut manifest = Manifest::new(SystemClock.now().to_rfc3339());
    for secret in SECRETS {
        copy_all(&settings.data, target, secret, &mut manifest)?;
    }
    for server in &servers {
        copy_store(&settings.data, target, *server, &mut manifest)?;
    }
    copy_all(&settings.data, target, PICTURES, &mut manifest)?;
    manifest.write(target)?;
    words::say(&format!(
        "The backup is in {}: {}, {}. Keep it as secret as the data itself: who has it can sign in as anybody.\n",
        target.display(),
        count(manifest.files.len() as u64, "file", "files"),
        size(manifest.bytes()),
    ));
    if servers.len() < 2 {
        words::say(
            "A store on a database server is not in it: back that up with the server's own tools (mongodump), before this.\n",
        );
    }
    Ok(())
}

/// The servers whose stores lie in the data directory, in the order in which they are backed up.
fn embedded_servers(settings: &Settings) -> Vec<Server> {
    let on_a_server = |server| match server {
        Server::Auth => settings.auth_store_uri().is_some(),
        Server::Resource => settings.store.uri.is_some(),
    };
    [Server::Auth, Server::Resource].into_iter().filter(|server| !on_a_server(*server)).collect()
}

fn new_directory(target: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::new(format!("`{}` cannot be made: {error}", target.display()));
    match fs::read_dir(target).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Failure::new(format!("`{}` is not empty: name a new directory for the backup", target.display())))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => private_directory(target).map_err(failed),
        Err(error) => Err(failed(error)),
    }
}

fn copy_store(data: &Path, target: &Path, server: Server, manifest: &mut Manifest) -> Result<(), Failure> {
    let relative = format!("{}/{STORE_FILE}", server.name());
    let to = target.join(&relative);
    private_directory(&target.join(server.name())).map_err(|error| files::unwritten(&to, &error))?;
    let mut bar = Bar::new(format!("{} store", server.name()));
    let dumped = source::copy(&data.join(server.name()), &to, &mut |done, total| bar.at(done, total))?;
    let file = files::hash(&to)?;
    bar.end(&format!("{}, {}", count(dumped.entries, "entry", "entries"), size(file.bytes)));
    manifest.stores.push(server.name().to_owned());
    manifest.files.push(Stored::new(relative, file));
    Ok(())
}

/// Copies the file or the folder `what`, if there is one.
fn copy_all(data: &Path, target: &Path, what: &str, manifest: &mut Manifest) -> Result<(), Failure> {
    let found = files::below(data, what, &[ARRIVING])?;
    let mut bar = Bar::new(what);
    let (mut done, mut bytes, mut vanished) = (0, 0, 0);
    for relative in &found {
        match files::copy(&data.join(relative), &target.join(relative))? {
            Copied::File(file) => {
                bytes += file.bytes;
                manifest.files.push(Stored::new(relative.clone(), file));
            }
            // Its owner removed it while the backup was made, after the stores were read.
            Copied::Vanished => vanished += 1,
        }
        done += 1;
        bar.at(done, found.len() as u64);
    }
    let gone = if vanished == 0 { String::new() } else { format!(" ({vanished} were removed meanwhile)") };
    bar.end(&format!("{}, {}{gone}", count(done - vanished, "file", "files"), size(bytes)));
    Ok(())
}
