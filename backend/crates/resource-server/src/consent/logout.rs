//! What the page `/logout` shows when an app sent the browser there: which app, and where to go on afterwards. The page
//! ends the session as always (`POST /api/v1/auth/logout`) and then follows `continue_to`; there the auth server sees that
//! nobody is signed in any more, and sends the browser to the app where that is allowed.

use axum::extract::State;
use httpkit::auth_wire::LogoutQuestion;
use httpkit::extract::Query;
use httpkit::{Envelope, Reply, Result};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::ConsentQuery;
use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What an app asks for.
#[derive(Serialize, ToSchema)]
struct LogoutPage {
    /// The app; null where it did not say which, or is not known here.
    client: Option<LogoutClient>,
    /// Where to go when the person has signed out; null where the app gave no address that it has registered.
    continue_to: Option<String>,
}

/// The app.
#[derive(Serialize, ToSchema)]
struct LogoutClient {
    client_id: String,
    client_name: String,
    client_uri: Option<String>,
}

/// Show which app asks to sign out
///
/// For the page that asks the person whether to sign out.
#[utoipa::path(
    get, path = "/logout", tag = "Apps", operation_id = "showLogout",
    params(ConsentQuery),
    responses((status = 200, description = "Who asks", body = Envelope<LogoutPage>))
)]
async fn show(State(app): State<App>, Query(query): Query<ConsentQuery>) -> Result<Reply<LogoutPage>> {
    let question = LogoutQuestion { request: query.request };
    let view = app.auth().view_logout(&question).await?;
    let client = view.client_id.zip(view.client_name).map(|(client_id, client_name)| LogoutClient {
        client_id: client_id.into(),
        client_name,
        client_uri: view.client_uri,
    });
    // A seal is base64url and dots, which an address takes as they are.
    let continue_to = view.returns.then(|| format!("/oauth/logout?request={}", question.request));
    Ok(Reply::ok("Sign out?", LogoutPage { client, continue_to }))
}
