//! What came back.

use axum::body::Body;
use http::header::{LOCATION, SET_COOKIE};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt as _;
use httpkit::auth_wire::WireError;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub(super) async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The body of a success.
    pub(super) fn ok<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// The status and slug of a refusal on the wire.
    pub(super) fn refusal(&self) -> (u16, String) {
        let error: WireError = serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no refusal: {self:?}"));
        (self.status.as_u16(), error.error)
    }

    /// The status and code of an RFC error, which is never kept by a cache.
    pub(super) fn oauth_error(&self) -> (u16, String) {
        assert_eq!(self.header("cache-control"), "no-store", "{self:?}");
        let body = self.json();
        assert!(body["error_description"].is_string(), "{body}");
        (self.status.as_u16(), body["error"].as_str().unwrap().to_owned())
    }

    /// Where a 303 leads.
    pub(super) fn location(&self) -> Url {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        Url::parse(self.headers[LOCATION].to_str().unwrap()).unwrap()
    }

    /// A parameter of where a 303 leads.
    pub(super) fn param(&self, name: &str) -> Option<String> {
        param(&self.location(), name)
    }

    /// Cookies that were set, name and value.
    pub(super) fn cookies(&self) -> Vec<(String, String)> {
        let pair = |text: &str| {
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        self.headers.get_all(SET_COOKIE).iter().map(|value| pair(value.to_str().unwrap())).collect()
    }
}

/// A parameter of a URL.
pub(super) fn param(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}
