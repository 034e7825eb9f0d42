//! `[webhooks]`: how many there may be, and how long a delivery is tried.

use std::time::Duration;

use serde::Deserialize;

use super::units;

/// `[webhooks]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// How many one app may have; the operator likewise.
    pub most: usize,
    /// For how long a delivery is tried again.
    #[serde(deserialize_with = "units::duration")]
    pub retry_for: Duration,
    /// After how long without a single success a webhook is disabled.
    #[serde(deserialize_with = "units::duration")]
    pub disable_after: Duration,
    /// For how long a replaced secret signs along.
    #[serde(deserialize_with = "units::duration")]
    pub secret_overlap: Duration,
    /// How long deliveries stay in the log.
    #[serde(deserialize_with = "units::duration")]
    pub keep: Duration,
}
