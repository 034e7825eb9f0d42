//! Secret files: readable by their owner only, written whole or not at all, made once even if two processes start at once.

use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use zeroize::Zeroizing;

/// More than any secret of ours has; a file that is longer is none of them.
const LARGEST: u64 = 4096;

/// Why a secret cannot be used, in one sentence that ends in the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretsError(String);

impl SecretsError {
    pub(super) fn wrong_content(path: &Path, found: &str) -> Self {
        let path = path.display();
        Self(format!(
            "the secret {path} has {found}; restore it from a backup, or remove it, which signs everybody out"
        ))
    }

    fn open_to_others(path: &Path, mode: &str) -> Self {
        let path = path.display();
        Self(format!("the secret {path} is open to other users of this machine; run: chmod {mode} {path}"))
    }

    fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self(format!("the secret {} cannot be read: {error}; give it to the user that runs Tapri", path.display()))
    }

    fn unwritable(path: &Path, error: &io::Error) -> Self {
        let path = path.display();
        Self(format!(
            "{path} cannot be written: {error}; make the data directory writable, or set `data` to another one"
        ))
    }
}

impl fmt::Display for SecretsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for SecretsError {}

/// The content of `path`; where there is no such file, it is made with what `draw` gives.
pub(super) fn read_or_create(
    path: &Path,
    draw: impl FnOnce() -> Zeroizing<Vec<u8>>,
) -> Result<Zeroizing<Vec<u8>>, SecretsError> {
    match read(path)? {
        Some(content) => Ok(content),
        None => {
            create(path, &draw()).map_err(|error| SecretsError::unwritable(path, &error))?;
            // Read back instead of returning what was drawn: another process may have been first.
            read(path)?.ok_or_else(|| SecretsError::unreadable(path, &io::ErrorKind::NotFound.into()))
        }
    }
}

fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, SecretsError> {
    let unreadable = |error: io::Error| SecretsError::unreadable(path, &error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if file.metadata().map_err(unreadable)?.permissions().mode() & 0o077 != 0 {
        return Err(SecretsError::open_to_others(path, "600"));
    }
    let mut content = Zeroizing::new(Vec::with_capacity(64));
    file.take(LARGEST).read_to_end(&mut content).map_err(unreadable)?;
    Ok(Some(content))
}

/// Writes a temporary file beside `path` and links it there: a crash leaves either nothing or the whole, and of two
/// processes that start at once one wins and the other reads what it wrote (a rename would replace it).
fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let temporary = temporary_name(path);
    let written = write_whole(&temporary, content).and_then(|()| match std::fs::hard_link(&temporary, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = std::fs::remove_file(&temporary);
    written.and(removed)?;
    File::open(directory)?.sync_all()
}

fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// A name that no other process and no other thread uses, so that two that start at once do not write into one file.
fn temporary_name(path: &Path) -> PathBuf {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.{}.new", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed)));
    path.with_file_name(name)
}
