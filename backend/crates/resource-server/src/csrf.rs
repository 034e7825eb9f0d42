//! Cross-site request forgery: the token that every state-changing call shows which cookies stand behind (ATTACKS.md T21).
//!
//! A signed double-submit token, `nonce ‖ HMAC-SHA256(key, binding ‖ nonce)` in base64url. It is bound to the session that
//! the refresh cookie belongs to, or, before anybody has signed in, to a random cookie of its own; so a token of another
//! session is as worthless as none. It is bound to the session's id and not to the cookie's bytes, since those change at
//! every refresh and another tab's token would die with them. `Origin` is checked beside it.
//!
//! Calls that a Bearer header alone authenticates need none of this.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use http::header::{HeaderMap, HeaderName, HeaderValue, ORIGIN};
use httpkit::cookies::{self, Cookies, SameSite};
use httpkit::secrets::Secrets;
use httpkit::settings::Settings;
use httpkit::{Error, GrantId, Result};
use serde::Deserialize;
use store::Random;

use crate::page::is_loopback;

/// Where the token is shown.
pub(crate) const X_CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const NONCE_LENGTH: usize = 16;

/// Makes and checks CSRF tokens, and knows the cookies that they are bound to.
pub(crate) struct Csrf {
    key: hmac::Key,
    cookies: Cookies,
    origins: Vec<String>,
}

/// What a token is bound to.
#[derive(Debug, PartialEq, Eq)]
enum Binding {
    /// The session whose refresh token the browser holds.
    Session(String),
    /// A random cookie, before anybody has signed in.
    Visitor(String),
}

/// A fresh token, and the cookie that must go with it where the browser has none yet.
#[derive(Debug)]
pub(crate) struct Issued {
    /// The token.
    pub token: String,
    /// `Set-Cookie`, if any.
    pub cookie: Option<HeaderValue>,
}

impl Csrf {
    /// The purpose to derive the key for.
    const PURPOSE: &'static str = "csrf";

    /// Tokens of this server, for its origin and the former ones.
    pub fn new(secrets: &Secrets, settings: &Settings) -> Self {
        let former = settings.former_origins.iter().map(|origin| origin.origin().ascii_serialization());
        let own_port = own_port(settings).into_iter().flatten();
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &secrets.derive(Self::PURPOSE)),
            cookies: Cookies::new(settings.is_https()),
            origins: std::iter::once(settings.origin_text()).chain(former).chain(own_port).collect(),
        }
    }

    /// A token for the browser that sent `headers`.
    pub fn issue(&self, headers: &HeaderMap, random: &dyn Random) -> Issued {
        match self.binding(headers) {
            Some(binding) => Issued { token: self.sign(&binding, random), cookie: None },
            None => self.issue_to_visitor(random),
        }
    }

    /// A token for a browser in which nobody is signed in (any more), with its new cookie.
    pub fn issue_to_visitor(&self, random: &dyn Random) -> Issued {
        let mut bytes = [0; NONCE_LENGTH];
        random.fill(&mut bytes);
        let value = BASE64URL_NOPAD.encode(&bytes);
        let cookie = self.cookies.set(cookies::CSRF, &value, SameSite::Strict, None);
        Issued { token: self.sign(&Binding::Visitor(value), random), cookie: Some(cookie) }
    }

    /// A token for the session that was just opened or refreshed.
    pub fn issue_to_session(&self, session: GrantId, random: &dyn Random) -> String {
        self.sign(&Binding::Session(session.to_string()), random)
    }

    /// Lets a call through that its cookies stand behind: it comes from a page of ours, and that page knew the token.
    ///
    /// # Errors
    /// 403 `origin_not_allowed` or `csrf_invalid`.
    pub fn check(&self, headers: &HeaderMap) -> Result<()> {
        if !self.comes_from_us(headers) {
            return Err(Error::forbidden("origin_not_allowed", "This call may come from Tapri's own pages only"));
        }
        let shown = headers.get(X_CSRF_TOKEN).and_then(|value| value.to_str().ok());
        let good = match (self.binding(headers), shown) {
            (Some(binding), Some(token)) => self.is_good(&binding, token),
            (None, _) | (_, None) => false,
        };
        if good {
            return Ok(());
        }
        Err(Error::forbidden("csrf_invalid", "This page is out of date. Load it again")
            .issue("Send the token of GET /api/v1/auth/csrf as X-CSRF-Token, with the cookies it came with"))
    }

    /// Browsers send `Origin` with everything that changes something, and nearly all of them `Sec-Fetch-Site` as well. Who
    /// sends neither is no browser, and has shown by the token that it can read what we answer.
    fn comes_from_us(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (Some(origin), None) => self.origins.iter().any(|ours| ours.as_bytes() == origin.as_bytes()),
            (Some(_), Some(_)) => false,
            (None, _) => headers.get(SEC_FETCH_SITE).is_none_or(|site| site == "same-origin" || site == "none"),
        }
    }

    fn binding(&self, headers: &HeaderMap) -> Option<Binding> {
        if let Some(refresh) = self.cookies.read(headers, cookies::REFRESH) {
            return Some(Binding::Session(session_of(refresh).unwrap_or_else(|| refresh.to_owned())));
        }
        let visitor = self.cookies.read(headers, cookies::CSRF)?;
        Some(Binding::Visitor(visitor.to_owned()))
    }

    fn sign(&self, binding: &Binding, random: &dyn Random) -> String {
        let mut token = vec![0; NONCE_LENGTH];
        random.fill(&mut token);
        let signature = hmac::sign(&self.key, &message(binding, &token));
        token.extend_from_slice(signature.as_ref());
        BASE64URL_NOPAD.encode(&token)
    }

    fn is_good(&self, binding: &Binding, token: &str) -> bool {
        let Ok(bytes) = BASE64URL_NOPAD.decode(token.as_bytes()) else { return false };
        let Some((nonce, signature)) = bytes.split_at_checked(NONCE_LENGTH) else { return false };
        hmac::verify(&self.key, &message(binding, nonce), signature).is_ok()
    }
}

/// On a machine of one's own the page that this server has at `/` may use cookies too: they know host names and no ports.
fn own_port(settings: &Settings) -> Option<[String; 1]> {
    let name = settings.origin.host().filter(|host| !settings.is_https() && is_loopback(host))?;
    Some([format!("http://{name}:{}", settings.resource.listen.port())])
}

/// The two kinds begin differently, so that no visitor's cookie can name a session; the nonce has a fixed length.
fn message(binding: &Binding, nonce: &[u8]) -> Vec<u8> {
    let (kind, value) = match binding {
        Binding::Session(value) => (b's', value),
        Binding::Visitor(value) => (b'v', value),
    };
    [&[kind], nonce, value.as_bytes()].concat()
}

/// The session that a refresh token says it belongs to. Not verified, and it need not be: it only picks what the CSRF token
/// is compared with, and who holds a forged refresh token gets nowhere with it.
pub(crate) fn session_of(refresh_token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        gid: String,
    }
    let payload = refresh_token.split('.').nth(1)?;
    let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
    serde_json::from_slice::<Claims>(&payload).ok().map(|claims| claims.gid)
}

impl std::fmt::Debug for Csrf {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Csrf").field("origins", &self.origins).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;
    use store::{SeededRandom, Time};

    use super::*;

    const OURS: &str = "http://localhost:3000";

    fn csrf() -> (Csrf, SeededRandom) {
        let random = SeededRandom::new(5);
        (Csrf::new(&Secrets::in_memory(&random), &Settings::for_tests("unused")), random)
    }

    fn refresh_token(session: GrantId, generation: u32) -> String {
        let payload = format!(r#"{{"type":"refresh","gid":"{session}","gen":{generation}}}"#);
        format!("e30.{}.c2ln", BASE64URL_NOPAD.encode(payload.as_bytes()))
    }

    fn session(random: &SeededRandom) -> GrantId {
        GrantId::generate_unsharded(Time::from_millis(1), random)
    }

    fn sent(cookies: &str, token: &str, origin: Option<&str>) -> HeaderMap {
        let value = |text: &str| HeaderValue::from_str(text).unwrap();
        let mut headers = HeaderMap::from_iter([(COOKIE, value(cookies)), (X_CSRF_TOKEN, value(token))]);
        if let Some(origin) = origin {
            headers.insert(ORIGIN, value(origin));
        }
        headers
    }

    fn refusal(csrf: &Csrf, headers: &HeaderMap) -> Option<&'static str> {
        csrf.check(headers).err().map(|error| error.reason())
    }

    #[test]
    fn a_visitors_token_goes_with_its_cookie_and_with_no_other() {
        let (csrf, random) = csrf();
        let issued = csrf.issue(&HeaderMap::new(), &random);
        let cookie = issued.cookie.expect("a visitor gets a cookie").to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly; SameSite=Strict"));
        let pair = cookie.split(';').next().unwrap();
        assert_eq!(refusal(&csrf, &sent(pair, &issued.token, Some(OURS))), None);
        assert_eq!(refusal(&csrf, &sent("tapri_csrf=other", &issued.token, Some(OURS))), Some("csrf_invalid"));
        assert_eq!(refusal(&csrf, &sent("", &issued.token, Some(OURS))), Some("csrf_invalid"));
    }

    #[test]
    fn a_sessions_token_outlives_refreshes_and_dies_with_the_session() {
        let (csrf, random) = csrf();
        let (mine, theirs) = (session(&random), session(&random));
        let token = csrf.issue_to_session(mine, &random);
        let with = |refresh: String| sent(&format!("tapri_refresh={refresh}; tapri_csrf=x"), &token, Some(OURS));
        assert_eq!(refusal(&csrf, &with(refresh_token(mine, 1))), None);
        assert_eq!(refusal(&csrf, &with(refresh_token(mine, 2))), None);
        assert_eq!(refusal(&csrf, &with(refresh_token(theirs, 1))), Some("csrf_invalid"));
        assert_eq!(refusal(&csrf, &with("not-a-token".to_owned())), Some("csrf_invalid"));
    }

    #[test]
    fn a_visitors_cookie_cannot_pass_for_a_session() {
        let (csrf, random) = csrf();
        let mine = session(&random);
        let token = csrf.issue_to_session(mine, &random);
        assert_eq!(refusal(&csrf, &sent(&format!("tapri_csrf={mine}"), &token, Some(OURS))), Some("csrf_invalid"));
    }

    #[test]
    fn a_forged_token_is_refused_wherever_it_was_changed() {
        let (csrf, random) = csrf();
        let token = csrf.sign(&Binding::Visitor("v".to_owned()), &random);
        for position in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(!csrf.is_good(&Binding::Visitor("v".to_owned()), &forged), "changed at {position}");
        }
        assert!(!csrf.is_good(&Binding::Visitor("v".to_owned()), ""));
    }

    #[test]
    fn a_foreign_origin_is_refused_even_with_a_good_token() {
        let (csrf, random) = csrf();
        let token = csrf.sign(&Binding::Visitor("v".to_owned()), &random);
        for foreign in
            ["https://evil.example", "null", "http://localhost:3001", "http://localhost:3000.evil.example", ""]
        {
            let headers = sent("tapri_csrf=v", &token, Some(foreign));
            assert_eq!(refusal(&csrf, &headers), Some("origin_not_allowed"), "{foreign}");
        }
        let mut bare = sent("tapri_csrf=v", &token, None);
        assert_eq!(refusal(&csrf, &bare), None);
        bare.insert(SEC_FETCH_SITE, HeaderValue::from_static("cross-site"));
        assert_eq!(refusal(&csrf, &bare), Some("origin_not_allowed"));
    }
}
