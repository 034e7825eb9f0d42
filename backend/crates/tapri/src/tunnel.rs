//! `tapri tunnel`: Tapri for everybody, for as long as it runs, through a quick tunnel of `cloudflared`.
//!
//! The address is drawn anew each time, so it is for showing things around; for a domain of your own see
//! `deploy/cloudflared.yml`. The tunnel is opened first, since Tapri must know its public address before it starts.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use httpkit::settings::{Network, Settings, listening_url};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::failure::Failure;

const PROGRAM: &str = "cloudflared";
const MISSING: &str = "`cloudflared` was not found. Install it (https://pkg.cloudflare.com has packages for Debian and \
                       others, https://developers.cloudflare.com/tunnel/downloads tells of the rest), then run \
                       `tapri tunnel` again";
/// Addresses of quick tunnels are below this.
const QUICK: &str = ".trycloudflare.com";
/// Where `cloudflared` asks for one; it stands in its complaints.
const NO_TUNNEL: &str = "api.trycloudflare.com";
const PATIENCE_FOR_ADDRESS: Duration = Duration::from_secs(60);
const PATIENCE_FOR_END: Duration = Duration::from_secs(10);

/// An open tunnel to the gateway. It ends with [`Tunnel::close`], or when it is dropped.
pub struct Tunnel {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
    address: Url,
}

impl Tunnel {
    /// Opens a quick tunnel to the gateway of `settings`, which need not listen yet, and waits for its address.
    ///
    /// # Errors
    /// When `cloudflared` is not there, ends, or says no address within a minute: one sentence.
    pub async fn open(settings: &Settings) -> Result<Self, Failure> {
        let gateway = listening_url(settings.gateway.listen);
        let mut child = Command::new(PROGRAM)
            .args(["tunnel", "--no-autoupdate", "--url", gateway.as_str().trim_end_matches('/')])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // Ctrl-C is for us: we end it once nobody is being answered any more.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => Failure::new(MISSING),
                _ => Failure::new(format!("`cloudflared` could not be started: {error}")),
            })?;
        let mut log = BufReader::new(child.stderr.take().expect("it was asked for")).lines();
        match tokio::time::timeout(PATIENCE_FOR_ADDRESS, read_address(&mut log)).await {
            Ok(Ok(address)) => Ok(Self { child, log, address }),
            Ok(Err(last)) => Err(Failure::new(format!("`cloudflared` opened no tunnel; the last it said: {last}"))),
            Err(_) => Err(Failure::new("`cloudflared` named no address within a minute; is this machine online?")),
        }
    }

    /// `settings` for whoever comes through the tunnel: its address is the origin, tokens of the former one stay good, and
    /// what `cloudflared`, which connects from this machine, says about who asks is believed.
    pub fn apply(&self, settings: &mut Settings) {
        let former = std::mem::replace(&mut settings.origin, self.address.clone());
        settings.former_origins.push(former);
        settings.trusted_proxies.push(Network::from(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    }

    /// Cancels `stop` when the tunnel ends by itself, and ends the tunnel when `stop` is cancelled and `done` comes.
    ///
    /// # Errors
    /// When it ended by itself: then nobody can reach Tapri any more.
    pub async fn watch(mut self, stop: CancellationToken, done: Arc<tokio::sync::Notify>) -> Result<(), Failure> {
        let mut last = String::new();
        loop {
            tokio::select! {
                () = done.notified() => return self.close().await,
                line = self.log.next_line() => match line {
                    Ok(Some(line)) => last = line,
                    Ok(None) | Err(_) => break,
                },
            }
        }
        stop.cancel();
        Err(Failure::new(format!("the tunnel ended; the last that `cloudflared` said: {last}")))
    }

    /// Asks it to end as Ctrl-C would, and waits for that.
    async fn close(mut self) -> Result<(), Failure> {
        if let Some(id) = self.child.id() {
            // The standard library can only kill; a tunnel that is asked goes off the network at once.
            let _killed_below_if_this_fails = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        }
        if tokio::time::timeout(PATIENCE_FOR_END, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}

/// The address in the box that `cloudflared` draws into its log; the last line where there is none.
async fn read_address(log: &mut Lines<BufReader<ChildStderr>>) -> Result<Url, String> {
    let mut last = "nothing".to_owned();
    while let Ok(Some(line)) = log.next_line().await {
        if let Some(address) = find_address(&line) {
            return Ok(address);
        }
        last = line;
    }
    Err(last)
}

fn find_address(line: &str) -> Option<Url> {
    let word = line.split(['|', ' ', '"']).find(|word| word.starts_with("https://"))?;
    let address = Url::parse(word).ok()?;
    let host = address.host_str()?;
    (host.ends_with(QUICK) && host != NO_TUNNEL && address.path() == "/").then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_the_box_and_nowhere_else() {
        let boxed = "2026-11-22T10:00:00Z INF |  https://quiet-lamp-tells-tea.trycloudflare.com              |";
        assert_eq!(find_address(boxed).unwrap().as_str(), "https://quiet-lamp-tells-tea.trycloudflare.com/");
        for line in [
            "2026-11-22T10:00:00Z INF Requesting new quick Tunnel on trycloudflare.com...",
            "2026-11-22T10:00:00Z ERR failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": EOF",
            "2026-11-22T10:00:00Z INF See https://www.cloudflare.com/website-terms/ for more",
            "2026-11-22T10:00:00Z INF |  https://trycloudflare.com.evil.example  |",
        ] {
            assert_eq!(find_address(line), None, "{line}");
        }
    }
}
