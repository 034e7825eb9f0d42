//! What the auth server does at leisure: its jobs, deleting what has expired, writing down when apps were last used, and
//! keeping its keys young. Nothing here makes anything end; that is done when it is decided.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::core::Core;
use crate::error::Result;
use crate::jobs;
use crate::keys::RELOAD;

/// How often there is a look at what has expired.
const PERIOD: Duration = Duration::from_secs(30);
/// Expired documents deleted in one go.
const SWEEP: usize = 500;

/// Works until `stop`; then answers everybody who waits for news, and writes down what is only in memory.
pub(crate) async fn run(core: &Arc<Core>, stop: CancellationToken) {
    let worker = jobs::worker(core);
    let answering = async {
        stop.cancelled().await;
        core.news.stop();
    };
    tokio::join!(worker.run(stop.clone()), tend(core, &stop), answering);
    log(core.last_used.write(core).await);
}

async fn tend(core: &Core, stop: &CancellationToken) {
    let mut period = tokio::time::interval(PERIOD);
    period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // Also where nobody asks for anything: the next who does must not be served with a key that was given up meanwhile.
    let mut reading = tokio::time::interval(RELOAD);
    reading.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = reading.tick() => core.keys.freshen().await,
            _ = period.tick() => {
                log(sweep(core).await);
                log(core.last_used.write(core).await);
                log(core.keys.tend().await.map_err(Into::into));
            }
        }
    }
}

fn log(result: Result<()>) {
    if let Err(error) = result {
        tracing::warn!(%error, "tidying up failed and is tried again later: {error}");
    }
}

/// Deletes everything that has expired.
///
/// # Errors
/// The store's.
pub(crate) async fn sweep(core: &Core) -> Result<()> {
    while core.store.sweep(SWEEP).await? == SWEEP {}
    Ok(())
}
