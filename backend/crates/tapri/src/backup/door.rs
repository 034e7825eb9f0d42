//! The door through which a running server hands its store out: a socket in the server's own directory, which nobody but
//! its owner can enter. Who connects is sent one moment of the store as a dump; nothing can be asked and nothing changed.

use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;

use store::Embedded;
use tokio::net::{UnixListener, UnixStream};

/// Its name in the server's directory.
pub const SOCKET: &str = "backup.sock";

/// Who takes nothing for so long is let go: what a dump holds on to cannot be used again.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opens the door of the server whose directory this is, as long as the engine lives. A door that cannot be opened is
/// no reason not to serve: the log says so.
pub fn open(directory: &Path, engine: &Arc<Embedded>) {
    let path = directory.join(SOCKET);
    // The store is ours alone, so what lies there was left by a process that was killed.
    let _ = std::fs::remove_file(&path);
    match UnixListener::bind(&path) {
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

struct Door {
    listener: UnixListener,
    engine: Weak<Embedded>,
    path: std::path::PathBuf,
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
