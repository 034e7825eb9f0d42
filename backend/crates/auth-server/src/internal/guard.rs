//! The service credential, before anything else is read: whoever reaches this port without it gets nothing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use httpkit::Kind;

use super::answer::WireRefusal;
use crate::core::Core;
use crate::error::Error;

pub(super) async fn require_service(State(core): State<Arc<Core>>, request: Request, next: Next) -> Response {
    if shown(request.headers()).is_some_and(|credential| core.secrets.service().matches(credential.as_bytes())) {
        return next.run(request).await;
    }
    let error =
        Error::refused(Kind::Unauthenticated, "service_credential_needed", "This is for the resource server alone");
    WireRefusal(error).into_response()
}

fn shown(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(credential)
}
