//! What `/oauth/register` answers: everything that is registered (RFC 7591 section 3.2.1), or why not.

use axum::response::{IntoResponse, Response};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};
use httpkit::auth_wire::ClientOptions;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::answer::{OAuthError, OAuthErrorBody, uncached};
use crate::clients::{Client, GrantType, options_of};
use crate::core::Core;
use crate::error::Error;

/// A registration.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Registration {
    /// The app.
    pub client_id: String,
    /// Seconds since the epoch.
    pub client_id_issued_at: i64,
    /// Shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// Of an app that has a secret: always 0, it does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret_expires_at: Option<i64>,
    /// With which the app keeps this registration; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_access_token: Option<String>,
    /// Where.
    pub registration_client_uri: String,
    /// What people read when it asks.
    pub client_name: String,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
    /// How it may get tokens.
    pub grant_types: Vec<&'static str>,
    /// `code`, or none.
    pub response_types: Vec<&'static str>,
    /// What it may ask for, separated by spaces.
    pub scope: String,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Always `public`.
    pub subject_type: &'static str,
    /// The rest.
    #[serde(flatten)]
    pub options: ClientOptions,
}

/// What a registration is told from.
pub(super) struct Registered<'a> {
    pub core: &'a Core,
    pub client: &'a Client,
    /// Where it is new.
    pub secret: Option<String>,
    /// Where it is new.
    pub token: Option<String>,
}

impl Registered<'_> {
    pub(super) fn body(self) -> Registration {
        let client = self.client;
        let uses_codes = client.may(GrantType::AuthorizationCode);
        Registration {
            client_id: client.id.as_str().to_owned(),
            client_id_issued_at: client.created_at.as_seconds(),
            client_secret_expires_at: client.auth_method.has_secret().then_some(0),
            client_secret: self.secret,
            registration_access_token: self.token,
            registration_client_uri: format!("{}/oauth/register/{}", self.core.issuer, client.id),
            client_name: client.name.clone(),
            redirect_uris: client.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
            grant_types: client.grant_types.iter().map(|grant_type| grant_type.name()).collect(),
            response_types: if uses_codes { vec!["code"] } else { Vec::new() },
            scope: client.scopes.to_string(),
            client_uri: client.uri.clone(),
            subject_type: "public",
            options: options_of(client),
        }
    }
}

/// Why nothing was done.
pub(crate) enum RegistrationError {
    /// As at the other endpoints.
    OAuth(OAuthError),
    /// A limit was reached.
    Limited(httpkit::Error),
    /// No token, or none for this (RFC 6750 section 3.1).
    NoToken,
}

impl From<Error> for RegistrationError {
    fn from(error: Error) -> Self {
        Self::OAuth(error.into())
    }
}

impl From<store::Error> for RegistrationError {
    fn from(error: store::Error) -> Self {
        Self::OAuth(error.into())
    }
}

impl IntoResponse for RegistrationError {
    fn into_response(self) -> Response {
        match self {
            Self::OAuth(error) => error.into_response(),
            Self::Limited(error) => OAuthError::Limited(error).into_response(),
            Self::NoToken => {
                let words = "The token is missing, or not good for this".to_owned();
                let body = OAuthErrorBody { error: "invalid_token", error_description: words };
                let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
                ([(WWW_AUTHENTICATE, challenge)], uncached(StatusCode::UNAUTHORIZED, &body)).into_response()
            }
        }
    }
}
