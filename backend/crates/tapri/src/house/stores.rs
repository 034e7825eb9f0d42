//! Opening a server's store as the settings say: a file in the data directory, or a database on a MongoDB server.
//!
//! Both servers in one database is one address; a database each is one more (`auth.store.uri`). Neither server names the
//! other's collections, so nothing else differs.

use std::sync::Arc;

use httpkit::secrets::Server;
use httpkit::settings::Settings;
use store::{Embedded, Options, Store, SystemClock};

use crate::backup::door;
use crate::failure::Failure;
use crate::store_tools::refuse_half_copied;

/// A server's store, in the server's own directory.
pub const FILE: &str = "store.redb";

/// The store of `server`.
pub async fn open(settings: &Settings, server: Server) -> Result<Store, Failure> {
    let uri = match server {
        Server::Auth => settings.auth_store_uri(),
        Server::Resource => settings.store.uri.as_ref(),
    };
    match uri {
        Some(uri) => on_mongodb(settings, uri.expose(), server).await,
        None => in_a_file(settings, server).await,
    }
}

async fn in_a_file(settings: &Settings, server: Server) -> Result<Store, Failure> {
    let mut options = Options::for_this_machine();
    if let Some(bytes) = settings.store.cache {
        options.cache_bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    }
    let directory = settings.data.join(server.name());
    let engine = Arc::new(Embedded::open(&directory.join(FILE), options)?);
    refuse_half_copied(&*engine, server).await?;
    door::open(&directory, &engine);
    Ok(Store::new(engine, SystemClock))
}

#[cfg(feature = "mongodb")]
async fn on_mongodb(settings: &Settings, uri: &str, server: Server) -> Result<Store, Failure> {
    let options =
        store::MongoOptions { timeout: settings.store.timeout, development_server: settings.store.development_server };
    let engine = store::Mongo::open(uri, options).await?;
    refuse_half_copied(&engine, server).await?;
    Ok(Store::new(Arc::new(engine), SystemClock))
}

#[cfg(not(feature = "mongodb"))]
async fn on_mongodb(_: &Settings, _: &str, _: Server) -> Result<Store, Failure> {
    Err(Failure::new(
        "`store.uri` names a database server, and this program was built without the feature `mongodb`; leave it empty",
    ))
}
