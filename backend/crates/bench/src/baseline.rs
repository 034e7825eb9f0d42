//! What the bare parts give: an axum server that says hello, redb that commits, bcrypt that hashes.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redb::{Database, TableDefinition};

use crate::Failure;
use crate::load::per_second;

/// The hello server, stopped when this is dropped.
pub struct Hello {
    process: Child,
    /// Its address.
    pub address: String,
}

impl Hello {
    /// Starts it as a process of its own.
    pub async fn start() -> Result<Self, Failure> {
        let port = (30_000..32_000)
            .find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
            .ok_or("no free port between 30000 and 32000")?;
        let process =
            Command::new(std::env::current_exe()?).args(["hello", &port.to_string()]).stdout(Stdio::null()).spawn()?;
        let hello = Self { process, address: format!("http://127.0.0.1:{port}/") };
        let began = Instant::now();
        while reqwest::get(&hello.address).await.is_err() {
            if began.elapsed() > Duration::from_secs(10) {
                return Err("the hello server did not start".into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(hello)
    }
}

impl Drop for Hello {
    fn drop(&mut self) {
        // A process that is already gone is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The hello server itself: one small JSON struct, nothing else.
pub async fn serve_hello() -> Result<(), Failure> {
    #[derive(serde::Serialize)]
    struct Greeting {
        status: &'static str,
        message: &'static str,
    }
    let port: u16 = std::env::args().nth(2).ok_or("no port")?.parse()?;
    let greet = || async { axum::Json(Greeting { status: "success", message: "hello" }) };
    let router = axum::Router::new().route("/", axum::routing::get(greet));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

/// Durable writes a second of raw redb when 64 documents of one kilobyte share each commit.
pub fn redb_grouped(directory: &Path, duration: Duration) -> Result<f64, Failure> {
    const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("documents");
    let database = Database::create(directory.join("baseline.redb"))?;
    let document = vec![b'x'; 1024];
    let mut written = 0_u64;
    let began = Instant::now();
    while began.elapsed() < duration {
        let transaction = database.begin_write()?;
        {
            let mut table = transaction.open_table(TABLE)?;
            for _ in 0..64 {
                // Keys far apart, as ids are.
                table.insert(written.wrapping_mul(0x9e37_79b9_7f4a_7c15), document.as_slice())?;
                written += 1;
            }
        }
        transaction.commit()?;
    }
    Ok(per_second(written, began.elapsed()))
}

/// Verifications a second of raw bcrypt at cost 12, on both cores.
pub fn bcrypt_limit(duration: Duration) -> Result<f64, Failure> {
    let hash = bcrypt::hash("correct horse", 12)?;
    let began = Instant::now();
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let hash = hash.clone();
            std::thread::spawn(move || {
                let mut checked = 0_u64;
                while began.elapsed() < duration {
                    checked += u64::from(bcrypt::verify("correct horse", &hash).unwrap_or(false));
                }
                checked
            })
        })
        .collect();
    let checked = workers.into_iter().map(|worker| worker.join().unwrap_or(0)).sum();
    Ok(per_second(checked, began.elapsed()))
}
