//! Tapri as a process, or its parts as several: started on free ports, watched through /proc, stopped by their ids.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use crate::Failure;

/// A running Tapri.
pub struct Tapri {
    /// The public address.
    pub origin: String,
    /// The resource server itself.
    pub resource: String,
    /// The auth server itself.
    pub auth: String,
    /// From the start of the process to its first answer.
    pub started_in: Duration,
    process: Part,
}

impl Tapri {
    /// Starts the released binary beside this one on `data`.
    pub async fn start(data: &Path) -> Result<Self, Failure> {
        Self::start_with(data, &[]).await
    }

    /// The same with other settings.
    pub async fn start_with(data: &Path, settings: &[(&'static str, String)]) -> Result<Self, Failure> {
        let [web, resource, auth] = free_ports()?;
        let origin = format!("http://localhost:{web}");
        let mut variables = vec![
            ("TAPRI_ORIGIN", origin.clone()),
            ("TAPRI_DATA", data.display().to_string()),
            ("TAPRI_GATEWAY__LISTEN", format!("127.0.0.1:{web}")),
            ("TAPRI_RESOURCE__LISTEN", format!("127.0.0.1:{resource}")),
            ("TAPRI_AUTH__LISTEN", format!("127.0.0.1:{auth}")),
        ];
        variables.extend_from_slice(settings);
        let [resource, auth] = [resource, auth].map(|port| format!("http://127.0.0.1:{port}"));
        let process = Part::start("up", &variables, &resource).await?;
        Ok(Self::of(origin, resource, auth, process))
    }

    /// A Tapri whose resource server is `process`.
    pub fn of(origin: String, resource: String, auth: String, process: Part) -> Self {
        Self { origin, resource, auth, started_in: process.started_in, process }
    }

    /// Resident memory of the whole process, both servers and the gateway, in megabytes.
    pub fn resident_mb(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS in /proc")?;
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(self) -> Result<(), Failure> {
        self.process.stop().await
    }
}

/// One process: all of Tapri, or a part of it.
pub struct Part {
    child: Child,
    /// From its start to its first answer.
    started_in: Duration,
}

impl Part {
    /// Starts `tapri COMMAND`, and waits until it answers at `address`.
    pub async fn start(command: &str, variables: &[(&str, String)], address: &str) -> Result<Self, Failure> {
        let binary = std::env::current_exe()?.with_file_name("tapri");
        if !binary.exists() {
            return Err(format!("{} is not built. Run: make bench", binary.display()).into());
        }
        let began = Instant::now();
        let child = Command::new(binary)
            .arg(command)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env("TAPRI_LIMITS__ENABLED", "false")
            .env("TAPRI_LOG__LEVEL", "warn")
            .stdout(Stdio::null())
            .spawn()?;
        let mut part = Self { child, started_in: Duration::ZERO };
        part.wait_for_answer(began, address).await?;
        part.started_in = began.elapsed();
        Ok(part)
    }

    async fn wait_for_answer(&mut self, began: Instant, address: &str) -> Result<(), Failure> {
        let address = format!("{address}/readyz");
        let client = reqwest::Client::new();
        while began.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("tapri stopped at once: {status}").into());
            }
            if client.get(&address).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err("tapri did not answer within 30 seconds".into())
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        tokio::task::spawn_blocking(move || self.child.wait()).await??;
        Ok(())
    }
}

/// Three ports that nobody uses, below the range from which the system itself draws.
fn free_ports() -> Result<[u16; 3], Failure> {
    let mut free = (20_000..30_000).filter(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok());
    let mut next = || free.next().ok_or("no free port between 20000 and 30000");
    Ok([next()?, next()?, next()?])
}

/// One more of them, not handed out before.
pub fn free_port() -> Result<u16, Failure> {
    static HANDED_OUT: AtomicU16 = AtomicU16::new(0);
    loop {
        let port = 30_000 + HANDED_OUT.fetch_add(1, Ordering::Relaxed);
        match std::net::TcpListener::bind(("127.0.0.1", port)) {
            Ok(_) => return Ok(port),
            Err(_) if port < 32_000 => {}
            Err(_) => return Err("no free port between 30000 and 32000".into()),
        }
    }
}
