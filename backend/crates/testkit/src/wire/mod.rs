//! Requests as they go over the wire, and what comes back. It knows HTTP and the envelope, no route.
//!
//! A [`Wire`] never follows a redirect and keeps no cookie: actors do both by hand, so that a story sees every step.

mod call;
mod jar;
mod raw;
mod reply;

use std::net::SocketAddr;
use std::time::Duration;

use http::Method;
use url::Url;

pub use call::Call;
pub use jar::{Cookie, Jar};
pub use raw::raw_request;
pub use reply::Reply;

/// One server, as a client reaches it.
#[derive(Clone, Debug)]
pub struct Wire {
    client: reqwest::Client,
    origin: Url,
    /// The origin as it is dialled: most stories speak no TLS, and stand where the proxy would that does.
    base: Url,
    address: SocketAddr,
}

impl Wire {
    /// A client of what listens on `address`, asked for under the host name of `origin`.
    pub fn new(origin: &Url, address: SocketAddr) -> Self {
        let mut base = origin.clone();
        base.set_scheme("http").expect("from https to http is always possible");
        let client = builder(&base, address).build().expect("a client without TLS needs nothing");
        Self { client, origin: origin.clone(), base, address }
    }

    /// The same over TLS, trusting the certificate in `pem` alone.
    pub fn secure(origin: &Url, address: SocketAddr, pem: &str) -> Self {
        let certificate = reqwest::Certificate::from_pem(pem.as_bytes()).expect("a certificate in PEM form");
        let client = builder(origin, address).tls_certs_only([certificate]).build().expect("a client with TLS");
        Self { client, origin: origin.clone(), base: origin.clone(), address }
    }

    /// The origin as a browser writes it, without a slash at the end.
    pub fn origin(&self) -> String {
        self.origin.origin().ascii_serialization()
    }

    /// The socket behind it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A request of `path` (or of a whole URL), sent when it is awaited.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let path = path.strip_prefix(&self.origin()).unwrap_or(path);
        let url = self.base.join(path).expect("stories ask for valid paths");
        let line = format!("{method} {path}");
        Call::new(self.client.request(method, url), line)
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// `POST path`.
    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }
}

/// What every client has: it goes to `address` for the host of `base`, and nowhere by itself.
fn builder(base: &Url, address: SocketAddr) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .resolve(base.host_str().expect("an origin has a host"), address)
        // A story that waits this long has failed; without it one that hangs would never say so.
        .timeout(Duration::from_secs(120))
}
