//! The real program in processes of its own, to be killed. Its clock, its randomness and its disk are real.
//!
//! The program is looked for beside the test itself, where `cargo build` and `cargo test --workspace` put it; a run of this
//! crate's tests alone takes the one that was built last.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};

use store::conformance::server::{self, Database};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

use crate::wire::Wire;

/// How the program is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// `tapri up`: everything in one process.
    One,
    /// `tapri auth`, `tapri resource` and `tapri web`.
    Three,
}

impl Split {
    fn commands(self) -> &'static [&'static str] {
        match self {
            Self::One => &["up"],
            Self::Three => &["auth", "resource", "web"],
        }
    }
}

/// One process: how it is started, and while it runs, itself.
struct Part {
    command: &'static str,
    /// Settings of its own, over those of the story.
    settings: Vec<(String, String)>,
    child: Option<Child>,
}

impl Part {
    fn new(command: &'static str, settings: &[(&str, String)]) -> Self {
        Self { command, settings: owned(settings), child: None }
    }
}

fn owned(settings: &[(&str, String)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// A running Tapri of real processes. They are killed when it is dropped, and the data goes with it.
pub struct Processes {
    ports: [u16; 3],
    data: TempDir,
    parts: Vec<Part>,
    wire: Wire,
    /// What is logged into a file; none: errors, to the test's own output.
    log_level: Option<&'static str>,
    /// Settings of the story's own, over those of every story.
    settings: Vec<(String, String)>,
    /// Where the data lies, if this run was given a MongoDB server.
    database: Option<Database>,
}

impl Processes {
    /// Starts the program on fresh data, with the cheapest passwords and without limits. It logs errors, to the test's own
    /// output.
    pub async fn start(split: Split) -> Self {
        Self::begin(split, None, &[]).await
    }

    /// The same, logging at `level` into a file: see [`Processes::log`].
    pub async fn start_logging(split: Split, level: &'static str) -> Self {
        Self::begin(split, Some(level), &[]).await
    }

    /// The same as [`Processes::start`] with settings of the story's own, as in the environment.
    pub async fn start_with(split: Split, settings: &[(&str, String)]) -> Self {
        Self::begin(split, None, settings).await
    }

    async fn begin(split: Split, log_level: Option<&'static str>, settings: &[(&str, String)]) -> Self {
        let ports = free_ports();
        let data = tempfile::tempdir().expect("a temporary directory can be made");
        let origin = Url::parse(&format!("http://localhost:{}", ports[0])).expect("a port makes a valid origin");
        let wire = Wire::new(&origin, SocketAddr::from((Ipv4Addr::LOCALHOST, ports[0])));
        let database = server::given().map(|_| Database::fresh());
        let (settings, parts) =
            (owned(settings), split.commands().iter().map(|command| Part::new(command, &[])).collect());
        let mut processes = Self { ports, data, parts, wire, log_level, settings, database };
        processes.start_again().await;
        processes
    }

    /// The public surface, for somebody who is not signed in.
    pub fn visitor(&self) -> &Wire {
        &self.wire
    }

    /// Everything that was logged, where it was asked for; an empty text otherwise.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.data.path().join("log")
    }

    /// Where the gateway listens, unless a setting says otherwise.
    pub fn gateway(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports[0]))
    }

    /// Kills every process with signal 9, in the middle of whatever it does.
    pub async fn kill(&mut self) {
        // All are hit before any is waited for: none gets to see that another is gone.
        for child in self.parts.iter_mut().filter_map(|part| part.child.as_mut()) {
            child.start_kill().expect("it still runs");
        }
        for mut child in self.parts.iter_mut().filter_map(|part| part.child.take()) {
            child.wait().await.expect("a child can be waited for");
        }
    }

    /// Lets no file of any process grow beyond so many bytes, as a full disk would; without a number all may again.
    pub async fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        for child in self.parts.iter().filter_map(|part| part.child.as_ref()) {
            let process = format!("--pid={}", child.id().expect("it still runs"));
            let set = Command::new("prlimit").arg(process).arg(format!("--fsize={limit}:")).status().await;
            assert!(set.expect("prlimit is there").success());
        }
    }

    /// Kills the process at `place` in the order in which they were started, and no other.
    pub async fn kill_one(&mut self, place: usize) {
        let mut child = self.parts[place].child.take().expect("it still runs");
        child.kill().await.expect("it still runs");
    }

    /// Starts one more process on the same data, with settings of its own.
    pub async fn add(&mut self, command: &'static str, settings: &[(&str, String)]) {
        self.parts.push(Part::new(command, settings));
        self.start_again().await;
    }

    /// Starts what does not run on the same data and the same ports, and waits until it says that it is ready.
    pub async fn start_again(&mut self) {
        for place in 0..self.parts.len() {
            if self.parts[place].child.is_none() {
                self.parts[place].child = Some(self.spawn(&self.parts[place]).await);
            }
        }
    }

    /// Lets every process finish what it does and end, as whoever runs it would.
    pub async fn stop(&mut self) {
        for mut child in self.parts.iter_mut().rev().filter_map(|part| part.child.take()) {
            let id = child.id().expect("it still runs").to_string();
            let asked = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill is there");
            assert!(asked.success());
            assert!(child.wait().await.expect("a child can be waited for").success(), "it did not stop cleanly");
        }
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.beside("data")
    }

    /// A place beside it, which goes with it.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    /// Sets a setting, as in the environment, for everything that is started from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// The program with these arguments and the settings of this Tapri, on its data: a tool that ends by itself.
    pub fn tool(&self, arguments: &[&str]) -> Command {
        let mut program = self.command();
        program.args(arguments).stderr(Stdio::piped());
        program
    }

    async fn spawn(&self, part: &Part) -> Child {
        let (mut program, command) = (self.command(), part.command);
        program.arg(command).envs(part.settings.iter().cloned());
        if self.log_level.is_some() {
            let file = File::options().create(true).append(true).open(self.log_file());
            program.stderr(file.expect("the directory is ours"));
        }
        let mut child = program.spawn().expect("the program runs");
        let mut lines = BufReader::new(child.stdout.take().expect("it was asked for")).lines();
        loop {
            match lines.next_line().await.expect("it writes text") {
                Some(line) if line.contains("is ready") => return child,
                Some(_) => {}
                None => panic!("tapri {command} did not start; its reason is above"),
            }
        }
    }

    fn command(&self) -> Command {
        let mut program = Command::new(program());
        program.kill_on_drop(true).stdout(Stdio::piped());
        program.env("TAPRI_ORIGIN", self.wire.origin()).env("TAPRI_DATA", self.data.path().join("data"));
        for (part, port) in ["GATEWAY", "RESOURCE", "AUTH"].iter().zip(self.ports) {
            program.env(format!("TAPRI_{part}__LISTEN"), format!("127.0.0.1:{port}"));
        }
        program.env("TAPRI_PASSWORDS__BCRYPT_COST", "4").env("TAPRI_LIMITS__ENABLED", "false");
        program.env("TAPRI_LOG__LEVEL", self.log_level.unwrap_or("error"));
        if let Some(database) = &self.database {
            program.env("TAPRI_STORE__URI", database.uri());
        }
        program.envs(self.settings.iter().cloned());
        program
    }
}

/// `target/<profile>/tapri`, seen from a test in `target/<profile>/deps`.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let profile = test.ancestors().nth(2).expect("cargo puts tests two folders deep");
    let program = profile.join("tapri");
    assert!(program.exists(), "{} is not there; build it first: cargo build -p tapri", program.display());
    program
}

fn free_ports() -> [u16; 3] {
    [free_port(), free_port(), free_port()]
}

/// A port that is free now, below those that the system gives to whoever connects, and not handed out before.
pub fn free_port() -> u16 {
    static HANDED_OUT: AtomicU16 = AtomicU16::new(0);
    let first = 25_000 + u16::try_from(std::process::id() % 60).expect("below 60") * 100;
    loop {
        let port = first + HANDED_OUT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
