//! A line to a server that can be cut.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of what is said on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// It arrives.
    Whole,
    /// Every connection is closed, and every new one at once: a server that is gone.
    Cut,
    /// Connections stay open and nothing arrives: a server, or a network, that hangs.
    Silent,
}

/// Listens on a port of its own and passes everything on, while the line is whole.
pub struct Proxy {
    address: SocketAddr,
    line: watch::Sender<Line>,
}

impl Proxy {
    /// A whole line to `server`.
    pub async fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (line, seen) = watch::channel(Line::Whole);
        tokio::spawn(accept(listener, server.to_owned(), seen));
        Self { address, line }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the line. Connections that are open do not survive it.
    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

/// Until the proxy is dropped.
async fn accept(listener: TcpListener, server: String, mut line: watch::Receiver<Line>) {
    loop {
        tokio::select! {
            changed = line.changed() => if changed.is_err() { return },
            accepted = listener.accept() => {
                let Ok((caller, _)) = accepted else { return };
                tokio::spawn(pass_on(caller, server.clone(), line.clone()));
            }
        }
    }
}

async fn pass_on(mut caller: TcpStream, server: String, mut line: watch::Receiver<Line>) {
    let now = *line.borrow_and_update();
    match now {
        Line::Cut => {}
        Line::Silent => drop(line.changed().await),
        Line::Whole => {
            let Ok(mut behind) = TcpStream::connect(server).await else { return };
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut caller, &mut behind) => return,
                _ = line.changed() => {}
            }
            if *line.borrow_and_update() == Line::Silent {
                let _ = line.changed().await;
            }
        }
    }
}
