//! The one way out: every request to an address that somebody else chose goes through here (keys of apps, client ID
//! documents, logout tokens, webhooks).
//!
//! Such an address may be a trap that makes this server knock at doors inside the operator's network. So: https only; the
//! name is resolved once, every address it has must be public, and the connection goes to the very address that was
//! judged, so that no second look-up can say something else; no redirect is followed and no proxy asked; an answer is
//! small and quick, or it is none; and few go out at once. Hosts that an operator names (`outbound.allowed_hosts`) may be
//! anywhere. It is not for our own servers, nor for what an operator configured (mail, S3, the database).
//!
//! [`address`] judges addresses, [`target`] judges URLs, [`exchange`] speaks TLS and HTTP/1.1, [`queue`] counts.

mod address;
mod exchange;
mod queue;
mod resolve;
mod target;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use rustls::ClientConfig;

pub use resolve::Resolve;
pub use target::AllowedHost;

use crate::settings;
use queue::Queue;
use resolve::SystemResolver;
use target::Target;

/// From the first look-up to the last byte, unless a call says otherwise.
const DEADLINE: Duration = Duration::from_secs(5);
/// Bytes of an answer, unless a call says otherwise.
const MOST: usize = 64 * 1024;

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// This server does not go there, whatever is there.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Nobody there, or nobody who can prove to be it, or no HTTP.
    #[error("no answer from `{host}`: {cause}")]
    Unreachable {
        /// Whom it asked.
        host: String,
        /// What the network said.
        cause: String,
    },
    /// The answer did not end in time.
    #[error("`{0}` took too long to answer")]
    TooSlow(String),
    /// The answer is larger than what was asked for can be.
    #[error("the answer of `{0}` is too large")]
    TooLarge(String),
    /// Too many requests are on their way, to this host or at all.
    #[error("too many requests to others are on their way")]
    Busy,
}

/// A request to somewhere else.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Bytes,
    deadline: Duration,
    most: usize,
}

impl Call {
    /// Asks for what is at `url`.
    pub fn get(url: &str) -> Self {
        Self::new(Method::GET, url, Bytes::new())
    }

    /// Sends `body` to `url`.
    pub fn post(url: &str, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::new(Method::POST, url, body.into())
            .header(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type))
    }

    fn new(method: Method, url: &str, body: Bytes) -> Self {
        Self { method, url: url.to_owned(), headers: HeaderMap::new(), body, deadline: DEADLINE, most: MOST }
    }

    /// With this header. `Host`, `Content-Length` and `Connection` are set by the exchange itself.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// An answer of at most `bytes`; a larger one is an error. 64 kB unless said.
    #[must_use]
    pub fn at_most(self, bytes: usize) -> Self {
        Self { most: bytes, ..self }
    }

    /// The whole of it within `deadline`. 5 seconds unless said.
    #[must_use]
    pub fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }
}

/// What came back: any status, also one that redirects or refuses.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// The guarded client. Clones share their count of what is on its way.
#[derive(Clone)]
pub struct Outbound {
    tls: Arc<ClientConfig>,
    resolver: Arc<dyn Resolve>,
    allowed_hosts: Arc<[AllowedHost]>,
    queue: Arc<Queue>,
}

impl Outbound {
    /// As the operator decided.
    pub fn new(settings: &settings::Outbound) -> Self {
        Self::with_resolver(settings, Arc::new(SystemResolver))
    }

    /// The same with other eyes: for tests, where no name is looked up.
    pub fn with_resolver(settings: &settings::Outbound, resolver: Arc<dyn Resolve>) -> Self {
        Self {
            tls: exchange::tls(&settings.trusted_ca),
            resolver,
            allowed_hosts: settings.allowed_hosts.as_slice().into(),
            queue: Arc::default(),
        }
    }

    /// Whether this server would ever go to `url`, as far as that can be said without a look-up: for the moment at which
    /// somebody registers it.
    ///
    /// # Errors
    /// [`OutboundError::Forbidden`] with a sentence for who registers it.
    pub fn judge(&self, url: &str) -> Result<(), OutboundError> {
        Target::parse(url, &self.allowed_hosts).map(drop)
    }

    /// Sends `call` and reads the answer.
    ///
    /// # Errors
    /// [`OutboundError`]; a status that is no success is none.
    pub async fn send(&self, call: Call) -> Result<Answer, OutboundError> {
        let target = Target::parse(&call.url, &self.allowed_hosts)?;
        let host = target.host_text().to_owned();
        let deadline = call.deadline;
        match tokio::time::timeout(deadline, self.send_to(target, call)).await {
            Ok(answer) => answer,
            Err(_) => Err(OutboundError::TooSlow(host)),
        }
    }

    async fn send_to(&self, target: Target, call: Call) -> Result<Answer, OutboundError> {
        let _place = self.queue.enter(target.host_text()).await?;
        let addresses = self.addresses(&target).await?;
        exchange::exchange(&self.tls, &target, &addresses, call).await
    }

    /// Where `target` is, looked up once. One address that is not public condemns the name: who names a server in two
    /// networks at once names it wrongly, or on purpose.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, OutboundError> {
        let addresses = match target.literal() {
            Some(address) => vec![address],
            None => self.resolver.resolve(target.host_text()).await.map_err(|cause| target.unreachable(&cause))?,
        };
        if addresses.is_empty() {
            return Err(target.unreachable(&"the name has no address"));
        }
        if !target.may_be_anywhere() && !addresses.iter().copied().all(address::is_public) {
            return Err(OutboundError::Forbidden("The host is in a private network, where this server does not go"));
        }
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, target.port())).collect())
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Outbound").field("allowed_hosts", &self.allowed_hosts).finish_non_exhaustive()
    }
}
