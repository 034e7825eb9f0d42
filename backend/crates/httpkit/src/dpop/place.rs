//! Whether the address that a proof names (`htu`) is the one that was asked, however a proxy in front has written it.
//!
//! Compared are scheme, host and port with the configured origin, never with what the request claims to have come by, and
//! the paths after RFC 3986 sections 6.2.2 and 6.2.3 (RFC 9449 section 4.3). Query and fragment do not count.

use url::Url;

/// The origins under which this house is asked.
#[derive(Clone, Debug)]
pub struct Places(Vec<Url>);

impl Places {
    /// The origin, and former ones under which it may still be called.
    pub fn new(origins: impl IntoIterator<Item = Url>) -> Self {
        Self(origins.into_iter().collect())
    }

    /// Whether `htu` names `path` (as it came over the wire, without the query) at one of these origins.
    pub fn is_at(&self, htu: &str, path: &str) -> bool {
        let Ok(named) = Url::parse(htu) else { return false };
        if !named.username().is_empty() || named.password().is_some() {
            return false;
        }
        self.0.iter().any(|origin| {
            let mut asked = origin.clone();
            asked.set_path(path);
            asked.origin() == named.origin() && normal(asked.path()) == normal(named.path())
        })
    }
}

/// A path in which what need not be escaped is not, and what must be is in capitals.
fn normal(path: &str) -> String {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        normal.push_str(&rest[..at]);
        let escaped = rest.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let Some(byte) = escaped else {
            normal.push('%');
            rest = &rest[at + 1..];
            continue;
        };
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            normal.push(char::from(byte));
        } else {
            normal.push_str(&format!("%{byte:02X}"));
        }
        rest = &rest[at + 3..];
    }
    normal.push_str(rest);
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_may_be_written_in_many_ways() {
        let places = Places::new([Url::parse("https://tapri.example").unwrap()]);
        for htu in [
            "https://tapri.example/api/v1/users/a.b",
            "HTTPS://TAPRI.example:443/api/v1/users/a.b",
            "https://tapri.example/api/v1/users/a%2Eb?limit=1#top",
            "https://tapri.example/api/v1/x/../users/%61.b",
        ] {
            assert!(places.is_at(htu, "/api/v1/users/a.b"), "{htu}");
        }
        assert!(places.is_at("https://tapri.example/tags/%e0%a4%9a", "/tags/%E0%A4%9A"));
        assert!(places.is_at("https://tapri.example", "/"));
    }

    #[test]
    fn another_address_is_another() {
        let places = Places::new([Url::parse("https://tapri.example").unwrap()]);
        for htu in [
            "https://tapri.example/api/v1/me/",
            "https://tapri.example/api/v1/Me",
            "http://tapri.example/api/v1/me",
            "https://tapri.example:8443/api/v1/me",
            "https://tapri.example.evil.example/api/v1/me",
            "https://asha@tapri.example/api/v1/me",
            "https://tapri.example/api/v1%2Fme",
            "https://tapri.example/",
            "/api/v1/me",
            "",
        ] {
            assert!(!places.is_at(htu, "/api/v1/me"), "{htu}");
        }
        assert!(!places.is_at("https://tapri.example/api/v1/me", "//evil.example/api/v1/me"));
    }
}
