//! What an operator decides, typed and checked before anything starts.
//!
//! `tapri.default.toml` is the documentation and names every setting; the types are here, in `sections.rs` and in `contact.rs`. To add a
//! setting, add a line with its comment there and a field to its type: the loader refuses what only one of the two knows. No
//! secret of the house lives here (see [`crate::secrets`]), and nothing is read from the environment anywhere else.

mod contact;
mod keys;
mod load;
mod network;
mod outbound;
mod secret;
mod sections;
#[cfg(test)]
mod tests;
mod units;
mod values;
mod webhooks;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

pub use contact::{Accounts, EmailVerification, Mail, Sms, SmsGateway, Smtp, SmtpLogin, SmtpTls};
pub use keys::Keys;
pub use load::SettingsError;
pub use network::Network;
pub use outbound::{Outbound, TrustedCa};
pub use secret::Secret;
pub use sections::{
    Auth, AuthStore, Gateway, GatewayTls, Http, Limits, Log, LogFormat, Media, Metrics, Paging, Passwords, Redis,
    Registration, RegistrationPolicy, Resource, Revocations, Service, Sessions, Store, Text, Tokens,
};
pub(crate) use units::parse_duration;
pub use webhooks::Webhooks;

/// Every setting. Made by [`Settings::load`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The one address under which people reach Tapri: scheme, host and port only.
    #[serde(deserialize_with = "values::origin")]
    pub origin: Url,
    /// Former origins, whose tokens are accepted until they have expired.
    #[serde(deserialize_with = "values::origins")]
    pub former_origins: Vec<Url>,
    /// The directory that holds stores, pictures and secrets.
    #[serde(deserialize_with = "values::path")]
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
    /// Where many machines count together.
    pub redis: Redis,
    /// Where numbers about everything are told.
    pub metrics: Metrics,
    /// Lifetimes of what the auth server gives out.
    pub tokens: Tokens,
    /// How signing keys change.
    pub keys: Keys,
    /// Lifetimes of signed-in browsers.
    pub sessions: Sessions,
    /// How revocations are followed.
    pub revocations: Revocations,
    /// How this server asks others.
    pub outbound: Outbound,
    /// How apps and the operator are told what happens around accounts.
    pub webhooks: Webhooks,
    /// How passwords are checked.
    pub passwords: Passwords,
    /// What is asked of accounts.
    pub accounts: Accounts,
    /// How mail is sent.
    pub mail: Mail,
    /// How text messages are sent.
    pub sms: Sms,
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
