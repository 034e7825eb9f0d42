//! Where both servers remember: whether it opens, or is held by one of ours that runs.

use httpkit::secrets::Server;
use store::{Embedded, Options, is_in_use};

use super::finding::Finding;
use super::patient::Patient;
use crate::house::{STORE_FILE, open_store};

/// Whether each server's store is whole, of this version, and to be had.
pub async fn open_or_in_use(patient: &Patient) -> Vec<Finding> {
    let auth = patient.settings.auth_store_uri().is_some();
    let resource = patient.settings.store.uri.is_some();
    vec![one(patient, Server::Auth, auth).await, one(patient, Server::Resource, resource).await]
}

async fn one(patient: &Patient, server: Server, on_a_server: bool) -> Finding {
    if on_a_server { database(patient, server).await } else { file(patient, server).await }
}

async fn database(patient: &Patient, server: Server) -> Finding {
    let name = server.name();
    match open_store(&patient.settings, server).await {
        Ok(store) => match store.close().await {
            Ok(()) => Finding::good("store", format!("the {name} server's database answers")),
            Err(error) => Finding::bad("store", error.to_string(), "Look at the database server's own log"),
        },
        Err(failure) => Finding::bad("store", failure.to_string(), "Start the database server, or correct `store.uri`"),
    }
}

async fn file(patient: &Patient, server: Server) -> Finding {
    let path = patient.settings.data.join(server.name()).join(STORE_FILE);
    let shown = path.display();
    if !path.exists() {
        return Finding::skipped("store", format!("{shown} is not there yet; the first start makes it"));
    }
    if is_in_use(&path) {
        return Finding::good("store", format!("{shown} is open in a Tapri that runs"));
    }
    let opened = match Embedded::open(&path, Options::default()) {
        Ok(engine) => store::Store::new(std::sync::Arc::new(engine), store::SystemClock).close().await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(()) => Finding::good("store", format!("{shown} opens")),
        Err(error) => Finding::bad(
            "store",
            error.to_string(),
            "Restore a backup; where an older version wrote it, run `tapri store migrate`",
        ),
    }
}
