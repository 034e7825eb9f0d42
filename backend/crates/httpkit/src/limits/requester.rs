//! Who asks: the address that a request comes from, as far as it can be believed.
//!
//! That is the peer of the connection. Only where the peer is a trusted proxy (`trusted_proxies`), or proves that it is
//! one of our own forwarders, the forwarded address counts; from anybody else such a header is no more than a claim.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName};
use subtle::ConstantTimeEq;

use crate::error::{Error, Result};
use crate::settings::{Secret, Settings};

pub(crate) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// How one of our own forwarders proves itself; taken off every request before a handler sees it.
pub(crate) const X_TAPRI_FORWARDER: HeaderName = HeaderName::from_static("x-tapri-forwarder");

/// The address that a request comes from. Handlers take it as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requester {
    address: IpAddr,
    /// Whether the peer was believed about others: then its `X-Request-Id` is too.
    pub(crate) through_trusted: bool,
}

impl Requester {
    /// The requester at `address`.
    pub fn new(address: IpAddr) -> Self {
        Self { address: address.to_canonical(), through_trusted: false }
    }

    /// Its address. Personal data: not for the log.
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// What limits count by: the address, or the /64 of an IPv6 address, since whoever has one has all of those.
    pub fn network(self) -> IpAddr {
        match self.address {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }

    /// The requester of a request with these `headers` and `extensions`. Without a connection (a router called
    /// directly, in a test) that is the loopback.
    pub(crate) fn find(headers: &HeaderMap, extensions: &Extensions, settings: &Settings, proof: &Secret) -> Self {
        let peer =
            extensions.get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
        let proven = headers
            .get(X_TAPRI_FORWARDER)
            .is_some_and(|shown| shown.as_bytes().ct_eq(proof.expose().as_bytes()).into());
        if !proven && !settings.trusts(peer) {
            return Self::new(peer);
        }
        let address = forwarded(headers, settings).unwrap_or(peer);
        Self { through_trusted: true, ..Self::new(address) }
    }
}

/// The nearest address in `X-Forwarded-For` that is no trusted proxy itself: each proxy adds its peer on the right, so
/// everything to the left of the first stranger is that stranger's own claim.
fn forwarded(headers: &HeaderMap, settings: &Settings) -> Option<IpAddr> {
    let mut farthest = None;
    for value in headers.get_all(X_FORWARDED_FOR).iter().rev() {
        for part in value.to_str().ok()?.rsplit(',') {
            let address: IpAddr = part.trim().parse().ok()?;
            farthest = Some(address);
            if !settings.trusts(address) {
                return farthest;
            }
        }
    }
    farthest
}

impl<S: Sync> FromRequestParts<S> for Requester {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get().copied().ok_or_else(|| Error::internal("the route is not inside the middleware stack"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROOF: &str = "proof";

    fn find(peer: &str, trusted: &str, headers: &[(HeaderName, &str)]) -> Requester {
        let environment = [("TAPRI_TRUSTED_PROXIES".to_owned(), trusted.to_owned())];
        let settings = Settings::from_layers(None, environment).unwrap();
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        Requester::find(&headers, &extensions, &settings, &Secret::new(PROOF))
    }

    fn address(requester: Requester) -> String {
        requester.address().to_string()
    }

    #[test]
    fn a_stranger_is_not_believed_about_others() {
        let forged = find("127.0.0.1", "", &[(X_FORWARDED_FOR, "203.0.113.9")]);
        assert_eq!((address(forged).as_str(), forged.through_trusted), ("127.0.0.1", false));
        let guessed = find("127.0.0.1", "", &[(X_FORWARDED_FOR, "203.0.113.9"), (X_TAPRI_FORWARDER, "proob")]);
        assert_eq!(address(guessed), "127.0.0.1");
    }

    #[test]
    fn a_trusted_proxy_is_believed_about_its_own_peer_only() {
        let through = find("127.0.0.1", "127.0.0.1", &[(X_FORWARDED_FOR, "1.1.1.1, 203.0.113.9")]);
        assert_eq!((address(through).as_str(), through.through_trusted), ("203.0.113.9", true));
        let chain = find("127.0.0.1", "127.0.0.1,10.0.0.0/8", &[(X_FORWARDED_FOR, "1.1.1.1, 203.0.113.9, 10.0.0.7")]);
        assert_eq!(address(chain), "203.0.113.9");
        let split = [(X_FORWARDED_FOR, "203.0.113.9"), (X_FORWARDED_FOR, "10.0.0.7")];
        assert_eq!(address(find("127.0.0.1", "127.0.0.1,10.0.0.0/8", &split)), "203.0.113.9");
    }

    #[test]
    fn nonsense_from_a_proxy_counts_as_the_proxy() {
        for nonsense in ["", "unknown", "203.0.113.9, <script>"] {
            assert_eq!(
                address(find("10.0.0.7", "10.0.0.7", &[(X_FORWARDED_FOR, nonsense)])),
                "10.0.0.7",
                "{nonsense:?}"
            );
        }
    }

    #[test]
    fn our_own_forwarder_proves_itself() {
        let through = find("127.0.0.1", "", &[(X_FORWARDED_FOR, "203.0.113.9"), (X_TAPRI_FORWARDER, PROOF)]);
        assert_eq!((address(through).as_str(), through.through_trusted), ("203.0.113.9", true));
    }
}
