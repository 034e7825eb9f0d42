//! Removing everything that was said under a post that is gone.

use httpkit::Result;
use store::{Id, IdLike, Page, Query};

use super::documents::{Comment, CommentId, CommentLike, CommentStats, UserComment};
use crate::app::App;
use crate::posts::PostId;

/// How many comments, or likes of one, go in one batch.
const AT_ONCE: usize = 200;

/// Removes all comments of a post, answers before what they answer, so that an interruption loses sight of none.
pub(crate) async fn purge(app: &App, post: PostId) -> Result<()> {
    loop {
        let roots = page(app, post.as_id()).await?;
        for root in &roots.items {
            loop {
                let answers = page(app, root.id.as_id()).await?;
                remove(app, &answers).await?;
                if answers.next.is_none() {
                    break;
                }
            }
        }
        remove(app, &roots).await?;
        if roots.next.is_none() {
            return Ok(());
        }
    }
}

async fn page(app: &App, thread: Id) -> Result<Page<Comment>> {
    Ok(app.store().collection().scan(Query::index("by_thread").equal([thread]).limit(AT_ONCE)).await?)
}

async fn remove(app: &App, comments: &Page<Comment>) -> Result<()> {
    let mut batch = app.store().batch();
    for comment in &comments.items {
        remove_likes(app, comment.id).await?;
        batch
            .delete::<Comment>(&comment.id)
            .delete::<CommentStats>(&comment.id)
            .delete::<UserComment>(&(comment.author, comment.id));
    }
    Ok(batch.commit().await?)
}

async fn remove_likes(app: &App, comment: CommentId) -> Result<()> {
    loop {
        let query = Query::index("by_comment").equal([comment]).limit(AT_ONCE);
        let likes: Page<CommentLike> = app.store().collection().scan(query).await?;
        let mut batch = app.store().batch();
        for like in &likes.items {
            batch.delete::<CommentLike>(&(comment, like.user));
        }
        batch.commit().await?;
        if likes.next.is_none() {
            return Ok(());
        }
    }
}
