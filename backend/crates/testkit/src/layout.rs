//! Where a Tapri keeps its data.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use httpkit::secrets::Server;
use httpkit::settings::{Secret, Settings};
use store::conformance::server::{self, Database};
use store::port::Engine;
use store::{Embedded, Memory, Mongo, MongoOptions, Options};
use tempfile::TempDir;

/// A way of keeping data. One more engine is one more variant here and one more arm in [`Engines`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One file for each server: what a fresh Tapri has.
    Embedded,
    /// The model engine, which keeps nothing beyond the story.
    Memory,
    /// One database on the MongoDB server of this run, which both servers share.
    SharedDatabase,
    /// The same, reached by this address alone: a line that the story can cut.
    SharedDatabaseBehind(SocketAddr),
    /// A database for each server.
    DatabaseEach,
}

impl Layout {
    /// Where stories keep their data unless they say otherwise: on the MongoDB server that the run was given, and in files
    /// when it was given none.
    pub(crate) fn usual() -> Self {
        match server::given() {
            Some(_) => Self::SharedDatabase,
            None => Self::Embedded,
        }
    }
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
    /// Dropped with the story.
    _databases: Vec<Database>,
}

impl Engines {
    /// Makes the places and says in `settings` where they are, as whoever runs Tapri would.
    pub(crate) fn new(layout: Layout, settings: &mut Settings) -> Self {
        let mut databases = Vec::new();
        match layout {
            Layout::Embedded | Layout::Memory => {}
            Layout::SharedDatabase => {
                databases.push(Database::fresh());
                settings.store.uri = Some(Secret::new(databases[0].uri()));
            }
            Layout::SharedDatabaseBehind(address) => {
                databases.push(Database::fresh());
                let uri = format!("{}&serverSelectionTimeoutMS=1000", databases[0].uri_through(address));
                settings.store.uri = Some(Secret::new(uri));
            }
            Layout::DatabaseEach => {
                databases.extend([Database::fresh(), Database::fresh()]);
                settings.store.uri = Some(Secret::new(databases[0].uri()));
                settings.auth.store.uri = Some(Secret::new(databases[1].uri()));
            }
        }
        Self { layout, memory: Default::default(), _databases: databases }
    }

    pub(crate) async fn open(&self, server: Server, settings: &Settings) -> Arc<dyn Engine> {
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
            Layout::SharedDatabase | Layout::SharedDatabaseBehind(_) | Layout::DatabaseEach => {
                let uri = match server {
                    Server::Auth => settings.auth_store_uri(),
                    Server::Resource => settings.store.uri.as_ref(),
                };
                let uri = uri.expect("it was set when the places were made").expose();
                let options = MongoOptions { timeout: settings.store.timeout, ..MongoOptions::default() };
                Arc::new(Mongo::open(uri, options).await.expect("the server answers"))
            }
        }
    }

    /// Lets go of what was opened.
    pub(crate) async fn close(&self, engine: &dyn Engine) {
        match self.layout {
            Layout::Memory => {}
            Layout::Embedded | Layout::SharedDatabase | Layout::SharedDatabaseBehind(_) | Layout::DatabaseEach => {
                engine.close().await.expect("a healthy store closes");
            }
        }
    }
}
