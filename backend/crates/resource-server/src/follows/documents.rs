//! Who follows whom, twice: once with each of the two, so that either side's list lies in one place.

use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, Index, Schema, Time};

/// The follower's copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FollowOut {
    pub(crate) from: UserId,
    pub(crate) to: UserId,
    pub(crate) at: Time,
}

/// The copy of who is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FollowIn {
    pub(crate) to: UserId,
    pub(crate) from: UserId,
    pub(crate) at: Time,
}

static FOLLOWS_OUT: Schema =
    Schema::new("resource_follows_out").indexes(&[Index::new("newest").equal(&["from"]).order("at")]);
static FOLLOWS_IN: Schema =
    Schema::new("resource_follows_in").indexes(&[Index::new("newest").equal(&["to"]).order("at")]);

pub(crate) const SCHEMAS: &[&Schema] = &[&FOLLOWS_OUT, &FOLLOWS_IN];

impl Document for FollowOut {
    type Key = (UserId, UserId);
    const SCHEMA: &'static Schema = &FOLLOWS_OUT;
    fn key(&self) -> Self::Key {
        (self.from, self.to)
    }
}

impl Document for FollowIn {
    type Key = (UserId, UserId);
    const SCHEMA: &'static Schema = &FOLLOWS_IN;
    fn key(&self) -> Self::Key {
        (self.to, self.from)
    }
}
