//! The page for a request that can be sent nowhere: it says what is wrong and, where that is safe, links to the app.
//!
//! Plain HTML without a script; the style is allowed by its hash. What an app's developer wrote is escaped.

use std::borrow::Cow;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::{Html, IntoResponse, Response};
use data_encoding::BASE64;
use http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use http::{HeaderValue, StatusCode};
use httpkit::WayBack;

use crate::clients::Client;
use crate::oauth::answer::never_cache;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1.125rem/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem}\
h1{font-size:1.5rem;line-height:1.3}";

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = BASE64.encode(digest(&SHA256, STYLE.as_bytes()).as_ref());
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("a policy is ASCII")
});

/// A page for people.
#[derive(Debug)]
pub(crate) struct ErrorPage {
    status: StatusCode,
    title: &'static str,
    words: &'static str,
    /// Where to go on: the app's own page and its name.
    app: Option<WayBack>,
}

impl ErrorPage {
    pub(super) const NO_APP: Self = Self::bad(
        "This app is not known here",
        "The link that brought you here names an app that is not registered, or no app at all. Its developer can mend \
         that (client_id).",
    );
    pub(super) const NO_REDIRECT_URI: Self = Self::bad(
        "This link is incomplete",
        "The app did not say where to send you afterwards. Its developer can mend that (redirect_uri).",
    );
    pub(crate) const WRONG_REDIRECT_URI: Self = Self::bad(
        "This link does not belong to the app",
        "The app asked to send you to an address that it has not registered, so we do not send you there. Its developer \
         can mend that (redirect_uri).",
    );
    pub(crate) const ANOTHER_APP: Self = Self::bad(
        "This link names two apps",
        "The app that is named is another one than the ID token was made for. Its developer can mend that (client_id).",
    );
    pub(crate) const UNREADABLE: Self = Self::bad("This link cannot be read", "Go back to the app and start again.");

    const fn bad(title: &'static str, words: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, title, words, app: None }
    }

    pub(super) fn expired(client: &Client, redirect_uri: &str) -> Self {
        let words = "It was not used in time. Go back to the app and start again.";
        Self { app: Some(client.way_back(redirect_uri)), ..Self::bad("This link has expired", words) }
    }

    pub(super) fn finished(client: &Client, redirect_uri: &str) -> Self {
        let words = "You have decided on this request before. If you wanted something else, go back to the app and start again.";
        let app = Some(client.way_back(redirect_uri));
        Self { status: StatusCode::CONFLICT, app, ..Self::bad("This is done already", words) }
    }

    /// The store did not answer; the log says why.
    pub(crate) fn of_store(error: &store::Error) -> Self {
        tracing::error!(%error, "an authorization request failed: {error}");
        let words = "Tapri cannot do this just now. Try again in a moment.";
        Self { status: StatusCode::SERVICE_UNAVAILABLE, ..Self::bad("One moment, please", words) }
    }

    pub(crate) fn answer(&self) -> Response {
        let link = self.app.as_ref().and_then(|app| {
            let uri = app.uri.as_deref()?;
            Some(format!("<p><a href=\"{}\">{}</a></p>", escaped(uri), escaped(&app.name)))
        });
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title} · Tapri</title><style>{STYLE}</style></head>\
             <body><main><h1>{title}</h1><p>{words}</p>{link}</main></body></html>",
            title = self.title,
            words = self.words,
            link = link.unwrap_or_default(),
        );
        let headers = [
            (CONTENT_SECURITY_POLICY, POLICY.clone()),
            (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ];
        let mut response = (self.status, headers, Html(html)).into_response();
        never_cache(response.headers_mut());
        response
    }
}

pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text.into();
    }
    let escape = |character: char| match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escape).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_developer_wrote_is_escaped() {
        assert_eq!(escaped("<b>\"A\" & 'B'</b>"), "&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;");
    }
}
