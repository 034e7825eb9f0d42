//! One origin for everything: the web app's files out of the binary itself, all else to the resource server.
//!
//! It decides by the path alone ([`paths`]) and adds nothing to what the resource server answers: no check, no header, no
//! rewriting. It keeps no state and reads no document. To give one more path to the resource server, add it to
//! [`paths`], to `frontend/scripts/backend-paths.js` and to the proxies in `deploy/`.

mod files;
mod origin;
mod pages;
mod paths;

use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use httpkit::proxy::Forwarder;
use httpkit::settings::Settings;
use tower::ServiceExt;

use crate::origin::Origin;

/// Where the resource server is.
#[derive(Debug)]
pub enum Upstream {
    /// In this process: its router is called, without a hop.
    InProcess(Router),
    /// A process of its own; requests are forwarded.
    Http(Forwarder),
}

/// The routes of the one origin. `/healthz` is the gateway's own and says only that it runs.
pub fn router(settings: &Settings, upstream: Upstream) -> Router {
    let servers = match upstream {
        Upstream::InProcess(router) => router,
        Upstream::Http(forwarder) => {
            Router::new().fallback(async move |request: Request| forwarder.forward(request).await)
        }
    };
    let pages = pages::router(Origin::new(&settings.origin), files::EMBEDDED);
    Router::new().route("/healthz", get(async || "ok\n")).fallback(async move |request: Request| {
        let room = if paths::is_servers(request.uri().path()) { &servers } else { &pages };
        room.clone().oneshot(request).await
    })
}
