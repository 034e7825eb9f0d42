//! Where the browser is sent: to the app, to the consent page, or to ourselves. Always 303, so that a form is never sent
//! on (RFC 9700 section 4.12).

use axum::response::{IntoResponse, Response};
use http::header::{LOCATION, REFERRER_POLICY, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use httpkit::cookies::{FLOW_PREFIX, SameSite};
use url::form_urlencoded;

use super::Pending;
use super::form_post::{self, Posted};
use super::wishes::ResponseMode;
use crate::core::Core;
use crate::oauth::answer::never_cache;

/// So many flows may wait in one browser; older ones are dropped, so that their cookies never outgrow a request.
const MOST_FLOWS: usize = 8;

/// Where and how an app is answered.
#[derive(Clone, Debug)]
pub(super) struct WayBack {
    pub redirect_uri: String,
    pub mode: ResponseMode,
    pub state: Option<String>,
}

impl WayBack {
    pub(super) fn of(pending: &Pending) -> Self {
        Self { redirect_uri: pending.redirect_uri.clone(), mode: pending.mode, state: pending.state.clone() }
    }
}

/// Where the consent page sends the browser with `params`: to the app, or to the page of ours that posts them there.
pub(crate) fn back_to_app(core: &Core, pending: &Pending, params: &[(&str, &str)]) -> String {
    let whole = whole(core, params, pending.state.as_deref());
    if pending.mode == ResponseMode::FormPost {
        let sealed = core.seals.answer.seal(&Posted::new(core, pending, whole), &*core.random);
        return format!("{}/oauth/authorize?answer={sealed}", core.issuer);
    }
    address(&pending.redirect_uri, pending.mode, &whole)
}

/// To the app.
pub(super) fn to_app(core: &Core, back: &WayBack, params: &[(&str, &str)]) -> Response {
    let whole = whole(core, params, back.state.as_deref());
    match back.mode {
        ResponseMode::FormPost => form_post::page(&back.redirect_uri, &whole),
        ResponseMode::Query | ResponseMode::Fragment => see_other(&address(&back.redirect_uri, back.mode, &whole)),
    }
}

/// `params` with `state` and `iss` (RFC 9207), which errors carry too.
fn whole(core: &Core, params: &[(&str, &str)], state: Option<&str>) -> Vec<(String, String)> {
    let state = state.map(|state| ("state", state));
    let all = params.iter().copied().chain(state).chain([("iss", core.issuer.as_str())]);
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn address(redirect_uri: &str, mode: ResponseMode, params: &[(String, String)]) -> String {
    let separator = match redirect_uri.split_once('?') {
        // No registered redirect URI has a fragment of its own.
        _ if mode == ResponseMode::Fragment => "#",
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    let params = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    format!("{redirect_uri}{separator}{params}")
}

/// To the page on which the person decides, with the cookie that binds the request to this browser.
pub(super) fn to_consent(core: &Core, headers: &HeaderMap, pending: &Pending) -> Response {
    let sealed = core.seals.pending.seal(pending, &*core.random);
    let mut response = see_other(&format!("{}/oauth/consent?request={sealed}", core.issuer));
    let life = Some(core.lifetimes.request);
    let cookie = core.cookies.set(&pending.flow_cookie(), &pending.flow, SameSite::Lax, life);
    response.headers_mut().append(SET_COOKIE, cookie);
    for name in superfluous_flows(core, headers) {
        response.headers_mut().append(SET_COOKIE, core.cookies.clear(&name, SameSite::Lax));
    }
    response
}

/// To ourselves, by GET.
pub(super) fn to_ourselves(core: &Core, pending: &Pending) -> Response {
    let sealed = core.seals.posted.seal(pending, &*core.random);
    see_other(&format!("{}/oauth/authorize?pushed={sealed}", core.issuer))
}

/// The oldest flows of this browser, where there are too many: request ids sort by time.
fn superfluous_flows(core: &Core, headers: &HeaderMap) -> Vec<String> {
    let mut names: Vec<String> =
        core.cookies.read_prefixed(headers, FLOW_PREFIX).into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.truncate(names.len().saturating_sub(MOST_FLOWS - 1));
    names
}

/// 303 to `location`, which no cache keeps and no `Referer` tells of.
pub(crate) fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        // A registered redirect URI is ASCII without control characters, and all else here is encoded.
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let no_referrer = HeaderValue::from_static("no-referrer");
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location), (REFERRER_POLICY, no_referrer)]).into_response();
    never_cache(response.headers_mut());
    response
}
