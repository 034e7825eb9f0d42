//! Databases that a test has for itself.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Mongo, MongoOptions};

/// A database on the server of this run, empty at first, dropped with this.
pub struct Database {
    /// `user:password@host:port`, one host or several.
    hosts: String,
    name: String,
    /// What stands behind `?`.
    options: String,
}

impl Database {
    /// A database that no other test has. Panics when the run has no server.
    pub fn fresh() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let address = super::given().unwrap_or_else(|| {
            panic!("this test needs a MongoDB server: run it by `scripts/with-mongodb.sh cargo test …`")
        });
        let (server, options) = address.split_once('?').unwrap_or((&address, ""));
        let hosts = server.strip_prefix("mongodb://").expect("the address begins with `mongodb://`");
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self {
            hosts: hosts.split('/').next().unwrap_or_default().to_owned(),
            name: format!("tapri_test_{}_{number}", std::process::id()),
            options: options.to_owned(),
        }
    }

    /// Its address, as `store.uri` takes it.
    pub fn uri(&self) -> String {
        format!("mongodb://{}/{}?{}", self.hosts, self.name, self.options)
    }

    /// Its address where only the server at `proxy` is asked, whatever the servers say of themselves.
    pub fn uri_through(&self, proxy: SocketAddr) -> String {
        let user = self.hosts.rsplit_once('@').map(|(user, _)| format!("{user}@")).unwrap_or_default();
        let options = if self.options.is_empty() { String::new() } else { format!("&{}", self.options) };
        format!("mongodb://{user}{proxy}/{}?directConnection=true{options}", self.name)
    }

    /// The first of its servers, `host:port`.
    pub fn server(&self) -> &str {
        let hosts = self.hosts.rsplit('@').next().unwrap_or_default();
        hosts.split(',').next().unwrap_or_default()
    }

    /// An engine on it, with the time that a slow server needs for a thousand batches at once.
    pub async fn open(&self) -> Mongo {
        let options = MongoOptions { timeout: std::time::Duration::from_secs(60), ..MongoOptions::default() };
        Mongo::open(&self.uri(), options).await.expect("the server answers")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let uri = self.uri();
        // The test's own runtime is about to end and cannot be waited on.
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
