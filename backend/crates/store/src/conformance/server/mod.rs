//! What tests on a MongoDB server need: the server that a run was given, databases of their own on it, and a way to take it
//! away. Like the suite, it is for the tests of every crate.
//!
//! `scripts/with-mongodb.sh COMMAND` starts a server and sets [`VARIABLE`] for the command.

mod database;
mod proxy;

pub use database::Database;
pub use proxy::{Line, Proxy};

/// The variable that says where the server is: an address without a database.
pub const VARIABLE: &str = "TAPRI_TEST_MONGODB_URI";

/// The server's address; none when this run has no server.
#[expect(clippy::disallowed_methods, reason = "the one thing that a test run is told from outside")]
pub fn given() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|address| !address.is_empty())
}
