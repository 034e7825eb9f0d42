//! The pictures' files: `<data>/resource/media/<2 letters>/<folder>/`, in it the upload until the sizes are made, and then
//! the sizes. A file appears under its name whole and durable, or not at all: it is written beside it, synced, renamed,
//! and the folder is synced too. Nothing here knows documents. Blocking calls: for the studio's threads.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use store::Time;

/// The name of an upload in its folder. No address leads to it.
const UPLOAD: &str = "upload";

/// Where uploads arrive.
const RECEIVING: &str = "receiving";

/// What is still arriving after this time was interrupted.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// The root of all pictures.
#[derive(Clone, Debug)]
pub(crate) struct Disk(PathBuf);

impl Disk {
    /// Makes the root, readable by its owner alone, and removes what a kill left of uploads long ago.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn open(data: &Path, now: Time) -> io::Result<Self> {
        let root = data.join("resource").join("media");
        let receiving = root.join(RECEIVING);
        private_directory(&receiving)?;
        let now = UNIX_EPOCH + now.since(Time::from_millis(0));
        for entry in fs::read_dir(&receiving)? {
            let entry = entry?;
            let changed = entry.metadata()?.modified()?;
            if now.duration_since(changed).is_ok_and(|age| age > STALE) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self(root))
    }

    /// Where the upload of `folder` is received.
    pub(super) fn receiving(&self, folder: &str) -> PathBuf {
        self.0.join(RECEIVING).join(folder)
    }

    /// Takes the received file `received`, which must have been synced, as the upload of `folder`.
    pub(super) fn keep_upload(&self, folder: &str, received: &Path) -> io::Result<()> {
        let directory = self.folder(folder);
        private_directory(&directory)?;
        fs::rename(received, directory.join(UPLOAD))?;
        sync_directory(&directory)?;
        sync_directory(directory.parent().unwrap_or(&self.0))
    }

    /// The upload of `folder`.
    pub(super) fn read_upload(&self, folder: &str) -> io::Result<Vec<u8>> {
        fs::read(self.folder(folder).join(UPLOAD))
    }

    /// Forgets the upload of `folder`; none is fine.
    pub(super) fn drop_upload(&self, folder: &str) -> io::Result<()> {
        match fs::remove_file(self.folder(folder).join(UPLOAD)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes the sizes of `folder`, each with its longest side; durable when it returns.
    pub(super) fn write_sizes<'a>(&self, folder: &str, sizes: impl Iterator<Item = (u32, &'a [u8])>) -> io::Result<()> {
        let directory = self.folder(folder);
        private_directory(&directory)?;
        for (side, bytes) in sizes {
            let path = self.size(folder, side);
            let beside = path.with_extension("part");
            let mut file = File::create(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
        }
        sync_directory(&directory)
    }

    /// Gives `to` the same sizes as `from`, without their bytes being there twice. Durable after [`Disk::flush`].
    pub(super) fn link_sizes(&self, from: &str, to: &str, sides: impl Iterator<Item = u32>) -> io::Result<()> {
        private_directory(&self.folder(to))?;
        for side in sides {
            let (from, to) = (self.size(from, side), self.size(to, side));
            // Not every file system has links, and those that do allow only so many of one file.
            fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop))?;
        }
        Ok(())
    }

    /// Makes everything durable that was written without waiting for it.
    pub(super) fn flush(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        rustix::fs::syncfs(File::open(&self.0)?)?;
        #[cfg(all(unix, not(target_os = "linux")))]
        rustix::fs::sync();
        Ok(())
    }

    /// The file of a size.
    pub(super) fn size(&self, folder: &str, side: u32) -> PathBuf {
        self.folder(folder).join(format!("{side}.webp"))
    }

    /// Removes everything of `folder`; nothing there is fine.
    pub(super) fn erase(&self, folder: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.folder(folder)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn folder(&self, folder: &str) -> PathBuf {
        self.0.join(folder.get(..2).unwrap_or("__")).join(folder)
    }
}

#[cfg(unix)]
fn private_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Makes renames in `path` durable. Where directories cannot be opened (not on Unix), there is nothing to sync.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}
