//! Who likes what, twice: with the post (who liked it) and with the person (which of these do they like).

use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, Index, Schema, Time};

use crate::posts::PostId;

/// The post's copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostLike {
    pub(crate) post: PostId,
    pub(crate) user: UserId,
    pub(crate) at: Time,
}

/// The person's copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UserLike {
    pub(crate) user: UserId,
    pub(crate) post: PostId,
}

static POST_LIKES: Schema =
    Schema::new("resource_post_likes").indexes(&[Index::new("newest").equal(&["post"]).order("at")]);
static USER_LIKES: Schema = Schema::new("resource_user_likes").indexes(&[Index::new("by_user").equal(&["user"])]);

pub(crate) const SCHEMAS: &[&Schema] = &[&POST_LIKES, &USER_LIKES];

impl Document for PostLike {
    type Key = (PostId, UserId);
    const SCHEMA: &'static Schema = &POST_LIKES;
    fn key(&self) -> Self::Key {
        (self.post, self.user)
    }
}

impl Document for UserLike {
    type Key = (UserId, PostId);
    const SCHEMA: &'static Schema = &USER_LIKES;
    fn key(&self) -> Self::Key {
        (self.user, self.post)
    }
}
