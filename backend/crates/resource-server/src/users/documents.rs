//! What is kept of a person: the public half. How they sign in is the accounts' matter.

use std::sync::Arc;

use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, Schema, ShardKey, Time};

use super::names::{DisplayName, Username};
use crate::media::MediaId;
use crate::recall::Recall;

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) user_id: UserId,
    pub(crate) username: Username,
    pub(crate) display_name: DisplayName,
    pub(crate) bio: String,
    pub(crate) avatar: Option<Avatar>,
    pub(crate) created_at: Time,
    /// Whether nobody is shown this person, nor what they made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) suspended: bool,
}

/// A profile's picture: which one, and which of its sizes is shown small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Avatar {
    pub(crate) media_id: MediaId,
    pub(crate) side: u32,
}

/// Whose a user name is. Its key is the name, so that a name has one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Handle {
    pub(crate) name: Username,
    pub(crate) user_id: UserId,
    /// Set when its owner has left: until then nobody else gets the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reserved_until: Option<Time>,
}

/// A person's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProfileStats {
    #[serde(rename = "_id")]
    pub(crate) user_id: UserId,
    #[serde(default)]
    pub(crate) posts: i64,
    #[serde(default)]
    pub(crate) followers: i64,
    #[serde(default)]
    pub(crate) following: i64,
}

/// Profiles as remembered.
pub(crate) type RecalledProfiles = Recall<UserId, Option<Arc<Profile>>>;
/// Owners of names as remembered. Only names that have one: a name can be taken at any moment.
pub(crate) type RecalledHandles = Recall<Username, UserId>;
/// Numbers as remembered.
pub(crate) type RecalledStats = Recall<UserId, ProfileStats>;

static PROFILES: Schema = Schema::new("resource_profiles");
static HANDLES: Schema = Schema::new("resource_handles").shard_key(ShardKey::Key).expires("reserved_until");
static PROFILE_STATS: Schema = Schema::new("resource_profile_stats").counter();

pub(crate) const SCHEMAS: &[&Schema] = &[&PROFILES, &HANDLES, &PROFILE_STATS];

impl Document for Profile {
    type Key = UserId;
    const SCHEMA: &'static Schema = &PROFILES;
    fn key(&self) -> UserId {
        self.user_id
    }
}

impl Document for Handle {
    type Key = Username;
    const SCHEMA: &'static Schema = &HANDLES;
    fn key(&self) -> Username {
        self.name.clone()
    }
}

impl Document for ProfileStats {
    type Key = UserId;
    const SCHEMA: &'static Schema = &PROFILE_STATS;
    fn key(&self) -> UserId {
        self.user_id
    }
}

impl ProfileStats {
    /// The numbers of somebody who has none yet.
    pub(crate) const fn none(user_id: UserId) -> Self {
        Self { user_id, posts: 0, followers: 0, following: 0 }
    }
}
