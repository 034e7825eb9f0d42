//! The OAuth 2.0 and OpenID Connect endpoints. What they answer is laid down by their RFCs, without our envelope.
//!
//! A folder or file for each endpoint; beside them what they share: [`params`] and [`client_auth`] read a request,
//! [`answer`] writes an answer, [`code`] is the authorization code, [`bonds`] what a grant hangs on. To add an endpoint,
//! write its file, name it in [`router`] and tell of it in [`discovery`].

mod answer;
mod authorize;
mod bonds;
mod client_auth;
mod code;
mod consent;
mod discovery;
mod introspect;
mod params;
mod pkce;
mod resource;
mod revoke;
mod token;

use std::sync::Arc;

use httpkit::middleware::cors;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::core::Core;

pub(crate) use bonds::holds;
pub(crate) use consent::{decide, view};

/// The endpoints, with their description.
pub(crate) fn router() -> OpenApiRouter<Arc<Core>> {
    // Whatever these answer, a page of another origin may read it: they know their caller by what it sends itself.
    let open = OpenApiRouter::new()
        .routes(routes!(token::post))
        .routes(routes!(revoke::post))
        .routes(routes!(introspect::post))
        .routes(routes!(discovery::jwks))
        .routes(routes!(discovery::oauth_metadata))
        .routes(routes!(discovery::openid_configuration))
        .layer(cors::bearer());
    // The authorization endpoint reads a cookie: no page of another origin may read its answer (RFC 9700 section 2.6).
    OpenApiRouter::new().routes(routes!(authorize::get, authorize::post)).merge(open)
}
