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
mod device;
mod discovery;
mod dpop;
mod introspect;
mod logout;
mod par;
mod params;
mod pkce;
mod register;
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
pub(crate) use device::{DeviceAuthorization, UserCodeHasher, decide as decide_device, view as view_device};
pub(crate) use dpop::ProofRules;
pub(crate) use logout::view as view_logout;

/// The endpoints, with their description.
pub(crate) fn router() -> OpenApiRouter<Arc<Core>> {
    // Whatever these answer, a page of another origin may read it: they know their caller by what it sends itself.
    let open = OpenApiRouter::new()
        .routes(routes!(token::post))
        .routes(routes!(device::post))
        .routes(routes!(par::post))
        .routes(routes!(register::post))
        .routes(routes!(register::own::get, register::own::put, register::own::delete))
        .routes(routes!(revoke::post))
        .routes(routes!(introspect::post))
        .routes(routes!(discovery::jwks))
        .routes(routes!(discovery::oauth_metadata))
        .routes(routes!(discovery::openid_configuration))
        .layer(cors::bearer());
    // The authorization endpoint reads a cookie: no page of another origin may read its answer (RFC 9700 section 2.6).
    // So does the logout endpoint.
    let closed = OpenApiRouter::new()
        .routes(routes!(authorize::get, authorize::post))
        .routes(routes!(logout::get, logout::post));
    closed.merge(open)
}
