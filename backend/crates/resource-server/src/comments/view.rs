//! Comments as the API shows them.

use httpkit::{Result, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents::{Comment, CommentId, CommentLike, CommentStats};
use crate::app::App;
use crate::posts::{PostId, Removed, RemovedView};
use crate::users::{self, UserCard};

/// A comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CommentView {
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    pub(crate) comment_id: CommentId,
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    pub(crate) post_id: PostId,
    /// What it answers; null where it answers the post.
    #[schema(value_type = Option<String>)]
    pub(crate) parent_id: Option<CommentId>,
    /// The comment whose thread it stands in; null where it begins one.
    #[schema(value_type = Option<String>)]
    pub(crate) root_id: Option<CommentId>,
    /// Null where it was deleted, or its author is suspended, and it only holds its answers together.
    pub(crate) author: Option<UserCard>,
    /// Empty where it was deleted.
    #[schema(example = "Which stall is this?")]
    pub(crate) text: String,
    /// Whether it is gone and only holds its answers together.
    pub(crate) deleted: bool,
    pub(crate) counts: CommentCounts,
    pub(crate) viewer: CommentViewer,
    #[schema(format = DateTime, example = "2026-11-22T17:43:00Z")]
    pub(crate) created_at: String,
    #[schema(format = DateTime)]
    pub(crate) edited_at: Option<String>,
    /// Why a moderator removed it; there for its author, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub(crate) removed: Option<RemovedView>,
}

/// A comment's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CommentCounts {
    pub(crate) likes: i64,
    pub(crate) replies: i64,
}

/// What the one who reads has to do with a comment; all false for who is not signed in.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CommentViewer {
    /// They like it.
    pub(crate) liked: bool,
    /// It is their own.
    pub(crate) is_author: bool,
}

/// These comments as `viewer` sees them, in their order; empty places without answers are left out. One read of the store
/// for each kind of document.
pub(super) async fn views(app: &App, comments: &[Comment], viewer: Option<UserId>) -> Result<Vec<CommentView>> {
    seen(app, comments, viewer, false).await
}

/// These comments with what moderators removed.
pub(super) async fn whole(app: &App, comments: &[Comment]) -> Result<Vec<CommentView>> {
    seen(app, comments, None, true).await
}

async fn seen(app: &App, comments: &[Comment], viewer: Option<UserId>, whole: bool) -> Result<Vec<CommentView>> {
    let ids: Vec<CommentId> = comments.iter().map(|comment| comment.id).collect();
    let authors: Vec<UserId> = comments.iter().map(|comment| comment.author).collect();
    let authors = users::cards(app, &authors).await?;
    let counts = counts(app, &ids).await?;
    let liked = liked(app, &ids, viewer).await?;
    let parts = comments.iter().zip(authors).zip(counts).zip(liked);
    // Whose author is not shown is an empty place too, and so is what a moderator removed, but to its author.
    let parts = parts.map(|(((comment, author), counts), liked)| {
        let shown = !comment.deleted && (comment.removed.is_none() || whole || viewer == Some(comment.author));
        let author = author.filter(|_| shown);
        (comment, author, counts, liked)
    });
    let shown = parts.filter(|(_, author, counts, _)| author.is_some() || counts.replies > 0);
    let views = shown.map(|(comment, author, counts, liked)| CommentView {
        comment_id: comment.id,
        post_id: comment.post,
        parent_id: comment.parent,
        root_id: comment.root(),
        text: if author.is_some() { comment.text.clone() } else { String::new() },
        deleted: author.is_none(),
        viewer: CommentViewer { liked, is_author: author.is_some() && viewer == Some(comment.author) },
        counts,
        created_at: comment.id.time().to_rfc3339(),
        edited_at: comment.edited_at.map(store::Time::to_rfc3339),
        removed: comment.removed.as_ref().filter(|_| author.is_some()).map(Removed::view),
        author,
    });
    Ok(views.collect())
}

/// The numbers of these comments, in their order.
pub(super) async fn counts(app: &App, ids: &[CommentId]) -> Result<Vec<CommentCounts>> {
    let found = app.store().collection::<CommentStats>().get_many(ids).await?;
    let stats = ids.iter().zip(found).map(|(id, stats)| {
        let stats = stats.map_or(CommentStats::none(*id), store::Stored::into_document);
        CommentCounts { likes: stats.likes, replies: stats.replies }
    });
    Ok(stats.collect())
}

async fn liked(app: &App, ids: &[CommentId], viewer: Option<UserId>) -> Result<Vec<bool>> {
    let Some(viewer) = viewer else { return Ok(vec![false; ids.len()]) };
    let keys: Vec<(CommentId, UserId)> = ids.iter().map(|id| (*id, viewer)).collect();
    let found = app.store().collection::<CommentLike>().get_many(&keys).await?;
    Ok(found.iter().map(Option::is_some).collect())
}
