//! What the resource server and the auth server say to each other on `/internal/v1/*`: paths' bodies, nothing else.
//!
//! The direction is always resource → auth, over HTTP, with the service credential as Bearer. Of a person only the opaque
//! [`UserId`] crosses. A body here is plain JSON without the public envelope; a refusal is a [`WireError`] with a 4xx.
//!
//! | call | body | answer |
//! | --- | --- | --- |
//! | `GET keys` | | [`VerificationKeys`] |
//! | `GET keys/all` / `POST keys/rotate` / `POST keys/{kid}/retire` | | [`Listed<KeyView>`] |
//! | `GET events?after=&wait_ms=` | | [`Events`] (long poll) |
//! | `POST sessions` | [`OpenSession`] | [`SessionTokens`] |
//! | `POST sessions/refresh` | [`RefreshSession`] | [`SessionTokens`] |
//! | `POST sessions/logout` | [`EndSession`] | [`SessionEnded`] |
//! | `GET subjects/{sub}/sessions` | | [`Listed<SessionView>`] |
//! | `DELETE subjects/{sub}/sessions/{session_id}` | | [`Done`] |
//! | `GET subjects/{sub}/sessions/{session_id}/apps` | | [`Listed`] (ids of apps) |
//! | `POST subjects/{sub}/sessions/end` | [`EndOthers`] | [`Done`] |
//! | `POST subjects/{sub}/credential` | [`CredentialChanged`] | [`CredentialAnswer`] |
//! | `POST subjects/{sub}/ceiling` | [`Ceiling`] | [`Done`] |
//! | `DELETE subjects/{sub}` (the account is deleted) | | [`Done`] |
//! | `GET subjects/{sub}/apps` | | [`Listed<AuthorizedApp>`] |
//! | `DELETE subjects/{sub}/apps/{client_id}` | | [`Done`] |
//! | `GET clients?owner=` / `POST clients` | [`NewClient`] | [`Listed<ClientView>`] / [`ClientWithSecret`] |
//! | `GET`/`PATCH`/`DELETE clients/{client_id}?owner=` | [`ClientChange`] | [`ClientView`] / [`Done`] |
//! | `POST clients/{client_id}/secret?owner=` | | [`ClientWithSecret`] |
//! | `PUT clients/own/{client_id}` | [`OwnClient`] | [`Done`] |
//! | `POST consent/view` | [`ConsentQuestion`] | [`ConsentView`] |
//! | `POST consent/decide` | [`ConsentDecision`] | [`ConsentAnswer`] |
//! | `POST device/view` | [`DeviceQuestion`] | [`DeviceView`] |
//! | `POST device/decide` | [`DeviceDecision`] | [`DeviceAnswer`] |
//! | `POST logout/view` | [`LogoutQuestion`] | [`LogoutView`] |
//! | `GET openapi` | | the OpenAPI document of the auth server's public routes (`auth_server::openapi()`) |

mod apps;
mod consent;
mod device;
mod keys;
mod logout;
mod sessions;
mod stream;

use serde::{Deserialize, Serialize};

use crate::error::WayBack;

pub use apps::{
    AuthorizedApp, ClientChange, ClientOptions, ClientType, ClientView, ClientWithSecret, NewClient, OwnClient,
};
pub use consent::{AllowedApp, Ceiling, ConsentAnswer, ConsentDecision, ConsentQuestion, ConsentVerdict, ConsentView};
pub use device::{DeviceAnswer, DeviceDecision, DeviceQuestion, DeviceView};
pub use keys::{KeyState, KeyView};
pub use logout::{LogoutQuestion, LogoutView};
pub use sessions::{
    CredentialAnswer, CredentialChanged, EndOthers, EndSession, OpenSession, RefreshSession, SessionEnded,
    SessionTokens, SessionView,
};
pub use stream::{Ended, EndedKind, Events, Notable, Reused, VerificationKeys};

/// A refusal: `error` is a stable slug, `error_description` a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{error}: {error_description}")]
pub struct WireError {
    /// For programs: `invalid_grant`, `session_below_floor`, `request_finished`, `request_expired`, `client_not_found`, …
    pub error: String,
    /// For people.
    pub error_description: String,
    /// The field at fault, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Where a person goes on, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way_back: Option<WayBack>,
}

/// Nothing more to say.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Done {}

/// A list that is short by nature (one person's sessions, one developer's apps).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listed<T> {
    /// Newest first.
    pub items: Vec<T>,
}
