//! The MongoDB engine on the server that `TAPRI_TEST_MONGODB_URI` names: the conformance suite, and what only this engine
//! has. `scripts/with-mongodb.sh` starts a server and says where it is; without one these tests are not run at all
//! (`test = false` in the manifest), and asked for by name they fail.
//!
//! Each test has a database of its own, named after this process and a number, and drops it.

mod server;

use server::world;

store::conformance_suite!(world);
