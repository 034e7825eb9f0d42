//! Removing what somebody who has left said, and what of others' they liked.

use httpkit::{Result, UserId};
use store::{Page, Query};

use super::documents::{Comment, CommentLike, UserComment};
use super::{likes, write};
use crate::app::App;

/// How many go at once.
const AT_ONCE: usize = 100;

/// Removes a page of the comments of `user` and of their likes of comments; whether there may be more. As when they delete a
/// comment themselves, a root with answers under it stays as an empty place.
pub(crate) async fn forget_user(app: &App, user: UserId) -> Result<bool> {
    let own: Page<UserComment> =
        app.store().collection().scan(Query::index("by_user").equal([user]).limit(AT_ONCE)).await?;
    for row in &own.items {
        match app.store().collection::<Comment>().get(&row.comment).await? {
            Some(comment) if !comment.deleted => write::remove(app, user, comment).await?,
            Some(_) | None => app.store().collection::<UserComment>().delete(&(user, row.comment)).await?,
        }
    }
    let liked: Page<CommentLike> =
        app.store().collection().scan(Query::index("by_user").equal([user]).limit(AT_ONCE)).await?;
    for like in &liked.items {
        likes::unlike(app, user, like.comment).await?;
    }
    Ok(own.next.is_some() || liked.next.is_some())
}
