//! What the program says to the person who started it. Log lines are for operators; this is for people.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use httpkit::settings::Settings;

use crate::cli::Command;

/// Said when everything has stopped and what was to be kept is kept.
pub const STOPPED: &str = "Tapri has stopped.\n";

/// Says it now, also to a program that reads along. Where nobody listens any more, that is no reason to fail.
pub fn say(words: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(words.as_bytes()).and_then(|()| out.flush());
}

/// What is said once `command` serves: the addresses, who can reach them, and how to stop.
pub fn ready(command: &Command, settings: &Settings) -> String {
    let origin = settings.origin_text();
    let mut words = String::new();
    // Writing to a text cannot fail.
    let _ = match command {
        Command::Up => writeln!(
            words,
            "Tapri is ready. Open {origin}\n\n  \
             {origin}/docs   the API, to read and to try\n  \
             http://{}/   each request and answer, bare\n  \
             {}   your data\n",
            settings.resource.listen,
            full_path(&settings.data),
        ),
        Command::Web => writeln!(words, "Tapri is ready. Open {origin}\n"),
        Command::Resource => writeln!(words, "The resource server is ready at http://{}\n", settings.resource.listen),
        _ => writeln!(
            words,
            "The auth server is ready at http://{}, for the resource server alone.\n",
            settings.auth.listen
        ),
    };
    words.push_str(reach(listening(command, settings), settings));
    words.push_str(" Press Ctrl-C to stop.\n");
    words
}

/// The address that people reach when `command` runs.
fn listening(command: &Command, settings: &Settings) -> SocketAddr {
    match command {
        Command::Auth => settings.auth.listen,
        Command::Resource => settings.resource.listen,
        _ => settings.gateway.listen,
    }
}

fn reach(address: SocketAddr, settings: &Settings) -> &'static str {
    let origin_is_here = matches!(settings.origin.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match (address.ip().is_loopback(), origin_is_here) {
        (true, true) => "Only this computer can reach it.",
        (true, false) => "Others reach it through what stands in front.",
        (false, _) => "Other computers can reach it.",
    }
}

fn full_path(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}
