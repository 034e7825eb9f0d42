//! The door through which a running server hands its store out: a socket in the server's own directory, which nobody but
//! its owner can enter. Who connects is sent one moment of the store as a dump; nothing can be asked and nothing changed.

use std::fs::File;
use std::io::{self, BufWriter};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use store::Embedded;
use tokio::net::{UnixListener, UnixStream};

/// Its name in the server's directory.
pub const SOCKET: &str = "backup.sock";

/// The longest path that every system takes as a socket's address (104 bytes with the zero at its end).
const LONGEST: usize = 103;

/// Who takes nothing for so long is let go: what a dump holds on to cannot be used again.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opens the door of the server whose directory this is, as long as the engine lives. A door that cannot be opened is
/// no reason not to serve: the log says so.
pub fn open(directory: &Path, engine: &Arc<Embedded>) {
    let path = directory.join(SOCKET);
    // The store is ours alone, so what lies there was left by a process that was killed.
    let _ = std::fs::remove_file(&path);
    match in_reach(directory).and_then(|near| UnixListener::bind(&near.path)) {
        Ok(listener) => {
            let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            if let Err(error) = std::fs::set_permissions(&path, owner_only) {
                tracing::warn!(%error, "the door for backups keeps its mode: {error}");
            }
            let door = Door { listener, engine: Arc::downgrade(engine), path };
            tokio::spawn(async move { door.serve().await });
        }
        Err(error) => tracing::warn!(%error, "no backup can be made while this server runs: {error}"),
    }
}

/// The socket's path in a form that fits into an address.
pub struct Near {
    pub path: PathBuf,
    /// What the path goes through.
    _directory: Option<File>,
}

/// A socket's address holds about a hundred bytes, a path any number. A longer one is reached through the open directory,
/// which Linux shows under a short name.
///
/// # Errors
/// The directory cannot be opened, or the system has no such names: a sentence that says what to do.
pub fn in_reach(directory: &Path) -> io::Result<Near> {
    let path = directory.join(SOCKET);
    if path.as_os_str().len() <= LONGEST {
        return Ok(Near { path, _directory: None });
    }
    let opened = File::open(directory)?;
    let shown = PathBuf::from(format!("/proc/self/fd/{}", opened.as_raw_fd()));
    if !shown.exists() {
        let words = format!("the path of `data` is too long for a socket: choose one of at most {LONGEST} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
    }
    Ok(Near { path: shown.join(SOCKET), _directory: Some(opened) })
}

struct Door {
    listener: UnixListener,
    engine: Weak<Embedded>,
    path: PathBuf,
}

impl Door {
    async fn serve(&self) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else { return };
            let Some(engine) = self.engine.upgrade() else { return };
            match hand_out(&engine, stream).await {
                Ok(()) => tracing::info!("a backup was made of {}", self.path.display()),
                Err(error) => tracing::warn!(%error, "a backup broke off: {error}"),
            }
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // One that stays behind is removed by the next start.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn hand_out(engine: &Embedded, stream: UnixStream) -> io::Result<()> {
    let dump = engine.dump().await.map_err(io::Error::other)?;
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let writing = tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::with_capacity(256 * 1024, stream);
        dump.write_to(&mut out, &mut |_, _| ()).map(drop).map_err(io::Error::other)
    });
    writing.await?
}
