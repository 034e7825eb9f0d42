//! What the sessions page calls a device: a few words from `User-Agent`, kept beside the session's id.
//!
//! The auth server knows sessions and no devices; this server keeps only these words, never the header. They are a help
//! for people to tell their devices apart and nothing is decided by them.

use http::HeaderMap;
use http::header::USER_AGENT;
use httpkit::GrantId;
use serde::{Deserialize, Serialize};
use store::{Document, Schema, Time};

/// A session's device.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Device {
    pub session_id: GrantId,
    pub label: String,
    /// When its session is over for certain.
    pub expires_at: Time,
}

impl Document for Device {
    type Key = GrantId;

    const SCHEMA: &'static Schema = &Schema::new("resource_session_devices").expires("expires_at");

    fn key(&self) -> GrantId {
        self.session_id
    }
}

/// What a session is called whose device nobody wrote down.
pub(super) const UNKNOWN: &str = "Unknown device";

/// By what they can be told apart, the special before the general: Edge says Chrome too, and Chrome says Safari.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];
const LONGEST_NAME: usize = 40;

/// "Firefox on Linux", a program's own name, or [`UNKNOWN`].
pub(super) fn label(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let find =
        |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => program(agent).unwrap_or_else(|| UNKNOWN.to_owned()),
    }
}

/// The product token with which a program begins its name (RFC 9110 section 10.1.5).
fn program(agent: &str) -> Option<String> {
    let name = agent.split(['/', ' ', '(']).next()?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (plain && !name.is_empty() && name.len() <= LONGEST_NAME && name != "Mozilla").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(agent: &str) -> String {
        label(&HeaderMap::from_iter([(USER_AGENT, agent.parse().unwrap())]))
    }

    #[test]
    fn browsers_are_called_by_their_names() {
        let gecko = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";
        let edge =
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36 Edg/141.0";
        let phone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";
        assert_eq!(of(gecko), "Firefox on Linux");
        assert_eq!(of(edge), "Edge on Windows");
        assert_eq!(of(phone), "Safari on iPhone");
    }

    #[test]
    fn programs_are_called_what_they_call_themselves() {
        assert_eq!(of("curl/8.5.0"), "curl");
        assert_eq!(of("python-requests/2.32"), "python-requests");
    }

    #[test]
    fn what_says_nothing_or_something_odd_is_unknown() {
        for odd in ["", "<script>alert(1)</script>", "Mozilla/5.0", &"x".repeat(41)] {
            assert_eq!(of(odd), UNKNOWN, "{odd}");
        }
    }
}
