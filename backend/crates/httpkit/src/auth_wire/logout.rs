//! A request of an app to have somebody signed out, as the page that asks shows it.

use serde::{Deserialize, Serialize};

use crate::ids::ClientId;

/// Which request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LogoutQuestion {
    /// The sealed request from the page's address.
    pub request: String,
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutView {
    /// The app that asks, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Whether the browser goes back to the app afterwards.
    pub returns: bool,
}
