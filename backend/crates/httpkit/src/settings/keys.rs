//! How signing keys change.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::units;

/// Servers read the keys anew twice in this time.
const SHORTEST_LEAD: Duration = Duration::from_secs(60);

/// `[keys]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// From one signing key to the next.
    #[serde(deserialize_with = "units::duration")]
    pub rotate_every: Duration,
    /// From a key's publication until it signs.
    #[serde(deserialize_with = "lead")]
    pub publish_before: Duration,
}

fn lead<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let lead = units::duration(deserializer)?;
    if lead < SHORTEST_LEAD {
        return Err(D::Error::custom(
            "it should be a minute at least, so that every server knows a key before it signs",
        ));
    }
    Ok(lead)
}
