//! The one address under which people reach Tapri, and what to do when they came by another name of this machine.
//!
//! Cookies and sign-in belong to one host name. Somebody who opens `http://127.0.0.1:3000` where the origin is
//! `http://localhost:3000` would be signed out there and refused by every check of the origin, so the page is moved.

use axum::http::header::HOST;
use axum::http::{HeaderMap, Uri};
use url::{Host, Url};

/// The configured origin, ready to be compared with.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    url: Url,
    is_loopback: bool,
}

impl Origin {
    pub(crate) fn new(url: &Url) -> Self {
        Origin { url: url.clone(), is_loopback: url.host().is_some_and(|host| is_loopback(&host)) }
    }

    /// Whether browsers reach it by https.
    pub(crate) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Where the page at `uri` is to be opened instead, if it was asked for under another name of the loopback.
    pub(crate) fn instead_of(&self, uri: &Uri, request: &HeaderMap) -> Option<String> {
        let asked = request.get(HOST)?.to_str().ok()?;
        let asked = Url::parse(&format!("http://{asked}/")).ok()?;
        let is_other = self.is_loopback && asked.host() != self.url.host() && is_loopback(&asked.host()?);
        is_other.then(|| {
            let mut page = self.url.clone();
            page.set_path(uri.path());
            page.set_query(uri.query());
            page.into()
        })
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        // A browser reaches this machine by 0.0.0.0 and [::] too.
        Host::Ipv4(address) => address.is_loopback() || address.is_unspecified(),
        Host::Ipv6(address) => address.is_loopback() || address.is_unspecified(),
    }
}
