//! How a session's tokens are handed out: in the body, or in cookies with the access token and a CSRF token in the body.

use axum::response::{AppendHeaders, IntoResponse, Response};
use std::time::Duration;

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use httpkit::GrantId;
use httpkit::auth_wire::SessionTokens;
use httpkit::cookies::{self, SameSite};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::known_device;
use crate::app::App;
use crate::csrf;

/// Where the refresh token is to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SessionMode {
    /// Into the body: for programs.
    #[default]
    Token,
    /// Into a cookie that no script can read: for pages in a browser. Needs `X-CSRF-Token`.
    Cookie,
}

/// A session's tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tokens {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds for which the access token is good.
    expires_in: u64,
    /// In token mode: what the next tokens are got with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    refresh_token: Option<String>,
    /// In cookie mode: for the next call that cookies stand behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    csrf_token: Option<String>,
    /// The session, as the list of sessions names it.
    #[schema(value_type = String)]
    session_id: GrantId,
    /// After signing up or in, in token mode: shown at the next sign-in, it keeps this device from being locked out by others'
    /// guesses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    device_token: Option<String>,
}

/// Tokens, and the cookies that go with them.
#[derive(Debug)]
pub(super) struct HandedOut {
    /// For the body.
    pub tokens: Tokens,
    cookies: Vec<HeaderValue>,
}

impl HandedOut {
    /// Hands out `tokens` in `mode`.
    pub fn new(app: &App, mode: SessionMode, tokens: SessionTokens) -> Self {
        let life = Some(Duration::from_secs(tokens.refresh_expires_in));
        let (refresh_token, csrf_token, cookies) = match mode {
            SessionMode::Token => (Some(tokens.refresh_token), None, Vec::new()),
            SessionMode::Cookie => {
                let set = |name, value: &str, same_site| app.cookies().set(name, value, same_site, life);
                let refresh = set(cookies::REFRESH, &tokens.refresh_token, SameSite::Strict);
                let session = set(cookies::SESSION, &tokens.session_cookie, SameSite::Lax);
                let csrf_token = app.csrf().issue_to_session(tokens.session_id, app.random());
                (None, Some(csrf_token), vec![refresh, session])
            }
        };
        let tokens = Tokens {
            access_token: tokens.access_token,
            token_type: "Bearer",
            expires_in: tokens.expires_in,
            refresh_token,
            csrf_token,
            session_id: tokens.session_id,
            device_token: None,
        };
        Self { tokens, cookies }
    }

    /// With what the device keeps to be known again.
    pub fn remembered(mut self, app: &App, mode: SessionMode, device: String) -> Self {
        match mode {
            SessionMode::Token => self.tokens.device_token = Some(device),
            SessionMode::Cookie => self.cookies.push(known_device::cookie(app, &device)),
        }
        self
    }

    /// The answer: what `body` makes of the tokens, with the cookies.
    pub fn respond<R: IntoResponse>(self, body: impl FnOnce(Tokens) -> R) -> Response {
        with_cookies(self.cookies, body(self.tokens))
    }
}

/// `reply` with `cookies`.
pub(super) fn with_cookies(cookies: Vec<HeaderValue>, reply: impl IntoResponse) -> Response {
    let headers: Vec<_> = cookies.into_iter().map(|cookie| (SET_COOKIE, cookie)).collect();
    (AppendHeaders(headers), reply).into_response()
}

/// The cookies that take a session away from a browser.
pub(super) fn cleared(app: &App) -> Vec<HeaderValue> {
    let cookies = app.cookies();
    vec![cookies.clear(cookies::REFRESH, SameSite::Strict), cookies.clear(cookies::SESSION, SameSite::Lax)]
}

/// How the browser or program that sent `headers` holds `session`: by its cookie, if that is the session's.
pub(super) fn mode_of(app: &App, headers: &HeaderMap, session: GrantId) -> SessionMode {
    let cookie = app.cookies().read(headers, cookies::REFRESH).and_then(csrf::session_of);
    if cookie == Some(session.to_string()) { SessionMode::Cookie } else { SessionMode::Token }
}
