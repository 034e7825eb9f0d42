//! What is kept of a post. Its numbers lie apart, since they change far more often than it does.

use std::sync::Arc;

use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, IdLike, Index, Schema, ShardKey, Time, Value};
use utoipa::ToSchema;

use super::removal::Removed;
use crate::media::MediaId;
use crate::recall::Recall;

store::id_type!(
    /// A post. It carries its author's logical shard.
    pub(crate) PostId
);

/// Who may see a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody, signed in or not.
    #[default]
    Public,
    /// Who follows the author.
    Followers,
    /// The author alone.
    Private,
}

impl From<Visibility> for Value {
    fn from(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Public => "public",
            Visibility::Followers => "followers",
            Visibility::Private => "private",
        }
        .into()
    }
}

/// A post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Post {
    pub(crate) id: PostId,
    pub(crate) author: UserId,
    pub(crate) title: Option<String>,
    pub(crate) caption: Option<String>,
    /// In the order in which they are shown.
    pub(crate) media: Vec<MediaId>,
    pub(crate) visibility: Visibility,
    pub(crate) edited_at: Option<Time>,
    /// Begins at 1 and rises with every edit.
    pub(crate) version: i64,
    /// Set while a moderator has removed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) removed: Option<Removed>,
}

/// A post's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostStats {
    #[serde(rename = "_id")]
    pub(crate) post: PostId,
    #[serde(default)]
    pub(crate) likes: i64,
    #[serde(default)]
    pub(crate) comments: i64,
}

/// A public post's place in the list of the newest of all.
///
/// The list is kept in a few buckets, merged when it is read: what everybody writes to must not lie in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecentPost {
    pub(crate) bucket: i64,
    pub(crate) post: PostId,
    pub(crate) author: UserId,
}

/// Posts as remembered: `None` where there is none under that id.
pub(crate) type RecalledPosts = Recall<PostId, Option<Arc<Post>>>;
/// Numbers as remembered.
pub(crate) type RecalledStats = Recall<PostId, PostStats>;

static POSTS: Schema =
    Schema::new("resource_posts").indexes(&[Index::new("by_author").equal(&["author", "visibility"])]);
static POST_STATS: Schema = Schema::new("resource_post_stats").counter();
static RECENT_POSTS: Schema =
    Schema::new("resource_recent_posts")
        .shard_key(ShardKey::Key)
        .indexes(&[Index::new("newest").equal(&["bucket"]).order("post")]);

pub(crate) const SCHEMAS: &[&Schema] = &[&POSTS, &POST_STATS, &RECENT_POSTS];

impl Document for Post {
    type Key = PostId;
    const SCHEMA: &'static Schema = &POSTS;
    fn key(&self) -> PostId {
        self.id
    }
}

impl Document for PostStats {
    type Key = PostId;
    const SCHEMA: &'static Schema = &POST_STATS;
    fn key(&self) -> PostId {
        self.post
    }
}

impl Document for RecentPost {
    type Key = String;
    const SCHEMA: &'static Schema = &RECENT_POSTS;
    fn key(&self) -> String {
        format!("{:02x}:{}", self.bucket, self.post)
    }
}

impl PostStats {
    /// The numbers of a post that has none yet.
    pub(crate) const fn none(post: PostId) -> Self {
        Self { post, likes: 0, comments: 0 }
    }
}

impl RecentPost {
    /// How many buckets there are.
    pub(crate) const BUCKETS: i64 = 16;

    /// The place of `post`.
    pub(crate) fn of(post: &Post) -> Self {
        let last = post.id.as_id().as_bytes()[15];
        Self { bucket: i64::from(last) % Self::BUCKETS, post: post.id, author: post.author }
    }
}
