//! Likes of comments, made as likes of posts are: the key is the pair, the number is in the same batch.

use httpkit::{Result, UserId};

use super::documents::{CommentId, CommentLike, CommentStats};
use crate::app::App;

/// Makes `user` like `comment`; nothing happens where they do already.
pub(super) async fn like(app: &App, user: UserId, comment: CommentId) -> Result<()> {
    let mut batch = app.store().batch();
    batch.insert(&CommentLike { comment, user, at: app.now() });
    batch.add::<CommentStats>(&comment, "likes", 1);
    match batch.commit().await {
        Err(error) if error.is_duplicate_key() => Ok(()),
        outcome => Ok(outcome?),
    }
}

/// Takes the like of `user` away; nothing happens where there is none.
pub(super) async fn unlike(app: &App, user: UserId, comment: CommentId) -> Result<()> {
    let Some(like) = app.store().collection::<CommentLike>().get(&(comment, user)).await? else { return Ok(()) };
    let mut batch = app.store().batch();
    batch.delete_at(&like);
    batch.add::<CommentStats>(&comment, "likes", -1);
    match batch.commit().await {
        // Taken away at the same moment by another request, and counted there.
        Err(error) if error.is_stale() => Ok(()),
        outcome => Ok(outcome?),
    }
}
