//! What an operator can change while everything runs: the limits. SIGHUP reads the settings again; what does not fit is
//! refused with its sentence in the log, and what was true before stays true.

use std::io;
use std::path::PathBuf;

use httpkit::limits::Limiter;
use httpkit::settings::Settings;
use tokio::signal::unix::{SignalKind, signal};

/// From now on a SIGHUP reads the settings (`config` and the environment) again and changes `limiters`.
///
/// # Errors
/// When the signal cannot be listened for.
pub fn on_hangup(config: Option<PathBuf>, limiters: Vec<Limiter>) -> io::Result<()> {
    let mut hangups = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            match Settings::load(config.as_deref()) {
                Ok(settings) => change(&settings, &limiters),
                Err(error) => tracing::error!(%error, "settings.refused: nothing was changed, since {error}"),
            }
        }
    });
    Ok(())
}

fn change(settings: &Settings, limiters: &[Limiter]) {
    for limiter in limiters {
        limiter.change(settings.limits.clone());
    }
    tracing::info!(
        "settings.reloaded: the limits are those of the settings file now; other settings change at the next start"
    );
}
