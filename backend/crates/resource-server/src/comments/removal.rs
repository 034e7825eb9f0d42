//! A comment that a moderator removed: to others it is an empty place, or nothing; its author reads why.

use httpkit::{Result, UserId};
use store::{Batch, Stored};

use super::documents::{Comment, CommentId, CommentStats};
use super::view::{self, CommentView};
use crate::app::App;
use crate::posts::{self, Number, Removed};

/// The comment under `id` as it is stored, whoever may see it.
///
/// # Errors
/// 404 `comment_not_found`, also where its author deleted it.
pub(crate) async fn find_stored(app: &App, id: CommentId) -> Result<Stored<Comment>> {
    let comment = app.store().collection::<Comment>().get(&id).await?;
    comment.filter(|comment| !comment.deleted).ok_or_else(super::not_found)
}

/// Adds to `batch`: `comment` is removed, or where `removed` says nothing it is back. [`judged`] is to be called after the
/// commit.
pub(crate) fn judge(batch: &mut Batch, comment: &Stored<Comment>, removed: Option<Removed>) {
    let difference = if removed.is_none() { 1 } else { -1 };
    batch.replace(comment, &Comment { removed, ..comment.document.clone() });
    posts::count(batch, comment.post, Number::Comments, difference);
    if let Some(root) = comment.root() {
        batch.add::<CommentStats>(&root, "replies", difference);
    }
}

/// Forgets what is remembered of the post below which a comment was [`judge`]d.
pub(crate) fn judged(app: &App, comment: &Comment) {
    posts::counted(app, comment.post);
}

/// The comment that an address means, for who wants to report it.
///
/// # Errors
/// 404 `comment_not_found`; 410 `removed_by_moderator`.
pub(crate) async fn find_reportable(app: &App, id: &str, viewer: UserId) -> Result<CommentId> {
    Ok(super::find_visible(app, id, Some(viewer)).await?.id)
}

/// These comments as their authors see them, for moderators who look at what was reported; deleted ones are left out.
pub(crate) async fn views_for_moderators(app: &App, ids: &[CommentId]) -> Result<Vec<CommentView>> {
    let found = app.store().collection::<Comment>().get_many(ids).await?;
    let comments: Vec<Comment> = found.into_iter().flatten().map(Stored::into_document).collect();
    view::whole(app, &comments).await
}
