//! Where a call goes: a URL that was found fit before anything was looked up.

use std::fmt::Display;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer};
use url::{Host, Position, Url};

use super::OutboundError;

const LONGEST: usize = 2048;
const HTTPS: u16 = 443;
/// Below this, but for https itself, are the doors of other protocols.
const FIRST_FREE_PORT: u16 = 1024;

/// A host that an operator allows, wherever it is: a name or an address, with a port where only that one is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    host: String,
    port: Option<u16>,
}

impl AllowedHost {
    /// Reads `host` or `host:port`; `None` where it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(&format!("https://{text}/")).ok()?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.path() == "/";
        let host =
            url.host_str().filter(|host| is_plain && !host.is_empty() && !text.contains(['/', '?', '#', '@']))?;
        let names_port = text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let is_bare_v6 = text.ends_with(']');
        let port = if names_port && !is_bare_v6 { url.port_or_known_default() } else { None };
        Some(Self { host: host.to_owned(), port })
    }

    fn is(&self, host: &str, port: u16) -> bool {
        self.host == host && self.port.is_none_or(|only| only == port)
    }
}

impl<'de> Deserialize<'de> for AllowedHost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "\"{text}\" is not a host such as \"keys.intranet.example\" or \"10.0.0.7:8443\""
            ))
        })
    }
}

/// A fit URL.
#[derive(Debug)]
pub(super) struct Target {
    url: Url,
    host: String,
    port: u16,
    may_be_anywhere: bool,
}

impl Target {
    pub(super) fn parse(text: &str, allowed: &[AllowedHost]) -> Result<Self, OutboundError> {
        let refuse = |words| Err(OutboundError::Forbidden(words));
        let not_a_url = "The address is no URL such as https://app.example/keys";
        if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return refuse(not_a_url);
        }
        let url = Url::parse(text).map_err(|_| OutboundError::Forbidden(not_a_url))?;
        if url.scheme() != "https" {
            return refuse("The address is not https");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("The address holds a user name");
        }
        let Some(host) = url.host_str().map(str::to_owned) else { return refuse(not_a_url) };
        let port = url.port().unwrap_or(HTTPS);
        let may_be_anywhere = allowed.iter().any(|allowed| allowed.is(&host, port));
        let target = Self { url, host, port, may_be_anywhere };
        if may_be_anywhere {
            return Ok(target);
        }
        if port != HTTPS && port < FIRST_FREE_PORT {
            return refuse("The port is not one where https is spoken");
        }
        match target.literal() {
            Some(address) if !super::address::is_public(address) => {
                refuse("The host is in a private network, where this server does not go")
            }
            None if !target.host.trim_end_matches('.').contains('.') => refuse("The host is no name on the internet"),
            _ => Ok(target),
        }
    }

    /// As it stands in the URL, normalised; an IPv6 address in its brackets.
    pub(super) fn host_text(&self) -> &str {
        &self.host
    }

    /// The address, where the host is one.
    pub(super) fn literal(&self) -> Option<IpAddr> {
        match self.url.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn may_be_anywhere(&self) -> bool {
        self.may_be_anywhere
    }

    /// For the header `Host`.
    pub(super) fn authority(&self) -> String {
        match self.url.port() {
            None => self.host.clone(),
            Some(port) => format!("{}:{port}", self.host),
        }
    }

    /// Path and query.
    pub(super) fn path(&self) -> &str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }

    pub(super) fn unreachable(&self, cause: &impl Display) -> OutboundError {
        OutboundError::Unreachable { host: self.host.clone(), cause: cause.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str) -> Result<Target, OutboundError> {
        Target::parse(text, &[])
    }

    #[test]
    fn an_address_on_the_internet_is_fit() {
        let target = judge("https://app.example:8443/keys?a=b#c").unwrap();
        assert_eq!((target.host_text(), target.port()), ("app.example", 8443));
        assert_eq!((target.authority().as_str(), target.path()), ("app.example:8443", "/keys?a=b"));
        assert!(judge("https://1.1.1.1/").is_ok() && judge("https://[2606:4700::1111]/").is_ok());
    }

    #[test]
    fn every_spelling_of_an_inside_is_seen_through() {
        for text in [
            "http://app.example/",
            "ftp://app.example/",
            "file:///etc/passwd",
            "https://user@app.example/",
            "https://:word@app.example/",
            "https://app.example:22/",
            "https://app.example:80/",
            "https://localhost/",
            "https://localhost./",
            "https://intranet/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://017700000001/",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://１２７.0.0.1/",
            "https://app.example/\r\nX: y",
            "https://",
            "app.example",
        ] {
            assert!(matches!(judge(text), Err(OutboundError::Forbidden(_))), "{text}");
        }
        assert!(judge(&format!("https://app.example/{}", "a".repeat(LONGEST))).is_err());
    }

    #[test]
    fn a_host_that_the_operator_names_may_be_anywhere_but_is_still_https() {
        let allowed = [AllowedHost::parse("127.0.0.1:4000").unwrap(), AllowedHost::parse("KEYS.intranet").unwrap()];
        let judge = |text| Target::parse(text, &allowed);
        assert!(judge("https://127.0.0.1:4000/").unwrap().may_be_anywhere());
        assert!(judge("https://127.0.0.1:4001/").is_err());
        assert!(judge("https://keys.intranet:22/").unwrap().may_be_anywhere());
        assert!(judge("http://127.0.0.1:4000/").is_err());
        assert!(!judge("https://other.example/").unwrap().may_be_anywhere());
    }

    #[test]
    fn a_setting_that_is_no_host_is_refused() {
        for text in ["", "https://app.example", "app.example/path", "me@app.example", "app.example:port", "a b"] {
            assert_eq!(AllowedHost::parse(text), None, "{text}");
        }
        assert_eq!(AllowedHost::parse("[::1]:443").unwrap().port, Some(443));
        assert_eq!(AllowedHost::parse("[::1]").unwrap().port, None);
    }
}
