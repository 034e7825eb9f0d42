//! `/oauth/authorize` (RFC 6749 section 3.1, OpenID Connect Core section 3.1.2).
//!
//! The order is the safety: the app and its redirect URI first, and until both are good there is no redirect, only a
//! page; then the rest of the request, whose errors go to the app; then the person. A POST is answered with a GET of the
//! same request, sealed, because browsers send no `Lax` cookie with another site's POST.

mod form_post;
mod page;
mod pending;
mod proceed;
mod pushed;
mod redirect;
mod wishes;

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use http::HeaderMap;
use httpkit::ClientId;

pub(crate) use pending::Pending;
pub(crate) use pushed::{PUSHED_PREFIX, read_pushed};
pub(crate) use redirect::{back_to_app, see_other};
pub(crate) use wishes::{Prompt, ResponseMode};

use super::answer::description;
use super::params::{Params, read_form};
use crate::clients::{self, Client};
use crate::core::Core;
use crate::error::{Error, Refusal, Result};
pub(crate) use page::ErrorPage;
use redirect::WayBack;

/// Asks a person to let an app in.
///
/// The app sends the browser here. PKCE (`S256`) is required. The browser is sent back to the redirect URI with `code`,
/// `state` and `iss`, or with `error`; or to a page on which the person signs in and decides.
#[utoipa::path(
    get, path = "/oauth/authorize", tag = "oauth",
    params(
        ("client_id" = String, Query, description = "The app"),
        ("redirect_uri" = String, Query, description = "One of the app's registered redirect URIs, byte for byte"),
        ("response_type" = String, Query, description = "Always `code`"),
        ("scope" = String, Query, description = "Scopes, separated by spaces"),
        ("state" = Option<String>, Query, description = "Sent back as it came"),
        ("nonce" = Option<String>, Query, description = "Put into the ID token"),
        ("code_challenge" = String, Query, description = "base64url of the SHA-256 of the verifier (RFC 7636)"),
        ("code_challenge_method" = String, Query, description = "Always `S256`"),
        ("response_mode" = Option<String>, Query, description = "`query`, the default, `fragment` or `form_post`"),
        ("prompt" = Option<String>, Query, description = "`none`, or any of `login`, `consent`, `select_account`"),
        ("max_age" = Option<u32>, Query, description = "How many seconds ago the person may have signed in"),
        ("resource" = Option<String>, Query, description = "For which resource (RFC 8707): this origin, as without it"),
        ("login_hint" = Option<String>, Query, description = "Whom the app expects"),
        ("id_token_hint" = Option<String>, Query, description = "An ID token of the one person whom the app expects"),
        ("claims" = Option<String>, Query, description = "Single claims (OpenID Connect Core section 5.5), which are asked for by their scopes"),
        ("acr_values" = Option<String>, Query, description = "Accepted; everybody signs in by `1`"),
        ("ui_locales" = Option<String>, Query, description = "Languages for the pages, the first that is spoken here counts"),
        ("display" = Option<String>, Query, description = "Accepted; the pages fit every window"),
        ("dpop_jkt" = Option<String>, Query, description = "The thumbprint of the key to which the code is to be bound (RFC 9449)"),
        ("request_uri" = Option<String>, Query, description = "What `/oauth/par` answered, instead of everything but `client_id`"),
    ),
    responses(
        (status = 303, description = "To the app, or to the page where the person decides"),
        (status = 200, description = "With `form_post`: a page that posts the answer to the app", content_type = "text/html"),
        (status = 400, description = "A page: the app or its redirect URI is wrong", content_type = "text/html"),
    ),
)]
pub(crate) async fn get(State(core): State<Arc<Core>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let answer = match (params.one("pushed"), params.one("answer")) {
        (Ok(Some(pushed)), Ok(None)) => resume(&core, &headers, pushed).await,
        (Ok(None), Ok(Some(answer))) => form_post::resume(&core, &headers, answer),
        _ => match begin(&core, &params, &headers).await {
            Ok((client, pending)) => proceed::proceed(&core, &headers, client, pending).await,
            Err(stop) => Err(stop),
        },
    };
    answer.unwrap_or_else(|stop| stop.answer(&core))
}

/// Asks a person to let an app in, as [`get`] does, with the parameters in a form.
#[utoipa::path(
    post, path = "/oauth/authorize", tag = "oauth",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of the GET"),
    responses((status = 303, description = "To the same by GET"), (status = 400, description = "A page", content_type = "text/html")),
)]
pub(crate) async fn post(State(core): State<Arc<Core>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let begun = match read_form(request, &()).await {
        Ok(params) => begin(&core, &params, &headers).await,
        Err(_) => Err(Stop::Page(ErrorPage::UNREADABLE)),
    };
    match begun {
        Ok((_, pending)) => redirect::to_ourselves(&core, &pending),
        Err(stop) => stop.answer(&core),
    }
}

/// Why a request goes no further.
#[derive(Debug)]
enum Stop {
    /// There is nowhere safe to send the browser.
    Page(ErrorPage),
    /// The app is told.
    Redirect { back: Box<WayBack>, error: Error },
}

impl Stop {
    fn answer(self, core: &Core) -> Response {
        match self {
            Self::Page(page) => page.answer(),
            Self::Redirect { back, error } => {
                let (slug, words) = match error {
                    Error::Refused(Refusal { error, words, .. }) => (error, words),
                    Error::Store(error) => {
                        tracing::error!(%error, "an authorization request failed: {error}");
                        ("temporarily_unavailable", "Tapri cannot do this just now".into())
                    }
                };
                redirect::to_app(core, &back, &[("error", slug), ("error_description", &description(&words))])
            }
        }
    }
}

/// Reads a request: first who asks and where to answer, then what is asked.
async fn begin(core: &Core, params: &Params, headers: &HeaderMap) -> Result<(Client, Pending), Stop> {
    if let Ok(Some(request_uri)) = params.one("request_uri")
        && request_uri.starts_with(PUSHED_PREFIX)
    {
        return pushed::open_pushed(core, params, request_uri, headers).await;
    }
    let (client, redirect_uri) = requester(core, params).await?;
    let state = params.one("state").ok().flatten().map(str::to_owned);
    let back = WayBack { redirect_uri, mode: ResponseMode::parse(params).unwrap_or_default(), state };
    if core.requires_par || client.requires_par() {
        let error = Error::invalid_request("This app must send its requests to /oauth/par first (RFC 9126)");
        return Err(Stop::Redirect { back: back.into(), error });
    }
    match Pending::parse(core, &client, back.redirect_uri.clone(), params) {
        Ok(pending) => Ok((client, pending)),
        Err(error) => Err(Stop::Redirect { back: back.into(), error }),
    }
}

async fn requester(core: &Core, params: &Params) -> Result<(Client, String), Stop> {
    let id = params.required("client_id").map_err(|_| Stop::Page(ErrorPage::NO_APP))?;
    let id: ClientId = id.parse().map_err(|_| Stop::Page(ErrorPage::NO_APP))?;
    let client = find_client(core, &id).await?;
    let redirect_uri = params.required("redirect_uri").map_err(|_| Stop::Page(ErrorPage::NO_REDIRECT_URI))?;
    if !client.allows_redirect_to(redirect_uri) {
        return Err(Stop::Page(ErrorPage::WRONG_REDIRECT_URI));
    }
    Ok((client, redirect_uri.to_owned()))
}

async fn find_client(core: &Core, id: &ClientId) -> Result<Client, Stop> {
    match clients::find(core, id).await {
        Ok(Some(client)) => Ok(client),
        Ok(None) | Err(Error::Refused(_)) => Err(Stop::Page(ErrorPage::NO_APP)),
        Err(Error::Store(error)) => Err(Stop::Page(ErrorPage::of_store(&error))),
    }
}

/// Goes on with a request that came by POST.
async fn resume(core: &Core, headers: &HeaderMap, pushed: &str) -> Result<Response, Stop> {
    let pending: Pending = core.seals.posted.open(pushed).map_err(|_| Stop::Page(ErrorPage::UNREADABLE))?;
    let client = find_client(core, &pending.client).await?;
    if pending.is_expired(core) {
        return Err(Stop::Page(ErrorPage::expired(&client, &pending.redirect_uri)));
    }
    if !client.allows_redirect_to(&pending.redirect_uri) {
        return Err(Stop::Page(ErrorPage::WRONG_REDIRECT_URI));
    }
    match core.grants.exists(&pending.request).await {
        Ok(false) => proceed::proceed(core, headers, client, pending.bound_to_browser(core, headers)).await,
        Ok(true) => Err(Stop::Page(ErrorPage::finished(&client, &pending.redirect_uri))),
        Err(error) => Err(Stop::Page(ErrorPage::of_store(&error))),
    }
}
