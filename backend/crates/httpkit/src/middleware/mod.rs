//! What happens to every request before a route sees it, and to every answer before it leaves.
//!
//! Outermost first: request id → trace span → panic → timeout → body limit → compression → rate limit → routes; 404 and
//! 405 in the envelope, bounds on address and headers, no bearer token in the address, security headers on everything.
//!
//! All of it is **one** layer ([`stack`]) instead of ten from a shelf. This is the hottest code of the house: each layer of
//! its own costs every request a clone of everything below it and a boxed future, about as much as a store read when there
//! are ten. Here a `GET` that fails nowhere pays for one box, one id, one clock reading and a few static headers; spans, body
//! accounting and compression cost nothing where they are not needed. To add a step, write it in a file of its own as a
//! plain function over a request or a response, and name it in `stack.rs` in the right place.

mod body;
mod compression;
pub mod cors;
mod headers;
mod naming;
mod refusal;
mod request_id;
mod stack;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;

use crate::error::{Error, Kind};
use crate::services::Services;

pub use body::larger_body;
pub use naming::{FrontDoor, name_call};
pub(crate) use refusal::refuse;
pub(crate) use request_id::RequestId;
pub use request_id::X_REQUEST_ID;

/// In which form a refusal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// The envelope of the API; under `/oauth/` and `/.well-known/` nevertheless as [`Style::OAuth`].
    Envelope,
    /// `{"error", "error_description"}`, as RFC 6749 section 5.2 has it.
    OAuth,
}

impl Style {
    /// The form for a request of `path`: what the OAuth RFCs define is answered as they say, whichever server it is.
    pub(crate) fn at(self, path: &str) -> Self {
        match self {
            Self::Envelope if path.starts_with("/oauth/") || path.starts_with("/.well-known/") => Self::OAuth,
            style => style,
        }
    }
}

/// Puts the whole stack around `router`, which must have all its routes: unknown paths become 404 and wrong methods 405
/// with `Allow`. `style` is the form of every answer that no handler makes.
///
/// Bodies are bounded by `http.body_limit`; a route that takes more says so with [`larger_body`]. A handler that cannot
/// go on without the body's end needs no timeout of its own.
pub fn public_stack(router: Router, services: &Services, style: Style) -> Router {
    router
        .fallback(async move |request: Request| -> Response {
            let error = Error::new(Kind::NotFound, "no_such_path", "There is nothing at this address");
            refuse(error, style.at(request.uri().path()))
        })
        .layer(stack::StackLayer::new(services, style))
}
