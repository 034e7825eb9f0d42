//! Refreshing and ending the session that one holds, and the CSRF token with which it begins.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use httpkit::auth_wire::RefreshSession;
use httpkit::limits::{Limit, Requester};
use httpkit::{Envelope, Error, Kind, Nothing, Reply, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::held::{Held, RefreshBody};
use super::tokens::{self, HandedOut, SessionMode, Tokens};
use crate::app::App;

/// For the next call that cookies stand behind.
#[derive(Serialize, ToSchema)]
pub(super) struct CsrfToken {
    /// Send it as `X-CSRF-Token`.
    csrf_token: String,
}

/// Get a CSRF token
///
/// With the cookie to which it is bound, where the browser has none yet.
#[utoipa::path(
    get, path = "/auth/csrf", tag = "Accounts", operation_id = "getCsrfToken",
    responses((status = 200, description = "The token", body = Envelope<CsrfToken>))
)]
pub(super) async fn csrf(State(app): State<App>, headers: HeaderMap) -> Response {
    let issued = app.csrf().issue(&headers, app.random());
    let reply = Reply::ok("Send this as X-CSRF-Token", CsrfToken { csrf_token: issued.token });
    tokens::with_cookies(issued.cookie.into_iter().collect(), reply)
}

/// Get the next tokens
///
/// With the refresh token in the body, or with the cookie and `X-CSRF-Token`.
#[utoipa::path(
    post, path = "/auth/refresh", tag = "Accounts", operation_id = "refreshSession",
    params(("X-CSRF-Token" = Option<String>, Header, description = "With the cookie; see `GET /api/v1/auth/csrf`")),
    request_body = Option<RefreshBody>,
    responses((status = 200, description = "The next tokens", body = Envelope<Tokens>))
)]
pub(super) async fn refresh(State(app): State<App>, requester: Requester, held: Held) -> Result<Response> {
    app.limits().requester(Limit::Session, requester).await?;
    let Held::Token(mode, refresh_token) = held else { return Err(no_refresh_token()) };
    let refresh = RefreshSession { refresh_token, lenient: mode == SessionMode::Cookie };
    match app.auth().refresh_session(&refresh).await {
        Ok(tokens) => {
            Ok(HandedOut::new(&app, mode, tokens).respond(|tokens| Reply::ok("Here are your new tokens", tokens)))
        }
        Err(error) if error.is("invalid_grant") => Ok(over(&app, mode)),
        Err(error) => Err(error.into()),
    }
}

/// Sign out
///
/// With the refresh token in the body, or with the cookie and `X-CSRF-Token`. Ending what is over already is no error.
#[utoipa::path(
    post, path = "/auth/logout", tag = "Accounts", operation_id = "logout",
    params(("X-CSRF-Token" = Option<String>, Header, description = "With the cookie; see `GET /api/v1/auth/csrf`")),
    request_body = Option<RefreshBody>,
    responses((status = 200, description = "Signed out", body = Envelope<Nothing>))
)]
pub(super) async fn logout(State(app): State<App>, requester: Requester, held: Held) -> Result<Response> {
    app.limits().requester(Limit::Session, requester).await?;
    let signed_out = Reply::done("You are signed out");
    let Held::Token(mode, refresh_token) = held else { return Ok(signed_out.into_response()) };
    match app.auth().end_session_of_token(refresh_token).await {
        Ok(_) => app.follower().catch_up(&app).await,
        // In a browser nothing may stay behind, whatever it held.
        Err(error) if error.is("invalid_grant") && mode == SessionMode::Cookie => {}
        Err(error) if error.is("invalid_grant") => return Ok(over(&app, mode)),
        Err(error) => return Err(error.into()),
    }
    Ok(match mode {
        SessionMode::Token => signed_out.into_response(),
        SessionMode::Cookie => tokens::with_cookies(tokens::cleared(&app), signed_out),
    })
}

fn no_refresh_token() -> Error {
    unauthenticated(
        "refresh_token_missing",
        "Nobody is signed in here",
        "There is neither a refresh token nor its cookie. Sign in",
    )
}

/// The session is no more; a browser also loses its cookies.
fn over(app: &App, mode: SessionMode) -> Response {
    let error = unauthenticated(
        "refresh_token_invalid",
        "Your session is over",
        "This refresh token opens nothing any more. Sign in again",
    );
    match mode {
        SessionMode::Token => error.into_response(),
        SessionMode::Cookie => tokens::with_cookies(tokens::cleared(app), error),
    }
}

fn unauthenticated(reason: &'static str, message: &'static str, issue: &'static str) -> Error {
    Error::new(Kind::Unauthenticated, reason, message)
        .issue(issue)
        .header(http::header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"))
}
