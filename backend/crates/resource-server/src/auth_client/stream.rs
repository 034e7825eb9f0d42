//! What every replica follows: keys and the news of what ended; and, once, which public routes the auth server has.

use std::time::Duration;

use http::Method;
use httpkit::auth_wire::{Events, VerificationKeys};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use utoipa::openapi::OpenApi;

use super::{AuthClient, DEADLINE, Result};

impl AuthClient {
    /// The keys that verify access tokens.
    pub async fn verification_keys(&self) -> Result<VerificationKeys> {
        self.get("keys").await
    }

    /// What ended since `after` (without it: everything that still counts), answered at once or after `wait` at the latest.
    pub async fn events(&self, after: Option<&str>, wait: Duration) -> Result<Events> {
        let after =
            after.map(|after| format!("after={}&", utf8_percent_encode(after, NON_ALPHANUMERIC))).unwrap_or_default();
        let path = format!("events?{after}wait_ms={}", wait.as_millis());
        self.call(Method::GET, &path, None::<&()>, wait + DEADLINE).await
    }

    /// The OpenAPI document of the auth server's public routes.
    pub async fn openapi(&self) -> Result<OpenApi> {
        self.get("openapi").await
    }
}
