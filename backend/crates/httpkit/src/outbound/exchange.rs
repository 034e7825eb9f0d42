//! One request and its answer: TCP to an address that was judged, TLS, HTTP/1.1. The connection is not kept.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, HOST, HeaderValue, USER_AGENT};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::target::Target;
use super::{Answer, Call, OutboundError};
use crate::settings::TrustedCa;

/// For one of several addresses, so that the next has its turn inside the deadline.
const CONNECT: Duration = Duration::from_secs(2);
const MOST_ADDRESSES: usize = 4;
/// Bytes and lines of the headers of an answer.
const MOST_HEADER_BYTES: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

/// TLS 1.2 and 1.3 by aws-lc-rs; who is trusted is Mozilla's list and `trusted`.
pub(super) fn tls(trusted: &TrustedCa) -> Arc<ClientConfig> {
    let mut roots = trusted.roots().clone();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("aws-lc-rs has the cipher suites of TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// Sends `call` to the first of `addresses` that takes it.
pub(super) async fn exchange(
    tls: &Arc<ClientConfig>,
    target: &Target,
    addresses: &[SocketAddr],
    call: Call,
) -> Result<Answer, OutboundError> {
    let stream = connect(target, addresses).await?;
    let name = target.host_text().trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(name).map_err(|error| target.unreachable(&error))?;
    let stream =
        TlsConnector::from(Arc::clone(tls)).connect(name, stream).await.map_err(|error| target.unreachable(&error))?;
    let most = call.most;
    let (response, _driver) = send(target, stream, call).await?;
    read(target, response, most).await
}

async fn connect(target: &Target, addresses: &[SocketAddr]) -> Result<TcpStream, OutboundError> {
    let mut last = target.unreachable(&"the name has no address");
    for address in addresses.iter().take(MOST_ADDRESSES) {
        match tokio::time::timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = target.unreachable(&error),
            Err(_) => last = OutboundError::TooSlow(target.host_text().to_owned()),
        }
    }
    Err(last)
}

/// Ends the task that drives a connection when the answer has been read, or is not waited for any longer.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn send(
    target: &Target,
    stream: TlsStream<TcpStream>,
    call: Call,
) -> Result<(Response<Incoming>, Driver), OutboundError> {
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(MOST_HEADER_BYTES)
        .max_headers(MOST_HEADERS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| target.unreachable(&error))?;
    // What the connection says at its end, the request says too.
    let driver = Driver(tokio::spawn(async move { drop(connection.await) }));
    let request = request(target, call)?;
    let response = sender.send_request(request).await.map_err(|error| target.unreachable(&error))?;
    Ok((response, driver))
}

fn request(target: &Target, call: Call) -> Result<Request<Full<Bytes>>, OutboundError> {
    let mut request = Request::builder()
        .method(call.method)
        .uri(target.path())
        .body(Full::new(call.body))
        .map_err(|error| target.unreachable(&error))?;
    let host = HeaderValue::try_from(target.authority()).map_err(|error| target.unreachable(&error))?;
    let headers = request.headers_mut();
    headers.extend(call.headers);
    headers.insert(HOST, host);
    headers.insert(USER_AGENT, HeaderValue::from_static("Tapri"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    Ok(request)
}

/// The whole answer, given up as soon as it grows over `most`.
async fn read(target: &Target, response: Response<Incoming>, most: usize) -> Result<Answer, OutboundError> {
    let too_large = || OutboundError::TooLarge(target.host_text().to_owned());
    let (parts, mut incoming) = response.into_parts();
    let mut body = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| target.unreachable(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        if body.len() + data.len() > most {
            return Err(too_large());
        }
        body.extend_from_slice(&data);
    }
    Ok(Answer { status: parts.status, headers: parts.headers, body: body.freeze() })
}
