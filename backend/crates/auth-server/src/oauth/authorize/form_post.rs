//! The answer as a form (OAuth 2.0 Form Post Response Mode): a page that posts itself to the app.
//!
//! It is allowed its one script by hash, and posts anywhere: browsers apply `form-action` to every redirect that follows,
//! and where an app sends its people afterwards is not ours to say. The address is the app's registered redirect URI.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::{Html, IntoResponse, Response};
use data_encoding::BASE64;
use http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use http::{HeaderMap, HeaderValue};
use httpkit::cookies::FLOW_PREFIX;
use serde::{Deserialize, Serialize};
use store::Time;
use subtle::ConstantTimeEq;

use super::page::{ErrorPage, escaped};
use super::{Pending, Stop};
use crate::core::Core;
use crate::oauth::answer::never_cache;

const SCRIPT: &str = "document.forms[0].submit()";

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = BASE64.encode(digest(&SHA256, SCRIPT.as_bytes()).as_ref());
    let policy = format!("default-src 'none'; script-src 'sha256-{hash}'; base-uri 'none'; frame-ancestors 'none'");
    HeaderValue::try_from(policy).expect("a policy is ASCII")
});

/// An answer on its way from the consent page to the page that posts it.
#[derive(Serialize, Deserialize)]
pub(super) struct Posted {
    redirect_uri: String,
    params: Vec<(String, String)>,
    /// Only the browser that began posts it.
    flow_cookie: String,
    flow: String,
    until: Time,
}

impl Posted {
    pub(super) fn new(core: &Core, pending: &Pending, params: Vec<(String, String)>) -> Self {
        Self {
            redirect_uri: pending.redirect_uri.clone(),
            params,
            flow_cookie: pending.flow_cookie(),
            flow: pending.flow.clone(),
            until: core.now() + core.lifetimes.code,
        }
    }
}

/// The page for an answer that was sealed for this browser.
pub(super) fn resume(core: &Core, headers: &HeaderMap, sealed: &str) -> Result<Response, Stop> {
    let posted: Posted = core.seals.answer.open(sealed).map_err(|_| Stop::Page(ErrorPage::UNREADABLE))?;
    let cookies = core.cookies.read_prefixed(headers, FLOW_PREFIX);
    let mut flows = cookies.iter().filter(|(name, _)| *name == posted.flow_cookie);
    let is_this_browser = match (flows.next(), flows.next()) {
        (Some((_, flow)), None) => bool::from(flow.as_bytes().ct_eq(posted.flow.as_bytes())),
        _ => false,
    };
    if !is_this_browser || core.now() >= posted.until {
        return Err(Stop::Page(ErrorPage::UNREADABLE));
    }
    Ok(page(&posted.redirect_uri, &posted.params))
}

/// The page that posts `params` to `redirect_uri`.
pub(super) fn page(redirect_uri: &str, params: &[(String, String)]) -> Response {
    let input = |(name, value): &(String, String)| {
        format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value))
    };
    let inputs: String = params.iter().map(input).collect();
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Back to the app · Tapri</title></head>\
         <body><form method=\"post\" action=\"{}\">{inputs}<noscript><button>Continue</button></noscript></form>\
         <script>{SCRIPT}</script></body></html>",
        escaped(redirect_uri),
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY.clone()),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    let mut response = (headers, Html(html)).into_response();
    never_cache(response.headers_mut());
    response
}
