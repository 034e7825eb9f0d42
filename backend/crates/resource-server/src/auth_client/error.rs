//! Why a call did not bring what it was made for, and what that is to a caller of ours.

use std::error::Error as StdError;
use std::time::Duration;

use http::StatusCode;
use httpkit::auth_wire::WireError;
use httpkit::{Error, Kind};

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The auth server understood and said no.
    #[error("the auth server refused with {status}: {refusal}")]
    Refused {
        /// Its status: a 4xx.
        status: StatusCode,
        /// Its reason.
        refusal: WireError,
    },
    /// It could not be reached, or hung up.
    #[error("the auth server does not answer")]
    Unreachable(#[source] Box<dyn StdError + Send + Sync>),
    /// It took too long.
    #[error("the auth server did not answer within {0:?}")]
    Late(Duration),
    /// It answered with what no auth server of ours answers, or we asked what cannot be asked.
    #[error("the auth server and this one do not understand each other: {0}")]
    Misunderstood(String),
}

/// The refusals that our own callers may read as a reason of ours.
const KNOWN: &[&str] = &[
    "alg_invalid",
    "app_not_authorized",
    "auth_method_invalid",
    "backchannel_logout_uri_invalid",
    "client_has_no_secret",
    "client_is_public",
    "client_name_invalid",
    "client_not_found",
    "client_uri_invalid",
    "consent_undecided",
    "device_code_not_found",
    "flow_not_yours",
    "grant_types_invalid",
    "invalid_grant",
    "jwks_invalid",
    "jwks_uri_invalid",
    "logo_invalid",
    "pkce_required",
    "post_logout_redirect_uri_invalid",
    "profile_invalid",
    "reauthentication_required",
    "redirect_uri_invalid",
    "request_expired",
    "request_finished",
    "request_invalid",
    "scope_invalid",
    "session_below_floor",
    "session_not_found",
    "session_over",
    "too_many_apps",
    "uri_invalid",
];

impl CallError {
    /// Whether the auth server refused for the reason `slug`.
    pub fn is(&self, slug: &str) -> bool {
        matches!(self, Self::Refused { refusal, .. } if refusal.error == slug)
    }

    pub(super) fn unreachable(error: hyper_util::client::legacy::Error) -> Self {
        Self::Unreachable(error.into())
    }

    pub(super) fn cut(error: Box<dyn StdError + Send + Sync>) -> Self {
        Self::Unreachable(error)
    }

    pub(super) fn unwritten(error: impl std::fmt::Display) -> Self {
        Self::Misunderstood(format!("a request could not be written: {error}"))
    }

    pub(super) fn misread(status: StatusCode, error: &serde_json::Error) -> Self {
        Self::Misunderstood(format!("its answer {status} cannot be read: {error}"))
    }

    pub(super) fn refused(status: StatusCode, body: &[u8]) -> Self {
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Self::Unreachable(format!("it answered {status}").into());
        }
        match serde_json::from_slice(body) {
            Ok(refusal) => Self::Refused { status, refusal },
            Err(error) => Self::misread(status, &error),
        }
    }
}

impl From<CallError> for Error {
    /// Slugs that we know are passed on with their words and status; silence is 503; anything else is our mistake.
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused { status, refusal } => passed_on(status, refusal),
            CallError::Unreachable(_) | CallError::Late(_) => Self::unavailable(error),
            CallError::Misunderstood(_) => Self::internal(error),
        }
    }
}

fn passed_on(status: StatusCode, refusal: WireError) -> Error {
    let known = KNOWN.iter().copied().find(|slug| *slug == refusal.error);
    let (Some(reason), Some(kind)) = (known, kind_of(status)) else {
        return Error::internal(CallError::Refused { status, refusal });
    };
    let error = match refusal.field {
        Some(field) => Error::invalid(field, reason, refusal.error_description),
        None => Error::new(kind, reason, refusal.error_description),
    };
    error.way_back(refusal.way_back)
}

fn kind_of(status: StatusCode) -> Option<Kind> {
    match status {
        StatusCode::BAD_REQUEST => Some(Kind::Unreadable),
        StatusCode::FORBIDDEN => Some(Kind::Forbidden),
        StatusCode::NOT_FOUND => Some(Kind::NotFound),
        StatusCode::CONFLICT => Some(Kind::Conflict),
        StatusCode::GONE => Some(Kind::Gone),
        StatusCode::UNPROCESSABLE_ENTITY => Some(Kind::Invalid),
        // 401 is a wrong service credential: an operator's matter, never the caller's.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Error {
        CallError::refused(StatusCode::from_u16(status).unwrap(), body.as_bytes()).into()
    }

    #[test]
    fn a_known_refusal_is_passed_on_with_its_words() {
        let error = answered(409, r#"{"error":"request_finished","error_description":"This request is over"}"#);
        assert_eq!((error.kind(), error.reason()), (Kind::Conflict, "request_finished"));
        assert_eq!(error.to_string(), "This request is over (request_finished)");
    }

    #[test]
    fn a_refused_field_is_an_invalid_field() {
        let body = r#"{"error":"redirect_uri_invalid","error_description":"No","field":"redirect_uris"}"#;
        let error = answered(422, body);
        assert_eq!((error.kind(), error.reason()), (Kind::Invalid, "redirect_uri_invalid"));
    }

    #[test]
    fn what_is_between_the_servers_stays_there() {
        let no_credential = answered(401, r#"{"error":"invalid_token","error_description":"Who are you?"}"#);
        assert_eq!(no_credential.kind(), Kind::Internal);
        assert_eq!(answered(400, r#"{"error":"surprise","error_description":"!"}"#).kind(), Kind::Internal);
        assert_eq!(answered(404, "<html>").kind(), Kind::Internal);
        assert_eq!(answered(503, "").kind(), Kind::Unavailable);
    }
}
