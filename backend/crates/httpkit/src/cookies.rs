//! The browser cookies of both servers: their names, how they are read and how they are set.
//!
//! | cookie | holds | read by |
//! | --- | --- | --- |
//! | refresh | refresh token, `Strict` | refresh and logout |
//! | session | sealed session id, `Lax` | authorize, logout, csrf; it never authorises an API call |
//! | device | sealed name of a device that somebody signed in on before, `Strict` | login |
//! | csrf | random value before sign-in, `Strict` | every cookie call that changes something |
//! | flow, one a request | proof that this browser began the flow, `Lax` | consent |
//!
//! Behind https every name has the `__Host-` prefix and `Secure`, so that no sibling host can plant one.

use std::time::Duration;

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// The refresh token's cookie.
pub const REFRESH: &str = "tapri_refresh";
/// The session's cookie.
pub const SESSION: &str = "tapri_session";
/// What a device keeps to be known again at sign-in.
pub const DEVICE: &str = "tapri_device";
/// The pre-login cookie to which a CSRF token is bound.
pub const CSRF: &str = "tapri_csrf";
/// Flow cookies are named this and the request's id.
pub const FLOW_PREFIX: &str = "tapri_flow_";

/// Whether a cookie comes along when another site links here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// On top-level navigation by GET.
    Lax,
}

/// Names, reads and writes cookies for one origin.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    https: bool,
}

impl Cookies {
    /// For an origin that is `https`, or not (a person's own machine).
    pub fn new(https: bool) -> Self {
        Self { https }
    }

    /// The name on the wire.
    pub fn name(self, name: &str) -> String {
        if self.https { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// The value of `name`, if the browser sent exactly one. Two of one name are somebody's trick, and none of them counts.
    pub fn read<'h>(self, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
        let wanted = self.name(name);
        let mut found = pairs(headers).filter(|(name, _)| *name == wanted).map(|(_, value)| value);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// Every cookie whose name begins with `prefix`, without the `__Host-`, at most sixteen.
    pub fn read_prefixed(self, headers: &HeaderMap, prefix: &str) -> Vec<(String, String)> {
        let wanted = self.name(prefix);
        let bare = |name: &str| name.strip_prefix("__Host-").filter(|_| self.https).unwrap_or(name).to_owned();
        pairs(headers)
            .filter(|(name, _)| name.starts_with(&wanted))
            .map(|(name, value)| (bare(name), value.to_owned()))
            .take(16)
            .collect()
    }

    /// A `Set-Cookie` value; `HttpOnly`, `Path=/`. `life` absent: until the browser closes.
    pub fn set(self, name: &str, value: &str, same_site: SameSite, life: Option<Duration>) -> HeaderValue {
        let secure = if self.https { "; Secure" } else { "" };
        let same_site = match same_site {
            SameSite::Strict => "Strict",
            SameSite::Lax => "Lax",
        };
        let life = life.map(|life| format!("; Max-Age={}", life.as_secs())).unwrap_or_default();
        let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}{life}", self.name(name));
        HeaderValue::try_from(cookie).expect("our cookie values are base64url, JWTs and ids")
    }

    /// A `Set-Cookie` value that takes the cookie away.
    pub fn clear(self, name: &str, same_site: SameSite) -> HeaderValue {
        self.set(name, "", same_site, Some(Duration::ZERO))
    }
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(cookies).expect("ASCII"))])
    }

    #[test]
    fn a_planted_twin_makes_a_cookie_worthless() {
        let cookies = Cookies::new(false);
        assert_eq!(cookies.read(&sent("a=1; tapri_refresh=good"), REFRESH), Some("good"));
        assert_eq!(cookies.read(&sent("tapri_refresh=good; tapri_refresh=bad"), REFRESH), None);
    }

    #[test]
    fn behind_https_only_the_host_prefix_counts() {
        let cookies = Cookies::new(true);
        assert_eq!(cookies.read(&sent("tapri_refresh=planted"), REFRESH), None);
        assert_eq!(cookies.read(&sent("__Host-tapri_refresh=ours"), REFRESH), Some("ours"));
        let flows = cookies.read_prefixed(&sent("__Host-tapri_flow_abc=proof; tapri_flow_x=planted"), FLOW_PREFIX);
        assert_eq!(flows, [("tapri_flow_abc".to_owned(), "proof".to_owned())]);
        assert_eq!(
            cookies.set(SESSION, "v", SameSite::Lax, None),
            "__Host-tapri_session=v; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
    }
}
