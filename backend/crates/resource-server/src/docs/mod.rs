//! `/docs`: Swagger UI over the OpenAPI document of both servers' public routes, with a working *Authorize*.
//!
//! Everything comes from this server: the files are in the binary, and the page may load and call nothing else (its
//! policy says so). *Authorize* is the code flow with PKCE like any app's; the page's client is registered at start under a
//! fixed id ([`register_client`]). The document itself is put together in [`document`].

mod document;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use httpkit::auth_wire::OwnClient;
use httpkit::middleware::cors;
use httpkit::settings::listening_url;
use httpkit::{ClientId, Error, Result, json_response};
use tokio::sync::OnceCell;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, oauth};

use crate::app::App;
use crate::page::under_its_name;

pub(crate) use document::{base, finish};

/// Where the document is.
const DOCUMENT: &str = "/api/v1/openapi.json";
/// Where the authorization server sends the page's popup back to.
const REDIRECT: &str = "/docs/oauth2-redirect.html";

/// Scripts and styles of our own only. Swagger UI sets styles on elements and paints its icons as `data:`.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The page, its files and the document; `own` is the part of the document that this server's routes make.
pub(crate) fn routes(own: OpenApi) -> Router<App> {
    let page = Arc::new(page());
    let document = Arc::new(Document { own, whole: OnceCell::new() });
    let (index, files) = (page.clone(), page);
    let show_index = async move |State(app): State<App>, uri: Uri, headers: HeaderMap| match under_its_name(
        &app.settings().origin,
        &uri,
        &headers,
    ) {
        Some(elsewhere) => Ok(Redirect::to(&elsewhere).into_response()),
        None => serve("index.html", index.clone()),
    };
    Router::new()
        .route("/docs", get(async || Redirect::to("/docs/")))
        .route("/docs/", get(show_index))
        .route("/docs/{*path}", get(async move |Path(path): Path<String>| serve(&path, files.clone())))
        .merge(
            Router::new()
                .route(DOCUMENT, get(async move |State(app)| show(&app, &document).await))
                .layer(cors::bearer()),
        )
}

/// Registers the page's client, or brings it up to date: under the origin, and where this server listens itself.
///
/// Without it everything works but *Authorize*, so a failure is a warning.
pub(crate) async fn register_client(app: &App) {
    let listen = listening_url(app.settings().resource.listen);
    let port = listen.port_or_known_default().unwrap_or_default();
    let places = [app.settings().origin_text(), format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")];
    let client = OwnClient {
        client_name: "Tapri API documentation".to_owned(),
        redirect_uris: places.iter().map(|place| format!("{place}{REDIRECT}")).collect(),
    };
    if let Err(error) = app.auth().put_own_client(&ClientId::docs(), &client).await {
        tracing::warn!(%error, "the client of /docs could not be registered, so its Authorize will not work: {error}");
    }
}

fn page() -> Config<'static> {
    let oauth =
        oauth::Config::new().client_id(ClientId::DOCS).app_name("Tapri").use_pkce_with_authorization_code_grant(true);
    Config::with_oauth_config([DOCUMENT], oauth)
        .doc_expansion("none")
        .try_it_out_enabled(true)
        .display_request_duration(true)
        .validator_url("none")
}

fn serve(path: &str, page: Arc<Config<'static>>) -> Result<Response> {
    let not_found = || Error::not_found("no_such_path", "There is nothing at this address");
    let file = utoipa_swagger_ui::serve(path, page).map_err(|error| Error::internal(error.to_string()))?;
    let file = file.ok_or_else(not_found)?;
    let content_type = HeaderValue::try_from(file.content_type).map_err(Error::internal)?;
    let mut response = (StatusCode::OK, file.bytes.into_owned()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if file.gzpipped {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// The document: this server's part, and the whole as soon as the auth server has told its own.
struct Document {
    own: OpenApi,
    whole: OnceCell<OpenApi>,
}

async fn show(app: &App, document: &Document) -> Response {
    let whole = document
        .whole
        .get_or_try_init(async || app.auth().openapi().await.map(|auth| finish(document.own.clone(), auth)));
    match whole.await {
        Ok(whole) => json_response(StatusCode::OK, whole),
        Err(error) => Error::from(error).into_response(),
    }
}
