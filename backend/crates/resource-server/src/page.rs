//! `GET /`: a page made by hand, to try the server with nothing else running. Its files are in `backend/static`.
//!
//! They are in the binary. The page may run its own script and style only and call nothing but this server; pictures it
//! shows also from the origin, since that is what their addresses name. To add a file, add it to [`FILES`].

use axum::Router;
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue};
use httpkit::settings::Settings;
use url::{Host, Url};

use crate::app::App;

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, type, content.
const FILES: [(&str, &str, &str); 9] = [
    ("/", HTML, include_str!("../../../static/index.html")),
    ("/page.css", STYLE, include_str!("../../../static/page.css")),
    ("/page.js", SCRIPT, include_str!("../../../static/page.js")),
    ("/calls.js", SCRIPT, include_str!("../../../static/calls.js")),
    ("/fields.js", SCRIPT, include_str!("../../../static/fields.js")),
    ("/limits.js", SCRIPT, include_str!("../../../static/limits.js")),
    ("/log.js", SCRIPT, include_str!("../../../static/log.js")),
    ("/ask.js", SCRIPT, include_str!("../../../static/ask.js")),
    ("/oauth.js", SCRIPT, include_str!("../../../static/oauth.js")),
];

pub(crate) fn routes(settings: &Settings) -> Router<App> {
    let policy = HeaderValue::try_from(policy(settings)).expect("an origin is visible ASCII");
    let origin = settings.origin.clone();
    FILES.into_iter().fold(Router::new(), |router, (path, content_type, content)| {
        let (policy, origin) = (policy.clone(), origin.clone());
        let show = async move |uri: Uri, headers: HeaderMap| match under_its_name(&origin, &uri, &headers) {
            Some(elsewhere) => Redirect::to(&elsewhere).into_response(),
            None => file(content_type, content, policy.clone()),
        };
        router.route(path, get(show))
    })
}

fn policy(settings: &Settings) -> String {
    let origin = settings.origin_text();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: {origin}; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

fn file(content_type: &'static str, content: &'static str, policy: HeaderValue) -> Response {
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Where a page of this server is to be opened instead, when it was asked for under another name of the loopback than the
/// origin's: cookies belong to one host name, and consent is given under the origin's. The port stays.
pub(crate) fn under_its_name(origin: &Url, uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let asked = headers.get(HOST)?.to_str().ok()?;
    let mut page = Url::parse(&format!("http://{asked}/")).ok()?;
    let other_name = page.host() != origin.host() && is_loopback(&page.host()?) && is_loopback(&origin.host()?);
    if !other_name {
        return None;
    }
    page.set_host(origin.host_str()).ok()?;
    page.set_path(uri.path());
    page.set_query(uri.query());
    Some(page.into())
}

/// Whether a browser on this machine reaches this machine by that name.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback() || address.is_unspecified(),
        Host::Ipv6(address) => address.is_loopback() || address.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_made_of_the_files_that_are_served_and_of_nothing_else() {
        for (path, _, content) in FILES {
            for outside in
                ["src=\"http", "<link rel=\"stylesheet\" href=\"http", "@import", "from 'http", " onclick=", " style="]
            {
                assert!(!content.contains(outside), "{path}: {outside}");
            }
            let named = content.split("from './").skip(1).filter_map(|rest| rest.split('\'').next());
            for module in named {
                assert!(FILES.iter().any(|(path, ..)| path[1..] == *module), "{path} wants {module}");
            }
        }
    }

    #[test]
    fn another_name_of_the_loopback_becomes_the_origins() {
        let origin = Url::parse("http://localhost:3000").unwrap();
        let asked = |host: &str| {
            let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_str(host).unwrap())]);
            under_its_name(&origin, &"/docs/?a=b".parse().unwrap(), &headers)
        };
        assert_eq!(asked("127.0.0.1:5000").as_deref(), Some("http://localhost:5000/docs/?a=b"));
        assert_eq!(asked("[::1]:5000").as_deref(), Some("http://localhost:5000/docs/?a=b"));
        assert_eq!(asked("localhost:5000"), None);
        assert_eq!(asked("tapri.example"), None);
    }
}
