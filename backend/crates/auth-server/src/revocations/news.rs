//! What wakes the followers that wait in this process. A missed word costs nothing but the quarter of a second until the
//! follower looks for itself.

use tokio::sync::watch;

/// The bell of one process.
#[derive(Debug)]
pub(crate) struct News(watch::Sender<Bell>);

/// What a follower hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bell {
    rings: u64,
    /// The server stops: nobody waits any longer.
    pub stopping: bool,
}

impl Default for News {
    fn default() -> Self {
        Self(watch::Sender::new(Bell::default()))
    }
}

impl News {
    /// Something was written into the list.
    pub(crate) fn announce(&self) {
        self.0.send_modify(|bell| bell.rings = bell.rings.wrapping_add(1));
    }

    /// The server stops: everybody who waits is answered now.
    pub(crate) fn stop(&self) {
        self.0.send_modify(|bell| bell.stopping = true);
    }

    /// Hears everything from now on.
    pub(crate) fn listen(&self) -> watch::Receiver<Bell> {
        self.0.subscribe()
    }
}
