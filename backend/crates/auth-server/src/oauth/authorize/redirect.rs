//! Where the browser is sent: to the app, to the consent page, or to ourselves. Always 303, so that a form is never sent
//! on (RFC 9700 section 4.12).

use axum::response::{IntoResponse, Response};
use http::header::{LOCATION, REFERRER_POLICY, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use httpkit::cookies::{FLOW_PREFIX, SameSite};
use url::form_urlencoded;

use super::Pending;
use crate::core::Core;
use crate::oauth::answer::never_cache;

/// So many flows may wait in one browser; older ones are dropped, so that their cookies never outgrow a request.
const MOST_FLOWS: usize = 8;

/// The app's redirect URI with `params`, `state` and `iss` (RFC 9207), which errors carry too.
pub(crate) fn back_to_app(core: &Core, redirect_uri: &str, params: &[(&str, &str)], state: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(params);
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    query.append_pair("iss", &core.issuer);
    let separator = match redirect_uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{redirect_uri}{separator}{}", query.finish())
}

/// To the app.
pub(super) fn to_app(core: &Core, redirect_uri: &str, params: &[(&str, &str)], state: Option<&str>) -> Response {
    see_other(&back_to_app(core, redirect_uri, params, state))
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
    let sealed = core.seals.pushed.seal(pending, &*core.random);
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

fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        // A registered redirect URI is ASCII without control characters, and all else here is encoded.
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let no_referrer = HeaderValue::from_static("no-referrer");
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location), (REFERRER_POLICY, no_referrer)]).into_response();
    never_cache(response.headers_mut());
    response
}
