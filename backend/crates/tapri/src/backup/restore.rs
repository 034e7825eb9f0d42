//! `tapri restore`: everything is brought into the data directory beside what is there, checked, and only then put in its
//! place. What was there before is moved aside, never deleted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use httpkit::secrets::Server;
use httpkit::settings::Settings;
use store::{Clock as _, Options, Store, SystemClock, migrate};

use super::embedded_servers;
use super::files::{self, Copied};
use super::manifest::Manifest;
use crate::failure::Failure;
use crate::house::{STORE_FILE, open_store};
use crate::progress::{Bar, count, size};
use crate::words;

/// Where the files arrive, in the data directory. Nothing depends on what lies here.
const ARRIVING: &str = "restoring";

/// The same once it is whole, while it is put in place.
const WHOLE: &str = "restored";

/// What belongs to Tapri in a data directory.
const OURS: [&str; 3] = ["auth", "resource", "service-credential"];

/// What to do.
pub struct Restore<'a> {
    /// The backup.
    pub from: &'a Path,
    /// Whether data that is there may be moved aside.
    pub overwrite: bool,
    /// Whether sign-ins and connected apps are to be what they were.
    pub keep_grants: bool,
}

/// Puts a backup into the data directory that `settings` name.
///
/// # Errors
/// One sentence. Until everything is there and checked, what was in the data directory stays as it is.
pub async fn restore(settings: &Settings, order: Restore<'_>) -> Result<(), Failure> {
    let manifest = Manifest::read(order.from)?;
    fits(settings, &manifest)?;
    let data = &settings.data;
    let occupied: Vec<&str> = OURS.into_iter().filter(|name| data.join(name).exists()).collect();
    if !occupied.is_empty() && !order.overwrite {
        return Err(Failure::new(format!(
            "there is data in `{}` already: name another directory (TAPRI_DATA), or say --overwrite, which moves it aside",
            data.display()
        )));
    }
    not_in_use(data)?;
    let arriving = data.join(ARRIVING);
    remove(&arriving)?;
    files::private_directory(&arriving).map_err(|error| files::unwritten(&arriving, &error))?;
    bring(order.from, &manifest, &arriving)?;
    let ended = make_ready(settings, &manifest, &arriving, order.keep_grants).await?;
    let aside = put_in_place(data, &arriving, &occupied)?;
    tell(settings, &manifest, ended, aside.as_deref());
    Ok(())
}

/// A data directory in which a restore was interrupted while it put things in place has half of each.
///
/// # Errors
/// So it is; the sentence says what to do.
pub fn refuse_half_restored(data: &Path) -> Result<(), Failure> {
    if !data.join(WHOLE).exists() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "a restore into `{}` was interrupted while it put things in place: run it again with --overwrite",
        data.display()
    )))
}

/// Stores in the backup belong into the data directory, and so must those that the settings name.
fn fits(settings: &Settings, manifest: &Manifest) -> Result<(), Failure> {
    let here: Vec<&str> = embedded_servers(settings).into_iter().map(Server::name).collect();
    let there: Vec<&str> = manifest.stores.iter().map(String::as_str).collect();
    if here == there {
        return Ok(());
    }
    Err(Failure::new(
        "the backup was made with other stores than the settings name: set `store.uri` as it was then, restore, and move \
         with `tapri store copy`",
    ))
}

fn not_in_use(data: &Path) -> Result<(), Failure> {
    for server in [Server::Auth, Server::Resource] {
        let file = data.join(server.name()).join(STORE_FILE);
        if store::is_in_use(&file) {
            return Err(Failure::new(format!("`{}` is in use by another process: stop Tapri first", file.display())));
        }
    }
    Ok(())
}

/// Copies everything, and compares it with the list.
fn bring(from: &Path, manifest: &Manifest, to: &Path) -> Result<(), Failure> {
    let mut bar = Bar::new("copying and checking");
    let (mut done, total) = (0, manifest.bytes());
    for file in &manifest.files {
        let path = from.join(&file.path);
        match files::copy(&path, &to.join(&file.path))? {
            Copied::File(copied) if copied.sha256 == file.sha256 && copied.bytes == file.bytes => {}
            Copied::File(_) => {
                return Err(Failure::new(format!(
                    "`{}` is not what was backed up: the backup is damaged, take another; nothing was changed",
                    path.display()
                )));
            }
            Copied::Vanished => {
                return Err(Failure::new(format!(
                    "`{}` is missing: the backup is not whole, take another; nothing was changed",
                    path.display()
                )));
            }
        }
        done += file.bytes;
        bar.at(done, total);
    }
    bar.end(&format!("{}, {}", count(manifest.files.len() as u64, "file", "files"), size(total)));
    Ok(())
}

/// Brings the stores to this version's format and ends what was given out; returns how many grants that were.
async fn make_ready(
    settings: &Settings,
    manifest: &Manifest,
    arrived: &Path,
    keep_grants: bool,
) -> Result<Option<u64>, Failure> {
    for server in &manifest.stores {
        let mut bar = Bar::new(format!("{server} store"));
        let migration =
            migrate(&arrived.join(server).join(STORE_FILE), false, &mut |documents| bar.counted(documents))?;
        if !migration.is_empty() {
            bar.end(&format!("from format {} to {}", migration.from, migration.to));
        }
    }
    if keep_grants {
        return Ok(None);
    }
    let store = match settings.auth_store_uri() {
        None => Store::open(&arrived.join("auth").join(STORE_FILE), SystemClock, Options::default())?,
        Some(_) => open_store(settings, Server::Auth).await?,
    };
    let ended = auth_server::end_all_grants(&store, settings, SystemClock.now()).await;
    store.close().await?;
    Ok(Some(ended?))
}

/// Moves what is there aside and what has arrived in its place; returns where the former is now.
fn put_in_place(data: &Path, arriving: &Path, occupied: &[&str]) -> Result<Option<PathBuf>, Failure> {
    let whole = data.join(WHOLE);
    remove(&whole)?;
    let now = SystemClock.now().to_rfc3339().replace(':', "");
    let aside = (!occupied.is_empty()).then(|| data.join(format!("replaced-{now}")));
    let moved = (|| {
        if let Some(aside) = &aside {
            files::private_directory(aside)?;
        }
        fs::rename(arriving, &whole)?;
        files::sync_directory(data)?;
        for name in OURS {
            if let Some(aside) = aside.as_deref().filter(|_| data.join(name).exists()) {
                fs::rename(data.join(name), aside.join(name))?;
            }
            if whole.join(name).exists() {
                fs::rename(whole.join(name), data.join(name))?;
            }
        }
        if let Some(aside) = &aside {
            files::sync_directory(aside)?;
        }
        files::sync_directory(data)?;
        fs::remove_dir(&whole)?;
        files::sync_directory(data)
    })();
    moved.map_err(|error: io::Error| files::unwritten(data, &error))?;
    Ok(aside)
}

fn remove(directory: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::new(format!("`{}` cannot be removed: {error}", directory.display())))
        }
        _ => Ok(()),
    }
}

fn tell(settings: &Settings, manifest: &Manifest, ended: Option<u64>, aside: Option<&Path>) {
    words::say(&format!("`{}` is as it was at {}.\n", settings.data.display(), manifest.made_at));
    words::say(&match ended {
        Some(ended) => format!(
            "All sign-ins and connected apps have ended ({ended} were alive): people sign in again, and apps ask them to. \
             What they had allowed is remembered.\n"
        ),
        None => "Sign-ins and connected apps are what they were then: also those that have ended since live again.\n"
            .to_owned(),
    });
    if let Some(aside) = aside {
        words::say(&format!("What was there before is in `{}`: remove it when you are content.\n", aside.display()));
    }
}
