//! What is kept of a comment. It lies with its post, whose logical shard its id carries; its author has a row that finds it.

use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, Id, IdLike, Index, Schema, Time};

use crate::posts::{PostId, Removed};

store::id_type!(
    /// A comment. It carries the logical shard of its post.
    pub(crate) CommentId
);

/// A comment, or an answer to one.
///
/// Threads are one level deep: whatever is answered, the answer stands in the thread of the comment at its root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Comment {
    pub(crate) id: CommentId,
    pub(crate) post: PostId,
    pub(crate) author: UserId,
    /// What it answers, if it answers anything.
    pub(crate) parent: Option<CommentId>,
    /// The list that it stands in: its post's, or that of the comment at its root.
    pub(crate) thread: Id,
    /// Empty when it was deleted and only holds its answers together.
    pub(crate) text: String,
    pub(crate) edited_at: Option<Time>,
    pub(crate) deleted: bool,
    /// Set while a moderator has removed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) removed: Option<Removed>,
}

/// A comment's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CommentStats {
    #[serde(rename = "_id")]
    pub(crate) comment: CommentId,
    #[serde(default)]
    pub(crate) likes: i64,
    #[serde(default)]
    pub(crate) replies: i64,
}

/// That somebody likes a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CommentLike {
    pub(crate) comment: CommentId,
    pub(crate) user: UserId,
    pub(crate) at: Time,
}

/// That somebody wrote a comment: for finding all of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UserComment {
    pub(crate) user: UserId,
    pub(crate) comment: CommentId,
}

static COMMENTS: Schema = Schema::new("resource_comments").indexes(&[Index::new("by_thread").equal(&["thread"])]);
static COMMENT_STATS: Schema = Schema::new("resource_comment_stats").counter();
static COMMENT_LIKES: Schema = Schema::new("resource_comment_likes")
    .indexes(&[Index::new("by_comment").equal(&["comment"]), Index::new("by_user").equal(&["user"])]);
static USER_COMMENTS: Schema = Schema::new("resource_user_comments").indexes(&[Index::new("by_user").equal(&["user"])]);

pub(crate) const SCHEMAS: &[&Schema] = &[&COMMENTS, &COMMENT_STATS, &COMMENT_LIKES, &USER_COMMENTS];

impl Document for Comment {
    type Key = CommentId;
    const SCHEMA: &'static Schema = &COMMENTS;
    fn key(&self) -> CommentId {
        self.id
    }
}

impl Document for CommentStats {
    type Key = CommentId;
    const SCHEMA: &'static Schema = &COMMENT_STATS;
    fn key(&self) -> CommentId {
        self.comment
    }
}

impl Document for CommentLike {
    type Key = (CommentId, UserId);
    const SCHEMA: &'static Schema = &COMMENT_LIKES;
    fn key(&self) -> Self::Key {
        (self.comment, self.user)
    }
}

impl Document for UserComment {
    type Key = (UserId, CommentId);
    const SCHEMA: &'static Schema = &USER_COMMENTS;
    fn key(&self) -> Self::Key {
        (self.user, self.comment)
    }
}

impl Comment {
    /// The comment at the root of its thread, where it is an answer.
    pub(crate) fn root(&self) -> Option<CommentId> {
        (self.thread != self.post.as_id()).then(|| CommentId::from_id(self.thread))
    }
}

impl CommentStats {
    /// The numbers of a comment that has none yet.
    pub(crate) const fn none(comment: CommentId) -> Self {
        Self { comment, likes: 0, replies: 0 }
    }
}
