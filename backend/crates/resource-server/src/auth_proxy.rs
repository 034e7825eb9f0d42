//! What the auth server answers to everybody, passed on as it is: callers see one server.
//!
//! `/oauth/*` but userinfo, which is answered here since the auth server knows no names, and the authorization server's
//! metadata. Nothing is rewritten, checked or counted on the way, and CORS is the auth server's own. The pages below
//! `/oauth` are the web app's and never get here. Internal routes cannot be reached this way: they lie elsewhere.

use axum::Router;
use axum::extract::Request;
use axum::routing::any;
use httpkit::middleware::Style;
use httpkit::proxy::Forwarder;

use crate::app::App;

const PATHS: [&str; 3] =
    ["/oauth/{*rest}", "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

pub(crate) fn routes(app: &App) -> Router<App> {
    let services = &app.0.services;
    let forwarder =
        Forwarder::new(app.auth().base(), services.settings.clone(), services.secrets.service(), Style::OAuth);
    let forward = any(async move |request: Request| forwarder.forward(request).await);
    PATHS.into_iter().fold(Router::new(), |router, path| router.route(path, forward.clone()))
}
