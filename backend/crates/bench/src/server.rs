//! `tapri up` as a process: started on free ports, watched through /proc, stopped by its id.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

/// A running Tapri.
pub struct Tapri {
    /// The public address.
    pub origin: String,
    /// The resource server itself.
    pub resource: String,
    /// From the start of the process to its first answer.
    pub started_in: Duration,
    process: Child,
}

impl Tapri {
    /// Starts the released binary beside this one on `data`.
    pub async fn start(data: &Path) -> Result<Self, Failure> {
        let binary = std::env::current_exe()?.with_file_name("tapri");
        if !binary.exists() {
            return Err(format!("{} is not built. Run: make bench", binary.display()).into());
        }
        let [web, resource, auth] = free_ports()?;
        let origin = format!("http://localhost:{web}");
        let began = Instant::now();
        let process = Command::new(binary)
            .arg("up")
            .env("TAPRI_ORIGIN", &origin)
            .env("TAPRI_DATA", data)
            .env("TAPRI_GATEWAY__LISTEN", format!("127.0.0.1:{web}"))
            .env("TAPRI_RESOURCE__LISTEN", format!("127.0.0.1:{resource}"))
            .env("TAPRI_AUTH__LISTEN", format!("127.0.0.1:{auth}"))
            .env("TAPRI_LIMITS__ENABLED", "false")
            .env("TAPRI_LOG__LEVEL", "warn")
            .stdout(Stdio::null())
            .spawn()?;
        let mut tapri =
            Self { origin, resource: format!("http://127.0.0.1:{resource}"), started_in: Duration::ZERO, process };
        tapri.wait_for_answer(began).await?;
        tapri.started_in = began.elapsed();
        Ok(tapri)
    }

    async fn wait_for_answer(&mut self, began: Instant) -> Result<(), Failure> {
        let address = format!("{}/readyz", self.resource);
        let client = reqwest::Client::new();
        while began.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.process.try_wait()? {
                return Err(format!("tapri stopped at once: {status}").into());
            }
            if client.get(&address).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err("tapri did not answer within 30 seconds".into())
    }

    /// Resident memory of the whole process, both servers and the gateway, in megabytes.
    pub fn resident_mb(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS in /proc")?;
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill").arg(self.process.id().to_string()).status()?;
        tokio::task::spawn_blocking(move || self.process.wait()).await??;
        Ok(())
    }
}

/// Three ports that nobody uses, below the range from which the system itself draws.
fn free_ports() -> Result<[u16; 3], Failure> {
    let mut free = (20_000..30_000).filter(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok());
    let mut next = || free.next().ok_or("no free port between 20000 and 30000");
    Ok([next()?, next()?, next()?])
}
