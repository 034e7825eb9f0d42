//! Errors as callers read them, and their one way to HTTP.
//!
//! Few kinds, two audiences: the caller gets a sentence, a field and a stable `reason`; the log gets the cause, once,
//! here, where the answer is written. A slice makes its errors with the constructors below and never writes a status.
//! To add a kind, add a variant to [`Kind`]: the compiler then asks for its status.

mod envelope;
mod kind;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use http::HeaderValue;
use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::context;

pub use envelope::{ErrorDetails, ErrorEnvelope};
pub use kind::Kind;

/// The result of everything that answers a caller.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldIssue {
    /// The field, as a path into the body: `username`, `media_ids[2]`.
    pub field: String,
    /// A sentence that says what is wrong and how to mend it.
    pub issue: String,
    /// A stable slug for programs.
    pub reason: &'static str,
}

impl FieldIssue {
    /// `field` is wrong for `reason`, in the words of `issue`.
    pub fn new(field: impl Into<String>, reason: &'static str, issue: impl Into<String>) -> Self {
        Self { field: field.into(), issue: issue.into(), reason }
    }
}

/// Where a person goes on from an error that ends their way here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WayBack {
    /// Whose it is: the name of an app.
    #[schema(example = "Print shop")]
    pub name: String,
    /// Its page; null where it has none that a browser can open.
    #[schema(example = "https://print.example")]
    pub uri: Option<String>,
}

/// An error on its way to a caller.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    message: Cow<'static, str>,
    reason: &'static str,
    field: Option<Cow<'static, str>>,
    issue: Cow<'static, str>,
    errors: Vec<FieldIssue>,
    way_back: Option<WayBack>,
    headers: Vec<(http::HeaderName, HeaderValue)>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` for `reason` (a slug); `message` is both the headline and the issue until [`Error::issue`].
    pub fn new(kind: Kind, reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self(Box::new(Inner {
            kind,
            issue: message.clone(),
            message,
            reason,
            field: None,
            errors: Vec::new(),
            way_back: None,
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// 404 for a thing of which `message` says what it is: "User not found".
    pub fn not_found(reason: &'static str, message: &'static str) -> Self {
        Self::new(Kind::NotFound, reason, message)
    }

    /// 409.
    pub fn conflict(reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Conflict, reason, message)
    }

    /// 403.
    pub fn forbidden(reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Forbidden, reason, message)
    }

    /// 400.
    pub fn unreadable(reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Unreadable, reason, message)
    }

    /// 422 for one field.
    pub fn invalid(field: impl Into<String>, reason: &'static str, issue: impl Into<String>) -> Self {
        Self::invalid_fields(vec![FieldIssue::new(field, reason, issue)])
    }

    /// 422 for several fields; the first one leads. `issues` must not be empty.
    pub fn invalid_fields(issues: Vec<FieldIssue>) -> Self {
        let first = issues.first().cloned();
        let mut error = Self::new(Kind::Invalid, "invalid", "Some of what you sent is not valid");
        if let Some(first) = first {
            error.0.reason = first.reason;
            error.0.field = Some(first.field.into());
            error.0.issue = first.issue.into();
        }
        error.0.errors = issues;
        error
    }

    /// 401 without a token: RFC 6750 section 3.1 wants a challenge without an error code.
    pub fn token_missing() -> Self {
        Self::new(Kind::Unauthenticated, "token_missing", "Sign in first")
            .issue("This needs an access token: Authorization: Bearer …")
            .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 401 with a token that is not good (RFC 6750 `invalid_token`).
    pub fn token_invalid(reason: &'static str, issue: &'static str) -> Self {
        Self::new(Kind::Unauthenticated, reason, "The access token is not valid").issue(issue).header(
            WWW_AUTHENTICATE,
            HeaderValue::from_static(
                "Bearer error=\"invalid_token\", error_description=\"The access token is not valid\"",
            ),
        )
    }

    /// 403 `insufficient_scope` (RFC 6750), naming the scope that was needed.
    pub fn insufficient_scope(needed: &str) -> Self {
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{needed}\"");
        let error = Self::new(Kind::Forbidden, "insufficient_scope", "The app was not given the right to do this")
            .issue(format!("This needs the scope {needed}"));
        match HeaderValue::from_str(&challenge) {
            Ok(value) => error.header(WWW_AUTHENTICATE, value),
            Err(_) => error,
        }
    }

    /// 429, with how long to wait.
    pub fn too_many(message: impl Into<Cow<'static, str>>, wait: Duration) -> Self {
        Self::new(Kind::TooMany, "too_many_requests", message).retry_after(wait)
    }

    /// 503, with how long to wait. `cause` goes into the log.
    pub fn unavailable(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Kind::Unavailable, "unavailable", "Tapri cannot do this just now. Try again in a moment")
            .retry_after(Duration::from_secs(1))
            .because(cause)
    }

    /// 500. `cause` goes into the log, and nowhere else.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Kind::Internal, "internal", "Something broke on our side. It was written down").because(cause)
    }

    /// 405, with the methods that are allowed (a comma-separated list).
    pub fn method_not_allowed(allowed: Option<HeaderValue>) -> Self {
        let error = Self::new(Kind::MethodNotAllowed, "method_not_allowed", "This address does not answer that method");
        match allowed {
            Some(allowed) => error.header(ALLOW, allowed),
            None => error,
        }
    }

    /// Names the field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// Says more than the headline: what exactly is wrong.
    #[must_use]
    pub fn issue(mut self, issue: impl Into<Cow<'static, str>>) -> Self {
        self.0.issue = issue.into();
        self
    }

    /// Says where a person goes on.
    #[must_use]
    pub fn way_back(mut self, way_back: Option<WayBack>) -> Self {
        self.0.way_back = way_back;
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: http::HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Gives the answer this header instead of every other one of its name.
    #[must_use]
    pub fn replace_header(mut self, name: http::HeaderName, value: HeaderValue) -> Self {
        self.0.headers.retain(|(has, _)| *has != name);
        self.header(name, value)
    }

    /// Adds `Retry-After`, in whole seconds, at least one.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_millis().div_ceil(1000).max(1);
        self.header(RETRY_AFTER, HeaderValue::from(u64::try_from(seconds).unwrap_or(u64::MAX)))
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Its headline, for people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Its stable slug.
    pub fn reason(&self) -> &'static str {
        self.0.reason
    }

    /// Writes the cause to the log, once: where the answer is made.
    pub fn log(&self) {
        let reason = self.0.reason;
        if let Some(cause) = &self.0.cause {
            let cause = chain(cause.as_ref());
            // Here and not from the span, which exists at the level `debug` only.
            let request_id = &*context::current().request_id;
            if self.0.kind == Kind::Internal {
                tracing::error!(reason, request_id, cause, "a request failed: {cause}");
            } else {
                tracing::warn!(reason, request_id, cause, "a request could not be served: {cause}");
            }
        }
    }
}

/// `error` and everything below it, in one line.
fn chain(error: &(dyn StdError + Send + Sync)) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        line.push_str(": ");
        line.push_str(&error.to_string());
        source = error.source();
    }
    line
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} ({})", self.0.message, self.0.reason)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_ref().map(|cause| cause.as_ref() as &(dyn StdError + 'static))
    }
}

impl From<store::Error> for Error {
    /// What no slice has translated is ours: a stopped store is 503, a race lost for good 409, anything else 500.
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable(_) => Self::unavailable(error),
            store::Error::Stale { .. } => {
                Self::conflict("changed_meanwhile", "Somebody changed this at the same moment. Try again")
                    .because(error)
            }
            store::Error::Duplicate { .. } | store::Error::Decode { .. } | store::Error::Engine(_) => {
                Self::internal(error)
            }
        }
    }
}
