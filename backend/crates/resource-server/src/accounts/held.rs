//! What a caller of refresh and logout holds: a refresh token in the body, or one in a cookie.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use httpkit::cookies;
use httpkit::extract::Json;
use httpkit::{Error, Kind, Result};
use serde::Deserialize;
use utoipa::ToSchema;

use super::tokens::SessionMode;
use crate::app::App;

/// `{"refresh_token": …}`; nothing where a cookie holds it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshBody {
    /// The refresh token, in token mode.
    #[serde(default)]
    refresh_token: Option<String>,
}

/// What was sent.
#[derive(Debug)]
pub(super) enum Held {
    /// A refresh token, and how it came; a cookie's CSRF token was found good.
    Token(SessionMode, String),
    /// No refresh token at all.
    Nothing,
}

impl FromRequest<App> for Held {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::new(body), app)
            .await
            .map_err(|_| Error::new(Kind::Unreadable, "body_unreadable", "The body did not arrive whole"))?;
        let headers = parts.headers.clone();
        // Clients made from the document may say that there is no body by sending `null`.
        let sent = if matches!(bytes.trim_ascii(), b"" | b"null") {
            RefreshBody::default()
        } else {
            Json::<RefreshBody>::from_request(Request::from_parts(parts, Body::from(bytes)), app).await?.0
        };
        if let Some(token) = sent.refresh_token {
            return Ok(Self::Token(SessionMode::Token, token));
        }
        let Some(token) = app.cookies().read(&headers, cookies::REFRESH) else { return Ok(Self::Nothing) };
        app.csrf().check(&headers)?;
        Ok(Self::Token(SessionMode::Cookie, token.to_owned()))
    }
}
