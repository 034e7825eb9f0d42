//! The MongoDB engine on the server of this run: the conformance suite, and what only this engine has.
//!
//! `scripts/with-mongodb.sh` starts a server and says where it is. Without one these tests are not run at all
//! (`test = false` in the manifest), and asked for by name they fail. Each test has a database of its own.

mod declaring;
mod outage;
mod refusing;

use std::sync::Arc;

use store::conformance::World;
use store::conformance::server::Database;

async fn world() -> World {
    let database = Database::fresh();
    World::new(Arc::new(database.open().await), database).await
}

store::conformance_suite!(world);
