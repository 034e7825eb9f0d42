//! `auth_subjects`: for each user the lowest version of the credential that sessions and app grants must have been born
//! under. Of a user there is nothing else here than the opaque id.
//!
//! Nobody is locked out while a floor is raised: everything carries the version it was born under, and whoever refreshes
//! or redeems reads the floors and refuses what lies below.

use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, Schema, Stored};

use crate::core::Core;
use crate::error::Result;

/// A user's floors. Absent means zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subject {
    pub sub: UserId,
    #[serde(flatten)]
    pub floors: Floors,
}

/// The lowest versions that still count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Floors {
    /// For sessions.
    pub sessions_from: i64,
    /// For what was given to apps.
    pub apps_from: i64,
}

impl Floors {
    /// Raised to `version` for sessions, and for apps where `apps`. A floor never sinks.
    pub(crate) fn raised(self, version: i64, apps: bool) -> Self {
        Self {
            sessions_from: self.sessions_from.max(version),
            apps_from: if apps { self.apps_from.max(version) } else { self.apps_from },
        }
    }
}

impl Document for Subject {
    type Key = UserId;
    const SCHEMA: &'static Schema = &Schema::new("auth_subjects");

    fn key(&self) -> UserId {
        self.sub
    }
}

/// The floors of `sub` as they are now.
///
/// # Errors
/// The store's.
pub(crate) async fn floors(core: &Core, sub: UserId) -> Result<Floors> {
    Ok(floors_of(core.subjects.get(&sub).await?.as_ref()))
}

/// The floors that a document tells, or its absence.
pub(crate) fn floors_of(subject: Option<&Stored<Subject>>) -> Floors {
    subject.map_or_else(Floors::default, |subject| subject.floors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_never_sinks_and_apps_keep_theirs_unless_told() {
        let floors = Floors { sessions_from: 3, apps_from: 1 };
        assert_eq!(floors.raised(5, false), Floors { sessions_from: 5, apps_from: 1 });
        assert_eq!(floors.raised(5, true), Floors { sessions_from: 5, apps_from: 5 });
        assert_eq!(floors.raised(2, true), Floors { sessions_from: 3, apps_from: 2 });
    }
}
