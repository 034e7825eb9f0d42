//! The parameters of a request, as RFC 6749 section 3.1 wants them read: none twice, an empty one is none, unknown ones
//! are ignored. Every value is a text; there is no way to send an operator.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use httpkit::Kind;
use url::form_urlencoded;

use super::answer::OAuthError;
use crate::error::{Error, Result};

/// More than any request of ours has.
const MOST: usize = 100;

/// Parameters from a query string or a form.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `application/x-www-form-urlencoded`.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(encoded).take(MOST);
        Self(pairs.map(|(name, value)| (Cow::into_owned(name), Cow::into_owned(value))).collect())
    }

    /// The value of `name`, if it has one.
    ///
    /// # Errors
    /// `invalid_request` where it was sent twice.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>> {
        let mut values = self.0.iter().filter(|(sent, _)| sent == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Error::invalid_request(format!("{name} was sent twice")));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// `invalid_request` where it is missing or was sent twice.
    pub(crate) fn required(&self, name: &str) -> Result<&str> {
        self.one(name)?.ok_or_else(|| Error::invalid_request(format!("{name} is missing")))
    }

    /// All values of `name`, for the few parameters that may be repeated.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(sent, value)| sent == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Whether `name` was sent at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(sent, _)| sent == name)
    }
}

/// The form of a POST to an endpoint for programs, with the query beside it, where nothing secret may be.
#[derive(Debug)]
pub(crate) struct Form(pub Params);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = OAuthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthError> {
        let query = Params::parse(request.uri().query().unwrap_or_default().as_bytes());
        if query.has("client_secret") || query.has("client_assertion") {
            return Err(Error::invalid_request("A secret never belongs into an address. Send it in the body").into());
        }
        read_form(request, state).await.map(Self)
    }
}

/// The parameters of a form.
///
/// # Errors
/// `invalid_request` for a body of another kind, or one that did not arrive whole; 413 for one that is too large.
pub(crate) async fn read_form<S: Send + Sync>(request: Request, state: &S) -> Result<Params, OAuthError> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let words = "Send the parameters as a form: Content-Type: application/x-www-form-urlencoded";
        return Err(Error::invalid_request(words).into());
    }
    let body = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status().as_u16() {
        413 => Error::refused(Kind::TooLarge, "invalid_request", "The body is too large"),
        _ => Error::invalid_request("The body did not arrive whole"),
    })?;
    Ok(Params::parse(&body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_sent_twice_is_refused_and_an_empty_one_is_none() {
        let params = Params::parse(b"a=1&b=&c=x%20y&a=2&client_id[$ne]=z");
        assert!(params.one("a").is_err());
        assert_eq!(params.one("b").unwrap(), None);
        assert_eq!(params.one("c").unwrap(), Some("x y"));
        assert_eq!(params.one("client_id").unwrap(), None);
        assert!(params.required("d").is_err());
    }
}
