//! Starts the program, reads what it says, and ends it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

/// A data directory and ports of one's own, and further settings.
#[derive(Clone)]
pub struct Place {
    directory: Arc<tempfile::TempDir>,
    ports: [u16; 3],
    settings: Vec<(String, String)>,
    through: Vec<String>,
}

impl Place {
    pub fn new() -> Self {
        Self {
            directory: Arc::new(tempfile::tempdir().unwrap()),
            ports: free_ports(),
            settings: Vec::new(),
            through: Vec::new(),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// The same data on other ports.
    pub fn with_other_ports(&self) -> Self {
        Self { ports: free_ports(), ..self.clone() }
    }

    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A port for one listener more.
    pub fn spare_port(&self) -> u16 {
        free_ports()[0]
    }

    pub fn gateway(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.ports[0]))
    }

    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.ports[0])
    }

    /// Every file in the data directory.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.data()];
        while let Some(entries) = folders.pop().and_then(|folder| fs::read_dir(folder).ok()) {
            for path in entries.map(|entry| entry.unwrap().path()) {
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.sort();
        files
    }

    /// Every file but the stores, with its content.
    pub fn secrets(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = self.files().into_iter().filter(|file| file.extension().is_none());
        files.map(|file| (file.clone(), fs::read(file).unwrap())).collect()
    }

    /// The body that the gateway answers `path` with.
    pub fn get(&self, path: &str) -> String {
        self.ask(path).1
    }

    /// The head and the body that the gateway answers `path` with.
    pub fn ask(&self, path: &str) -> (String, String) {
        self.ask_port(self.gateway().port(), path)
    }

    /// The same of another listener.
    pub fn ask_port(&self, port: u16, path: &str) -> (String, String) {
        exchange(port, &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))
    }

    /// The head and the body that the gateway answers with when `body`, JSON, is sent to `path`.
    pub fn post(&self, path: &str, body: &str) -> (String, String) {
        let kind = "content-type: application/json\r\nhost: localhost\r\nconnection: close";
        let length = body.len();
        exchange(
            self.gateway().port(),
            &format!("POST {path} HTTP/1.1\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{body}"),
        )
    }

    /// The same, started by another program: its words, then Tapri's.
    pub fn through(mut self, words: &[&str]) -> Self {
        self.through = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let words = self.through.iter().map(String::as_str).chain([env!("CARGO_BIN_EXE_tapri")]);
        let words: Vec<_> = words.chain(arguments.iter().copied()).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("TAPRI_ORIGIN", self.origin()).env("TAPRI_DATA", self.data());
        for (part, port) in ["GATEWAY", "RESOURCE", "AUTH"].iter().zip(self.ports) {
            command.env(format!("TAPRI_{part}__LISTEN"), format!("127.0.0.1:{port}"));
        }
        command.envs(self.settings.iter().cloned()).env("TAPRI_LOG__LEVEL", "error");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// A running Tapri. It is killed when a test fails before it ended it.
pub struct Tapri {
    child: Child,
    /// What it said when it was ready.
    pub words: String,
}

/// How it ended.
#[derive(Debug)]
pub struct End {
    pub code: Option<i32>,
    /// What it wrote to standard error.
    pub complaint: String,
}

impl Tapri {
    pub fn up(place: &Place) -> Self {
        Self::start(place, &["up"])
    }

    /// Starts it and waits until it says that it is ready.
    pub fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut child = place.command(arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut words = String::new();
        while !words.contains("Ctrl-C") {
            if lines.read_line(&mut words).unwrap() == 0 {
                panic!("it did not start: {}", Self { child, words }.wait().complaint);
            }
        }
        Self { child, words }
    }

    /// Starts it where it cannot run; it ends by itself, with one sentence.
    pub fn fails(place: &Place) -> End {
        Self::fails_at(place, &["up"])
    }

    /// The same for another command.
    pub fn fails_at(place: &Place, arguments: &[&str]) -> End {
        let ended = place.command(arguments).output().unwrap();
        let end = End { code: ended.status.code(), complaint: String::from_utf8(ended.stderr).unwrap() };
        assert_eq!(end.code, Some(1), "{end:?}");
        assert!(end.complaint.starts_with("tapri: ") && end.complaint.lines().count() == 1, "{end:?}");
        end
    }

    /// Runs it to its end.
    pub fn output(place: &Place, arguments: &[&str]) -> Output {
        place.command(arguments).output().unwrap()
    }

    pub fn prints(place: &Place, arguments: &[&str]) -> String {
        let ended = Self::output(place, arguments);
        assert!(ended.status.success());
        String::from_utf8(ended.stdout).unwrap()
    }

    /// Asks it to stop, as whoever runs it does, and waits.
    pub fn terminate(self) -> End {
        self.signal("-TERM");
        self.wait()
    }

    /// Asks it to read its settings again.
    pub fn hang_up(&self) {
        self.signal("-HUP");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn wait(mut self) -> End {
        let mut complaint = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
        End { code: self.child.wait().unwrap().code(), complaint }
    }
}

impl Drop for Tapri {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says `words` to the listener at `port`; the head and the body of what it answers.
fn exchange(port: u16, words: &str) -> (String, String) {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    connection.write_all(words.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// Ports that are free now, below those that the system gives to whoever connects, and not handed out before.
fn free_ports() -> [u16; 3] {
    static HANDED_OUT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + (std::process::id() % 100) as u16 * 110;
    let next = || loop {
        let port = first + HANDED_OUT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    };
    [next(), next(), next()]
}
