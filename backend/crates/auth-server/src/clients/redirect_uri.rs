//! Where a code may be sent.
//!
//! A presented URI is compared byte for byte with the registered ones (RFC 9700 section 2.1); the one exception is the
//! port of a loopback address (RFC 8252 section 7.3). Nothing is decoded, normalised or lower-cased for the comparison:
//! what browsers and servers make of odd spellings differs, and that difference is the attack.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// A registered redirect URI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RedirectUri(String);

/// Longer ones do not fit into the address of a consent page.
const LONGEST: usize = 1024;
/// Loopback hosts as they are spelled, the only plain http there is.
const LOOPBACKS: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

impl RedirectUri {
    /// Reads what a developer registers. An installed app has a reversed domain as its scheme, or one of `app_schemes`,
    /// which the operator knows to be a program's own (docs/decisions/schemes-of-well-known-programs.md).
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub(crate) fn parse(text: &str, app_schemes: &[String]) -> Result<Self, &'static str> {
        if text.len() > LONGEST {
            return Err("A redirect URI has at most 1,024 characters");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte)) {
            return Err("A redirect URI has no spaces, no backslashes and only ASCII; encode the rest with %");
        }
        if text.contains('*') {
            return Err("A redirect URI is one address; * stands for nothing");
        }
        if text.contains('#') {
            return Err("A redirect URI has no fragment (no #)");
        }
        let url =
            Url::parse(text).map_err(|_| "A redirect URI is a whole address such as https://app.example/callback")?;
        if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
            return Err("A redirect URI has no user name (no @)");
        }
        match url.scheme() {
            "https" if has_dots(&url, text) => Err("A redirect URI has no . or .. as a part of its path"),
            "https" => Ok(Self(text.to_owned())),
            "http" if loopback(text).is_some() => Ok(Self(text.to_owned())),
            "http" => Err("A redirect URI is https; http is only for 127.0.0.1, [::1] and localhost"),
            // RFC 8252 section 7.1: a domain name in reverse, which the javascript:, data: and blob: of browsers are not.
            scheme if scheme.contains('.') => Ok(Self(text.to_owned())),
            // Byte for byte as it is listed: what is compared later is the text, and no browser writes schemes otherwise.
            scheme if app_schemes.iter().any(|listed| listed == scheme) && text.starts_with(scheme) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(
                "A redirect URI of an installed app has a domain in reverse as its scheme, such as com.example.app:/callback",
            ),
        }
    }

    /// An address under our own origin, which was checked when the origin was set.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub(crate) fn of_our_own(text: &str) -> Result<Self, &'static str> {
        let plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        if plain { Ok(Self(text.to_owned())) } else { Err("A redirect URI is a plain address without a fragment") }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `presented` is this URI.
    pub(crate) fn matches(&self, presented: &str) -> bool {
        if self.0 == presented {
            return true;
        }
        match (loopback(&self.0), loopback(presented)) {
            (Some(registered), Some(presented)) => registered == presented,
            _ => false,
        }
    }
}

/// Whether `uri` leads to an app on the person's own machine, which any other program there can impersonate (RFC 8252
/// section 8.6).
pub(crate) fn is_native(uri: &str) -> bool {
    !uri.starts_with("https://")
}

/// The host of a URI for people. An installed app has none, whatever its address looks like: anybody can write a host
/// behind a scheme of their own, so the scheme is all there is to show.
pub(crate) fn host_for_people(uri: &str) -> String {
    let Ok(url) = Url::parse(uri) else { return uri.to_owned() };
    match (url.scheme(), url.host()) {
        ("https" | "http", Some(Host::Domain(host))) => host.to_owned(),
        ("https" | "http", Some(host)) => host.to_string(),
        (scheme, _) => scheme.to_owned(),
    }
}

/// The first page of the site that `uri` is on; nothing where it leads to an app on the person's own machine.
pub(super) fn origin_of_site(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|_| !is_native(uri))?;
    Some(format!("{}/", url.origin().ascii_serialization()))
}

/// A plain http URI of a loopback host: the host and what follows the port. `None` for everything else.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = LOOPBACKS.into_iter().find(|host| rest.starts_with(host))?;
    let after = &rest[host.len()..];
    let after = match after.strip_prefix(':') {
        Some(port) => {
            let digits = port.bytes().take_while(u8::is_ascii_digit).count();
            let (number, after) = port.split_at(digits);
            number.parse::<u16>().ok().filter(|number| *number > 0)?;
            after
        }
        None => after,
    };
    let whole = after.is_empty() || after.starts_with(['/', '?']);
    whole.then_some((host, after))
}

/// Whether the parser made another path of it: a `.` or `..` was in it, plain or encoded.
fn has_dots(url: &Url, text: &str) -> bool {
    let path_start = text.find("://").map_or(0, |at| at + 3);
    let path = text[path_start..].find(['/', '?']).map_or("", |at| &text[path_start + at..]);
    let path = path.split('?').next().unwrap_or_default();
    !path.is_empty() && path != url.path()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RedirectUri, &'static str> {
        RedirectUri::parse(text, &["cursor".to_owned(), "vscode".to_owned()])
    }

    fn registered(text: &str) -> RedirectUri {
        parse(text).unwrap_or_else(|words| panic!("{text}: {words}"))
    }

    #[test]
    fn https_loopback_and_reversed_domains_can_be_registered() {
        for text in [
            "https://app.example",
            "https://app.example/callback?from=tapri",
            "http://127.0.0.1/callback",
            "http://[::1]:8080/",
            "http://localhost:3000/callback",
            "com.example.app:/callback",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "vscode://publisher.extension/callback",
        ] {
            assert_eq!(registered(text).as_str(), text);
        }
    }

    #[test]
    fn what_a_browser_would_run_and_what_can_be_misread_is_refused() {
        for text in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "blob:https://app.example/1",
            "file:///etc/passwd",
            "about:blank",
            "myapp:/callback",
            "vscodium://publisher.extension/callback",
            "VSCode://publisher.extension/callback",
            "vscode-evil://publisher.extension/callback",
            "vscode://somebody@publisher.extension/callback",
            "/callback",
            "",
            "http://app.example/callback",
            "http://127.0.0.1.evil.example/",
            "http://127.0.0.1:0/",
            "http://127.0.0.1:99999/",
            "http://localhost@evil.example/",
            "https://app.example/callback#part",
            "https://user@app.example/callback",
            "https://user:word@app.example/",
            "https://app.example/a/../b",
            "https://app.example/a/%2e%2e/b",
            "https://app.example\\@evil.example/",
            "https://app.example/a b",
            "https://app.example/\r\nSet-Cookie: a=b",
            "https://äpp.example/",
            "https://*.app.example/",
            "https://",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&format!("https://app.example/{}", "a".repeat(1024))).is_err());
    }

    #[test]
    fn people_are_shown_a_host_or_a_scheme_and_no_host_that_nobody_vouches_for() {
        assert_eq!(host_for_people("https://app.example/callback"), "app.example");
        assert_eq!(host_for_people("http://127.0.0.1:8080/"), "127.0.0.1");
        assert_eq!(host_for_people("vscode://bank.example/"), "vscode");
        assert_eq!(host_for_people("com.example.app://bank.example/"), "com.example.app");
        assert_eq!(origin_of_site("https://app.example:8443/a?b").as_deref(), Some("https://app.example:8443/"));
        assert_eq!(origin_of_site("http://127.0.0.1/"), None);
        assert_eq!(origin_of_site("vscode://bank.example/"), None);
    }

    #[test]
    fn only_the_very_same_bytes_match() {
        let uri = registered("https://app.example/callback");
        assert!(uri.matches("https://app.example/callback"));
        for text in [
            "https://app.example/callback/",
            "https://app.example/Callback",
            "https://APP.example/callback",
            "https://app.example/callback?x=1",
            "https://app.example/callback#x",
            "https://app.example/x/../callback",
            "https://app.example/%63allback",
            "https://app.example/callback;/..",
            "https://app.example.evil/callback",
            "https://app.example@evil.example/callback",
            "https://app.example:443/callback",
            "http://app.example/callback",
            "https://app.example/callback\r\n",
        ] {
            assert!(!uri.matches(text), "{text}");
        }
    }

    #[test]
    fn on_a_loopback_address_only_the_port_may_vary() {
        let uri = registered("http://127.0.0.1/callback");
        assert!(uri.matches("http://127.0.0.1:49152/callback") && uri.matches("http://127.0.0.1/callback"));
        for text in [
            "http://127.0.0.1:49152/other",
            "http://127.0.0.1:49152/callback?x=1",
            "http://127.0.0.1:49152/callback/",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:1@evil.example/callback",
            "http://127.0.0.1:80.evil.example/callback",
            "http://127.0.0.2:49152/callback",
            "http://localhost:49152/callback",
            "http://[::1]:49152/callback",
            "https://127.0.0.1:49152/callback",
        ] {
            assert!(!uri.matches(text), "{text}");
        }
        assert!(registered("http://localhost:1/cb").matches("http://localhost:2/cb"));
        assert!(registered("http://[::1]/cb").matches("http://[::1]:2/cb"));
    }
}
