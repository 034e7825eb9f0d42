//! One address in front of servers that are alike, as a balancer is: whoever calls is passed on to the one that is chosen.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The address. It is let go of when the story drops it.
#[derive(Debug)]
pub struct Switch {
    address: SocketAddr,
    chosen: Arc<watch::Sender<SocketAddr>>,
    _guard: DropGuard,
}

impl Switch {
    /// An address for the server at `first`, and later for others.
    pub async fn open(first: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (chosen, stop) = (Arc::new(watch::Sender::new(first)), CancellationToken::new());
        tokio::spawn(stop.clone().run_until_cancelled_owned(accept(listener, chosen.subscribe())));
        Self { address, chosen, _guard: stop.drop_guard() }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Passes everybody on to `server` from now on; connections to another one are closed.
    pub fn choose(&self, server: SocketAddr) {
        self.chosen.send_replace(server);
    }
}

async fn accept(listener: TcpListener, mut chosen: watch::Receiver<SocketAddr>) {
    while let Ok((mut caller, _)) = listener.accept().await {
        let server = *chosen.borrow_and_update();
        let mut moved = chosen.clone();
        tokio::spawn(async move {
            let Ok(mut behind) = TcpStream::connect(server).await else { return };
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut caller, &mut behind) => {}
                _ = moved.changed() => {}
            }
        });
    }
}
