//! What an operator decides, typed and checked before anything starts.
//!
//! `tapri.default.toml` is the documentation and names every setting; this file gives each one its type. To add a
//! setting, add a line with its comment there and a field here: the loader refuses what only one of the two knows. No
//! secret of the house lives here (see [`crate::secrets`]), and nothing is read from the environment anywhere else.

mod load;
mod network;
mod secret;
#[cfg(test)]
mod tests;
mod units;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

pub use load::SettingsError;
pub use network::Network;
pub use secret::Secret;

/// Every setting. Made by [`Settings::load`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The one address under which people reach Tapri: scheme, host and port only.
    #[serde(deserialize_with = "load::origin")]
    pub origin: Url,
    /// Former origins, whose tokens are accepted until they have expired.
    #[serde(deserialize_with = "load::origins")]
    pub former_origins: Vec<Url>,
    /// The directory that holds stores, pictures and secrets.
    #[serde(deserialize_with = "load::path")]
    pub data: PathBuf,
    /// Whether public posts and profiles can be read without a token.
    pub public_reading: bool,
    /// Who may say on whose behalf a request comes.
    pub trusted_proxies: Vec<Network>,
    /// The one origin in front of everything.
    pub gateway: Gateway,
    /// The resource server.
    pub resource: Resource,
    /// The auth server.
    pub auth: Auth,
    /// The database.
    pub store: Store,
    /// How the two servers know each other.
    pub service: Service,
    /// Rate limits.
    pub limits: Limits,
    /// Lifetimes of what the auth server gives out.
    pub tokens: Tokens,
    /// Lifetimes of signed-in browsers.
    pub sessions: Sessions,
    /// How revocations are followed.
    pub revocations: Revocations,
    /// How passwords are checked.
    pub passwords: Passwords,
    /// What may be uploaded, and what becomes of it.
    pub media: Media,
    /// The most characters that people may write.
    pub text: Text,
    /// How long lists are.
    pub paging: Paging,
    /// Bounds of a request.
    pub http: Http,
    /// What is logged, and how.
    pub log: Log,
}

/// `[gateway]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Where it listens.
    #[serde(deserialize_with = "load::listen")]
    pub listen: SocketAddr,
}

/// `[resource]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Where it listens.
    #[serde(deserialize_with = "load::listen")]
    pub listen: SocketAddr,
    /// Where others find it, if not where it listens; see [`Settings::resource_url`].
    #[serde(deserialize_with = "load::internal_url")]
    pub url: Option<Url>,
}

/// `[auth]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Where it listens.
    #[serde(deserialize_with = "load::listen")]
    pub listen: SocketAddr,
    /// Where the resource server finds it, if not where it listens; see [`Settings::auth_url`].
    #[serde(deserialize_with = "load::internal_url")]
    pub url: Option<Url>,
    /// Its own database.
    pub store: AuthStore,
}

/// `[auth.store]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthStore {
    /// The auth server's own database; see [`Settings::auth_store_uri`].
    #[serde(deserialize_with = "load::optional_secret")]
    pub uri: Option<Secret>,
}

/// `[store]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The database's address (it may hold a password); none: the embedded store.
    #[serde(deserialize_with = "load::optional_secret")]
    pub uri: Option<Secret>,
    /// Bytes that each embedded store may keep in memory.
    #[serde(deserialize_with = "units::size")]
    pub cache: u64,
}

/// `[service]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The credential that both servers share; none: the one in the data directory.
    #[serde(deserialize_with = "load::credential")]
    pub credential: Option<Secret>,
}

/// `[limits]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Whether any limit is kept.
    pub enabled: bool,
}

/// `[tokens]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// Life of an access token.
    #[serde(deserialize_with = "units::duration")]
    pub access: Duration,
    /// Idle life of a grant with `offline_access`.
    #[serde(deserialize_with = "units::duration")]
    pub offline_idle: Duration,
    /// How long the token before the newest is answered with the newest.
    #[serde(deserialize_with = "units::duration")]
    pub refresh_grace: Duration,
    /// Life of an authorization code.
    #[serde(deserialize_with = "units::duration")]
    pub code: Duration,
    /// Life of an authorization request that waits for a person.
    #[serde(deserialize_with = "units::duration")]
    pub request: Duration,
}

/// `[sessions]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    /// Idle life of a session.
    #[serde(deserialize_with = "units::duration")]
    pub idle: Duration,
    /// Life of a session at most.
    #[serde(deserialize_with = "units::duration")]
    pub max: Duration,
}

/// `[revocations]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocations {
    /// How old the news from the auth server may be before tokens are no longer trusted.
    #[serde(deserialize_with = "units::duration")]
    pub stale_after: Duration,
}

/// `[passwords]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// bcrypt's cost, from 4 to 16.
    #[serde(deserialize_with = "load::bcrypt_cost")]
    pub bcrypt_cost: u32,
    /// Threads that check passwords; 0 in the file is the number of processors here.
    #[serde(deserialize_with = "load::threads")]
    pub threads: usize,
    /// How many checks may wait for a thread.
    pub queue: usize,
}

/// `[media]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// Bytes that an upload may have.
    #[serde(deserialize_with = "units::size")]
    pub max_bytes: u64,
    /// Pixels that a picture may have.
    pub max_pixels: u64,
    /// The longest sides in which a picture is kept, in pixels, ascending.
    #[serde(deserialize_with = "load::sizes")]
    pub sizes: Vec<u32>,
}

/// `[text]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Characters of a post's title.
    pub title: usize,
    /// Characters of a post's caption.
    pub caption: usize,
    /// Characters of a comment.
    pub comment: usize,
    /// Characters of a profile's bio.
    pub bio: usize,
    /// Characters of a picture's alternative text.
    pub alt: usize,
}

/// `[paging]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// Entries of a page for which no limit was asked.
    pub default: usize,
    /// Entries of a page at most.
    pub max: usize,
}

/// `[http]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Bytes of a body, uploads aside.
    #[serde(deserialize_with = "units::size")]
    pub body_limit: u64,
    /// Bytes of a request's address.
    #[serde(deserialize_with = "units::size")]
    pub uri_limit: u64,
    /// Bytes of a request's headers.
    #[serde(deserialize_with = "units::size")]
    pub header_limit: u64,
    /// Time for a request's headers to arrive.
    #[serde(deserialize_with = "units::duration")]
    pub header_timeout: Duration,
    /// Time for an answer, and for a pause while a body arrives.
    #[serde(deserialize_with = "units::duration")]
    pub request_timeout: Duration,
    /// Time for a whole body to arrive.
    #[serde(deserialize_with = "units::duration")]
    pub body_timeout: Duration,
    /// Time to finish what is being answered when the server stops.
    #[serde(deserialize_with = "units::duration")]
    pub stop_timeout: Duration,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// What is worth a line: a level, or levels by module.
    pub level: String,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Pretty in a terminal, JSON otherwise.
    Auto,
    /// For people.
    Pretty,
    /// For programs.
    Json,
}

impl Settings {
    /// Settings for tests: the defaults, with free ports and the cheapest passwords. `data` is a directory of the test.
    pub fn for_tests(data: impl Into<PathBuf>) -> Self {
        let mut settings = Self::defaults();
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        settings.data = data.into();
        settings.gateway.listen = free;
        settings.resource.listen = free;
        settings.auth.listen = free;
        settings.passwords.bcrypt_cost = 4;
        settings
    }

    /// Whether people come by https; then cookies are `Secure`.
    pub fn is_https(&self) -> bool {
        self.origin.scheme() == "https"
    }

    /// The origin as browsers write it, without a slash at the end: `http://localhost:3000`. Also the tokens' issuer.
    pub fn origin_text(&self) -> String {
        self.origin.origin().ascii_serialization()
    }

    /// Where the resource server finds the auth server.
    pub fn auth_url(&self) -> Url {
        self.auth.url.clone().unwrap_or_else(|| listening_url(self.auth.listen))
    }

    /// Where the gateway finds the resource server.
    pub fn resource_url(&self) -> Url {
        self.resource.url.clone().unwrap_or_else(|| listening_url(self.resource.listen))
    }

    /// The auth server's database; none: the embedded store.
    pub fn auth_store_uri(&self) -> Option<&Secret> {
        self.auth.store.uri.as_ref().or(self.store.uri.as_ref())
    }

    /// Whether `peer` may say on whose behalf it asks.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(peer))
    }
}

/// The URL of a server on this machine that listens on `address`; one that listens everywhere is found on the loopback.
pub fn listening_url(address: SocketAddr) -> Url {
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let reachable = SocketAddr::new(host, address.port());
    Url::parse(&format!("http://{reachable}")).expect("a socket address is a valid authority")
}
