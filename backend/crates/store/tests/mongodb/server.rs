//! The server under test, and databases on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use store::conformance::World;
use store::{Mongo, MongoOptions};

/// Where the server is: an address without a database.
#[expect(clippy::disallowed_methods, reason = "it is the one thing that a test run is told from outside")]
pub fn address() -> String {
    std::env::var("TAPRI_TEST_MONGODB_URI")
        .expect("these tests need a MongoDB server: run them by `scripts/with-mongodb.sh cargo test …`")
}

/// The address of a database of this name on the server.
pub fn at(database: &str) -> String {
    let address = address();
    let (server, options) = address.split_once('?').unwrap_or((&address, ""));
    let server = server.strip_prefix("mongodb://").expect("`mongodb://…`").split('/').next().unwrap_or_default();
    format!("mongodb://{server}/{database}?{options}")
}

/// The address of a database that no other test has.
pub fn fresh() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    at(&format!("tapri_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)))
}

/// What a test that writes a thousand batches at once needs on a slow server.
pub const PATIENT: MongoOptions = MongoOptions { timeout: Duration::from_secs(60), development_server: false };

/// A world on an empty database, which goes with it.
pub async fn world() -> World {
    let uri = fresh();
    let engine = Mongo::open(&uri, PATIENT).await.expect("the server answers");
    World::new(Arc::new(engine), Dropped(uri)).await
}

/// Drops the database when the test is over, however it ended.
pub struct Dropped(pub String);

impl Drop for Dropped {
    fn drop(&mut self) {
        let uri = self.0.clone();
        // The test's own runtime is busy ending, and its engine may be closed.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                if let Ok(engine) = Mongo::open(&uri, MongoOptions::default()).await {
                    let _ = engine.drop_database().await;
                }
            });
            std::io::Result::Ok(())
        });
        let _ = dropping.join();
    }
}
