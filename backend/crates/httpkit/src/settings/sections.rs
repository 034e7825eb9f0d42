//! The sections of the settings file, each as a type. What a value means stands in `tapri.default.toml`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::{Secret, units, values};
use crate::limits::QuotaTable;

/// `[gateway]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Where it listens.
    #[serde(deserialize_with = "values::listen")]
    pub listen: SocketAddr,
    /// The certificate with which it speaks TLS itself.
    pub tls: GatewayTls,
}

/// `[gateway.tls]`: both files, or neither.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayTls {
    /// The certificate chain, in PEM form.
    #[serde(deserialize_with = "values::optional_path")]
    pub certificate: Option<PathBuf>,
    /// Its private key, in PEM form.
    #[serde(deserialize_with = "values::optional_path")]
    pub key: Option<PathBuf>,
}

/// `[resource]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Where it listens.
    #[serde(deserialize_with = "values::listen")]
    pub listen: SocketAddr,
    /// Where others find it, if not where it listens; see [`Settings::resource_url`].
    #[serde(deserialize_with = "values::internal_url")]
    pub url: Option<Url>,
}

/// `[auth]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Where it listens.
    #[serde(deserialize_with = "values::listen")]
    pub listen: SocketAddr,
    /// Where the resource server finds it, if not where it listens; see [`Settings::auth_url`].
    #[serde(deserialize_with = "values::internal_url")]
    pub url: Option<Url>,
    /// Whether every app must push its authorization requests (RFC 9126).
    pub require_pushed_requests: bool,
    /// Schemes of redirect URIs that installed apps may have beside reversed domains.
    #[serde(deserialize_with = "values::app_schemes")]
    pub app_schemes: Vec<String>,
    /// Who may register apps without signing in.
    pub registration: Registration,
    /// Its own database.
    pub store: AuthStore,
}

/// `[auth.registration]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Who may.
    pub policy: RegistrationPolicy,
    /// What [`RegistrationPolicy::Token`] asks for.
    #[serde(deserialize_with = "values::credential")]
    pub token: Option<Secret>,
}

impl Registration {
    /// Whether anybody may.
    pub fn is_possible(&self) -> bool {
        self.policy != RegistrationPolicy::Off
    }
}

/// Who may register apps without signing in (RFC 7591).
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationPolicy {
    /// Everybody, a few at a time.
    Open,
    /// Who has the token.
    Token,
    /// Nobody.
    Off,
}

/// `[auth.store]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthStore {
    /// The auth server's own database; see [`Settings::auth_store_uri`].
    #[serde(deserialize_with = "values::optional_secret")]
    pub uri: Option<Secret>,
}

/// `[store]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The database's address (it may hold a password); none: the embedded store.
    #[serde(deserialize_with = "values::optional_secret")]
    pub uri: Option<Secret>,
    /// How long the database may take to answer.
    #[serde(deserialize_with = "units::duration")]
    pub timeout: Duration,
    /// Whether a database server without transactions is taken too.
    pub development_server: bool,
    /// Bytes that each embedded store may keep in memory; none: as many as suit the machine.
    #[serde(deserialize_with = "units::size_or_auto")]
    pub cache: Option<u64>,
}

/// `[service]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The credential that both servers share; none: the one in the data directory.
    #[serde(deserialize_with = "values::credential")]
    pub credential: Option<Secret>,
}

/// `[limits]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Limits {
    /// Whether any limit is kept.
    pub enabled: bool,
    /// How much each limit allows: one section for each.
    #[serde(flatten)]
    pub quotas: QuotaTable,
}

/// `[redis]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// The server's address (it may hold a password); none: each process counts for itself.
    #[serde(deserialize_with = "values::redis_uri")]
    pub uri: Option<Secret>,
}

/// `[metrics]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Where `/metrics` is served; none: nothing is counted.
    #[serde(deserialize_with = "values::optional_listen")]
    pub listen: Option<SocketAddr>,
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
    /// Life of a device that waits for a person.
    #[serde(deserialize_with = "units::duration")]
    pub device: Duration,
    /// What such a device leaves between two polls.
    #[serde(deserialize_with = "units::duration")]
    pub device_interval: Duration,
    /// Life of an authorization request that waits for a person.
    #[serde(deserialize_with = "units::duration")]
    pub request: Duration,
    /// Life of a pushed authorization request until the browser comes with it.
    #[serde(deserialize_with = "units::duration")]
    pub pushed_request: Duration,
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
    #[serde(deserialize_with = "values::bcrypt_cost")]
    pub bcrypt_cost: u32,
    /// Threads that check passwords; 0 in the file is the number of processors here.
    #[serde(deserialize_with = "values::threads")]
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
    #[serde(deserialize_with = "values::sizes")]
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
    /// Characters of the reason that a moderator or an admin gives.
    pub reason: usize,
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
