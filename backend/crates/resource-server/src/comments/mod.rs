//! Comments: threads of one level under a post, likes of comments, and their numbers.
//!
//! A comment, its author's row, its post's number and its root's number are one batch. A root that is deleted stays as
//! an empty place, shown as long as there are answers under it, so that what others said does not vanish with it.

mod documents;
mod forget;
mod likes;
mod purge;
mod query;
mod removal;
mod routes;
#[cfg(test)]
mod tests;
mod view;
mod write;

use httpkit::{Error, Result, UserId};
use store::Stored;

use crate::app::App;
use crate::posts;

pub(crate) use documents::{Comment, CommentId, SCHEMAS};
#[cfg(test)]
pub(crate) use documents::{CommentLike, UserComment};
pub(crate) use forget::forget_user;
pub(crate) use purge::purge;
pub(crate) use removal::{find_reportable, find_stored, judge, judged, views_for_moderators};
pub(crate) use routes::routes;
pub(crate) use view::CommentView;
pub(crate) use write::add;

/// The comment that an address such as `/comments/01k…` means, if `viewer` may see its post and it is not deleted.
///
/// # Errors
/// 404 `comment_not_found`; 410 `removed_by_moderator`.
async fn find_visible(app: &App, id: &str, viewer: Option<UserId>) -> Result<Stored<Comment>> {
    let id: CommentId = id.parse().map_err(|_| not_found())?;
    let comment = app.store().collection::<Comment>().get(&id).await?;
    let comment = comment.filter(|comment| !comment.deleted).ok_or_else(not_found)?;
    let post = posts::find_many(app, &[comment.post]).await?.pop().flatten().ok_or_else(not_found)?;
    if !posts::is_visible(app, &post, viewer).await? {
        return Err(not_found());
    }
    match &comment.removed {
        None => Ok(comment),
        Some(removed) => Err(removed.error("A moderator removed this comment")),
    }
}

fn not_found() -> Error {
    Error::not_found("comment_not_found", "Comment not found")
        .field("comment_id")
        .issue("There is no comment with this id")
}
