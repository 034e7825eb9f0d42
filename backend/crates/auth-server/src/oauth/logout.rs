//! `/oauth/logout` (OpenID Connect RP-Initiated Logout): an app sends the browser here to have the person signed out.
//!
//! An ID token of ours that belongs to this browser's session is proof enough. Everybody else is asked on a page of the web
//! app: any site can send a browser here. Without such a token nobody is sent on to an app afterwards, and with one only
//! to an address that the app has registered for it. A POST is answered with a GET of the same, sealed, because browsers
//! send no `Lax` cookie with another site's POST.

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use http::HeaderMap;
use http::header::SET_COOKIE;
use httpkit::auth_wire::{LogoutQuestion, LogoutView};
use httpkit::cookies::{REFRESH, SESSION, SameSite};
use httpkit::{ClientId, Kind};
use serde::{Deserialize, Serialize};
use store::Time;
use url::form_urlencoded;

use super::authorize::{ErrorPage, see_other};
use super::params::{Params, read_form};
use super::token::read_hint;
use crate::clients::{self, Client};
use crate::core::Core;
use crate::error::{Error, Result};
use crate::grants::Grant;
use crate::sessions::{self, SessionCookie};

const LONGEST_STATE: usize = 2048;

/// What an app asked for, as far as it may be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Logout {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<ClientId>,
    /// The session that the app's ID token is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<OfSession>,
    /// Where to go afterwards, with `state` in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    iat: Time,
}

impl Logout {
    /// No app asks: the person is asked, and stays here.
    fn of_nobody(now: Time) -> Self {
        Self { client: None, hint: None, next: None, iat: now }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OfSession {
    sub: String,
    sid: String,
}

/// Signs the person out of this browser, for an app.
///
/// With an ID token of this browser's session the person is signed out and sent to the app; otherwise they are asked first.
#[utoipa::path(
    get, path = "/oauth/logout", tag = "oauth",
    params(
        ("id_token_hint" = Option<String>, Query, description = "An ID token of the session, also one that has expired"),
        ("client_id" = Option<String>, Query, description = "The app; the same as in the ID token"),
        ("post_logout_redirect_uri" = Option<String>, Query, description = "One that the app has registered for it; only with `id_token_hint`"),
        ("state" = Option<String>, Query, description = "Sent along there"),
        ("logout_hint" = Option<String>, Query, description = "Accepted; the person is asked by name anyway"),
        ("ui_locales" = Option<String>, Query, description = "Accepted; the page speaks the person's language"),
    ),
    responses(
        (status = 303, description = "Back to the app, or to the page that asks"),
        (status = 400, description = "A page: the app asks for what it has not registered", content_type = "text/html"),
    ),
)]
pub(crate) async fn get(State(core): State<Arc<Core>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let asked = match params.one("request") {
        Ok(Some(sealed)) => Ok(open(&core, sealed).unwrap_or_else(|| Logout::of_nobody(core.now()))),
        _ => read(&core, &params).await,
    };
    let answered = match asked {
        Ok(logout) => conclude(&core, &headers, &logout).await.map_err(|error| page_of(&error)),
        Err(page) => Err(page),
    };
    answered.unwrap_or_else(|page| page.answer())
}

/// Signs the person out, as [`get`] does, with the parameters in a form.
#[utoipa::path(
    post, path = "/oauth/logout", tag = "oauth",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of the GET"),
    responses((status = 303, description = "To the same by GET"), (status = 400, description = "A page", content_type = "text/html")),
)]
pub(crate) async fn post(State(core): State<Arc<Core>>, request: Request) -> Response {
    let asked = match read_form(request, &()).await {
        Ok(params) => read(&core, &params).await,
        Err(_) => Err(ErrorPage::UNREADABLE),
    };
    match asked {
        Ok(logout) => see_other(&format!("{}/oauth/logout?request={}", core.issuer, seal(&core, &logout))),
        Err(page) => page.answer(),
    }
}

/// What the page that asks shows.
///
/// # Errors
/// `request_invalid`.
pub(crate) async fn view(core: &Core, question: LogoutQuestion) -> Result<LogoutView> {
    let words = "This link cannot be read, or has expired";
    let logout =
        open(core, &question.request).ok_or_else(|| Error::refused(Kind::Unreadable, "request_invalid", words))?;
    let client = match &logout.client {
        Some(client) => clients::find(core, client).await?,
        None => None,
    };
    Ok(LogoutView {
        client_id: client.as_ref().map(|client| client.id.clone()),
        client_name: client.as_ref().map(|client| client.name.clone()),
        client_uri: client.and_then(|client| client.uri),
        returns: logout.next.is_some(),
    })
}

async fn read(core: &Core, params: &Params) -> Result<Logout, ErrorPage> {
    let one = |name| params.one(name).map_err(|_| ErrorPage::UNREADABLE);
    let hint = one("id_token_hint")?.and_then(|token| read_hint(core, token));
    let named = one("client_id")?;
    if let (Some(hint), Some(named)) = (&hint, named)
        && hint.aud != named
    {
        return Err(ErrorPage::ANOTHER_APP);
    }
    let id = hint.as_ref().map(|hint| hint.aud.as_str()).or(named).and_then(|id| id.parse().ok());
    let client = match id {
        Some(id) => clients::find(core, &id).await.map_err(|error| page_of(&error))?,
        None => None,
    };
    let next = match (&hint, &client, one("post_logout_redirect_uri")?) {
        (Some(_), Some(client), Some(uri)) => Some(next(client, uri, one("state")?)?),
        _ => None,
    };
    let hint = hint.and_then(|hint| Some(OfSession { sid: hint.sid?, sub: hint.sub }));
    Ok(Logout { client: client.map(|client| client.id), hint, next, iat: core.now() })
}

/// Where the app wants the person afterwards, if it has registered that.
fn next(client: &Client, uri: &str, state: Option<&str>) -> Result<String, ErrorPage> {
    if !client.logout.redirect_uris.iter().any(|registered| registered.matches(uri)) {
        return Err(ErrorPage::WRONG_REDIRECT_URI);
    }
    let Some(state) = state else { return Ok(uri.to_owned()) };
    if state.len() > LONGEST_STATE {
        return Err(ErrorPage::UNREADABLE);
    }
    let separator = if uri.contains('?') { "&" } else { "?" };
    let state = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
    Ok(format!("{uri}{separator}{state}"))
}

/// Ends the session of this browser where the app may have that, or asks.
async fn conclude(core: &Core, headers: &HeaderMap, logout: &Logout) -> Result<Response> {
    let Some(session) = browser_session(core, headers).await? else { return Ok(signed_out(core, logout)) };
    let is_it = |hint: &OfSession| hint.sid == session.id.to_string() && hint.sub == session.sub.to_string();
    if !logout.hint.as_ref().is_some_and(is_it) {
        return Ok(see_other(&format!("{}/logout?request={}", core.issuer, seal(core, logout))));
    }
    match sessions::end_one(core, session.sub, session.id).await {
        // Somebody else was faster, and it is over all the same.
        Ok(()) | Err(Error::Refused(_)) => Ok(signed_out(core, logout)),
        Err(error) => Err(error),
    }
}

/// Nobody is signed in here any more.
fn signed_out(core: &Core, logout: &Logout) -> Response {
    let page = format!("{}/logout", core.issuer);
    let mut response = see_other(logout.next.as_ref().unwrap_or(&page));
    for (name, same_site) in [(REFRESH, SameSite::Strict), (SESSION, SameSite::Lax)] {
        response.headers_mut().append(SET_COOKIE, core.cookies.clear(name, same_site));
    }
    response
}

async fn browser_session(core: &Core, headers: &HeaderMap) -> Result<Option<Grant>> {
    let cookie = core.cookies.read(headers, SESSION).and_then(|value| SessionCookie::open(core, value));
    let Some(cookie) = cookie else { return Ok(None) };
    let session = sessions::find_live(core, cookie.session, cookie.sub).await?;
    Ok(session.map(|session| session.into_document()))
}

fn seal(core: &Core, logout: &Logout) -> String {
    core.seals.logout.seal(logout, &*core.random)
}

/// What was sealed, while it is young.
fn open(core: &Core, sealed: &str) -> Option<Logout> {
    let logout: Logout = core.seals.logout.open(sealed).ok()?;
    (core.now() < logout.iat + core.lifetimes.request).then_some(logout)
}

fn page_of(error: &Error) -> ErrorPage {
    match error {
        Error::Refused(_) => ErrorPage::UNREADABLE,
        Error::Store(error) => ErrorPage::of_store(error),
    }
}
