//! Where a Tapri keeps its data.

use std::path::Path;
use std::sync::Arc;

use httpkit::secrets::Server;
use httpkit::settings::Settings;
use store::port::Engine;
use store::{Embedded, Memory, Options};
use tempfile::TempDir;

/// A way of keeping data. One more engine is one more variant here and one more arm in [`Engines::open`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One file for each server: what a fresh Tapri has.
    Embedded,
    /// The model engine, which keeps nothing beyond the story.
    Memory,
}

/// A data directory that goes with the story.
pub(crate) struct Data(TempDir);

impl Data {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory can be made"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Opens the engines of one story, again after each restart.
pub(crate) struct Engines {
    layout: Layout,
    /// What lives in memory must outlive the servers.
    memory: [Arc<Memory>; 2],
}

impl Engines {
    pub(crate) fn new(layout: Layout) -> Self {
        Self { layout, memory: Default::default() }
    }

    pub(crate) fn open(&self, server: Server, settings: &Settings) -> Arc<dyn Engine> {
        match self.layout {
            Layout::Embedded => {
                let path = settings.data.join(server.name()).join("store.redb");
                Arc::new(Embedded::open(&path, Options::default()).expect("a new store opens"))
            }
            Layout::Memory => {
                let [auth, resource] = &self.memory;
                match server {
                    Server::Auth => auth.clone(),
                    Server::Resource => resource.clone(),
                }
            }
        }
    }

    /// Lets go of what was opened.
    pub(crate) async fn close(&self, engine: &dyn Engine) {
        match self.layout {
            Layout::Embedded => engine.close().await.expect("a healthy store closes"),
            Layout::Memory => {}
        }
    }
}
