//! A listener, the connections on it, and their end.
//!
//! Own loop over hyper instead of `axum::serve`: that one bounds neither the time that headers take nor the time that
//! stopping takes. HTTP/1.1, with TLS where a certificate is given; whoever wants HTTP/2 puts a proxy in front.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service as _;

use crate::settings::Http;
use crate::tls::Certificate;

/// Larger than `http.uri_limit` and `http.header_limit` together may be, so that these answer in words; beyond this
/// hyper answers 431 by itself.
const HEAD_BUFFER: usize = 128 * 1024;
/// How long accepting rests when the machine has no room for one more connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why an address cannot be listened on, in one sentence with its cure.
#[derive(Debug)]
pub struct BindError {
    address: SocketAddr,
    setting: &'static str,
    error: io::Error,
}

impl fmt::Display for BindError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, setting, error } = self;
        let (ip, port) = (address.ip(), address.port());
        match error.kind() {
            io::ErrorKind::AddrInUse => write!(
                formatter,
                "port {port} on {ip} is in use; stop what listens there, or set `{setting}` to another port"
            ),
            io::ErrorKind::PermissionDenied => {
                write!(formatter, "port {port} is not ours to use; set `{setting}` to a port above 1023")
            }
            io::ErrorKind::AddrNotAvailable => {
                write!(formatter, "{ip} is no address of this machine; set `{setting}` to one that is")
            }
            _ => write!(formatter, "`{setting}` = {address} cannot be listened on: {error}"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// A bound port on which nothing is answered yet; connections wait until [`Listener::serve`].
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    certificate: Option<Certificate>,
}

impl Listener {
    /// Binds `address`; port 0 takes a free one. `setting` is the key to name when that fails (`gateway.listen`).
    ///
    /// # Errors
    /// One sentence with its cure.
    pub async fn bind(address: SocketAddr, setting: &'static str) -> Result<Self, BindError> {
        let bound = async {
            let listener = TcpListener::bind(address).await?;
            let address = listener.local_addr()?;
            Ok(Self { listener, address, certificate: None })
        };
        bound.await.map_err(|error| BindError { address, setting, error })
    }

    /// Takes over a socket that is bound already, from whoever keeps the port while servers come and go.
    ///
    /// # Errors
    /// Where it is no socket that listens.
    pub fn from_std(listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Self { listener: TcpListener::from_std(listener)?, address, certificate: None })
    }

    /// The same, speaking TLS with `certificate`.
    pub fn with_tls(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Where it listens, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers with `router` until `stop`; then takes no more connections, finishes what is being answered within
    /// `http.stop_timeout`, and returns. Handlers find their peer as `ConnectInfo<SocketAddr>`.
    pub async fn serve(self, router: Router, http: &Http, stop: CancellationToken) {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(http.header_timeout).max_buf_size(HEAD_BUFFER);
        let connections = TaskTracker::new();
        let tls = self.certificate.as_ref().map(Certificate::acceptor);
        while let Some((stream, peer)) = self.accept(&stop).await {
            // An answer is written as a whole; waiting for more to send with it would only delay it.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY could not be set: {error}");
            }
            let (router, builder, stop) = (router.clone(), builder.clone(), stop.clone());
            match &tls {
                None => connections.spawn(answer(stream, peer, router, builder, stop)),
                Some(tls) => {
                    let (handshake, patience) = (tls.accept(stream), http.header_timeout);
                    connections.spawn(async move {
                        // Who speaks no TLS, or too slowly, is no client of ours.
                        if let Ok(Ok(stream)) = tokio::time::timeout(patience, handshake).await {
                            answer(stream, peer, router, builder, stop).await;
                        }
                    })
                }
            };
        }
        drop(self.listener);
        connections.close();
        if tokio::time::timeout(http.stop_timeout, connections.wait()).await.is_err() {
            let open = connections.len();
            tracing::warn!(open, "{open} connections were cut off: they did not finish within `http.stop_timeout`");
        }
    }

    /// The next connection; none once `stop` is asked for.
    async fn accept(&self, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok(connection) => return Some(connection),
                // The client hung up before it was its turn.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {}
                // Most likely no more file descriptors: what is open must close first, so trying at once is in vain.
                Err(error) => {
                    tracing::error!(%error, "no connection could be accepted: {error}");
                    // The stop signal only ends this pause sooner; it is looked at again above.
                    let _ = tokio::time::timeout(ACCEPT_PAUSE, stop.cancelled()).await;
                }
            }
        }
    }
}

/// One connection, from its first request to its last.
async fn answer<S>(stream: S, peer: SocketAddr, router: Router, builder: http1::Builder, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |request: Request<Incoming>| call(router.clone(), request, peer));
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // A client that vanishes is nothing to worry about.
        tracing::debug!(%error, "a connection ended early: {error}");
    }
}

fn call(
    mut router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> impl Future<Output = Result<Response, Infallible>> {
    // An empty body needs no box, and most requests have one.
    let mut request = request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(body) });
    request.extensions_mut().insert(ConnectInfo(peer));
    router.call(request)
}

/// Cancels `stop` when the process is asked to stop: Ctrl-C, or SIGTERM from whoever runs it.
///
/// # Errors
/// Where the operating system does not let the signals be caught.
pub fn stop_on_signals(stop: CancellationToken) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::Notify;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::settings::Settings;

    const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

    struct Server {
        address: SocketAddr,
        stop: CancellationToken,
        served: JoinHandle<()>,
    }

    async fn serve(router: Router, change: impl FnOnce(&mut Http)) -> Server {
        let mut http = Settings::defaults().http;
        change(&mut http);
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), "test.listen").await.unwrap();
        let (address, stop) = (listener.address(), CancellationToken::new());
        let stopped = stop.clone();
        let served = tokio::spawn(async move { listener.serve(router, &http, stopped).await });
        Server { address, stop, served }
    }

    impl Server {
        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.address).await.unwrap()
        }
    }

    async fn read_to_end(stream: &mut TcpStream) -> String {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_port_in_use_is_named_with_its_cure() {
        let first = Listener::bind("127.0.0.1:0".parse().unwrap(), "gateway.listen").await.unwrap();
        let second = Listener::bind(first.address(), "gateway.listen").await.unwrap_err();
        let port = first.address().port();
        assert_eq!(
            second.to_string(),
            format!(
                "port {port} on 127.0.0.1 is in use; stop what listens there, or set `gateway.listen` to another port"
            )
        );
    }

    #[tokio::test]
    async fn a_handler_learns_its_peer() {
        let router = Router::new().route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()));
        let server = serve(router, |_| {}).await;
        let mut client = server.connect().await;
        client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
        let answer = read_to_end(&mut client).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with(&client.local_addr().unwrap().to_string()), "{answer}");
    }

    #[tokio::test]
    async fn what_is_being_answered_is_finished_and_idle_connections_are_closed() {
        let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (begin, finished) = (Arc::clone(&begun), Arc::clone(&finish));
        let handler = async move || {
            begin.notify_one();
            finished.notified().await;
            "done"
        };
        let server = serve(Router::new().route("/", get(handler)), |_| {}).await;
        let (mut idle, mut busy) = (server.connect().await, server.connect().await);
        busy.write_all(GET).await.unwrap();
        begun.notified().await;
        server.stop.cancel();
        assert_eq!(read_to_end(&mut idle).await, "");
        finish.notify_one();
        assert!(read_to_end(&mut busy).await.ends_with("done"));
        server.served.await.unwrap();
        assert!(TcpStream::connect(server.address).await.is_err());
    }

    #[tokio::test]
    async fn stopping_waits_for_nobody_longer_than_it_says() {
        let begun = Arc::new(Notify::new());
        let begin = Arc::clone(&begun);
        let handler = async move || {
            begin.notify_one();
            std::future::pending::<()>().await;
        };
        let server =
            serve(Router::new().route("/", get(handler)), |http| http.stop_timeout = Duration::from_millis(10)).await;
        let mut client = server.connect().await;
        client.write_all(GET).await.unwrap();
        begun.notified().await;
        server.stop.cancel();
        server.served.await.unwrap();
    }

    #[tokio::test]
    async fn headers_that_do_not_come_end_the_connection() {
        let server = serve(Router::new(), |http| http.header_timeout = Duration::from_millis(10)).await;
        let mut client = server.connect().await;
        client.write_all(b"GET / HTTP/1.1\r\nx-slow: ").await.unwrap();
        let answer = read_to_end(&mut client).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
}
