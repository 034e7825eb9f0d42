//! `auth_revocations`, in the order of their ids, which is that of time.

use httpkit::auth_wire::{Ended, EndedKind, Notable};
use serde::{Deserialize, Serialize};
use store::{Document, Id, Index, Schema, Time};

/// Single access tokens, by their `jti`.
pub(crate) const BY_TOKEN: &str = "by_token";

/// One entry of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Revocation {
    pub id: Id,
    pub what: EndedKind,
    /// The `jti` where `what` is a single token, for the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    pub until: Time,
    /// What is told of it beyond that it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notable: Option<Notable>,
}

impl Revocation {
    pub(crate) fn new(id: Id, what: EndedKind, until: Time) -> Self {
        let jti = match &what {
            EndedKind::Token { jti } => Some(jti.clone()),
            EndedKind::Grant { .. }
            | EndedKind::Session { .. }
            | EndedKind::Subject { .. }
            | EndedKind::Consent { .. }
            | EndedKind::Client { .. }
            | EndedKind::Key { .. } => None,
        };
        Self { id, what, jti, until, notable: None }
    }

    /// The same, telling `notable` along.
    pub(crate) fn telling(self, notable: Notable) -> Self {
        Self { notable: Some(notable), ..self }
    }

    pub(crate) fn to_wire(&self) -> Ended {
        let notable = self.notable.clone();
        Ended { id: self.id.to_string(), what: self.what.clone(), until: self.until, notable }
    }
}

impl Document for Revocation {
    type Key = Id;
    const SCHEMA: &'static Schema =
        &Schema::new("auth_revocations").indexes(&[Index::new(BY_TOKEN).equal(&["jti"])]).expires("until");

    fn key(&self) -> Id {
        self.id
    }
}
