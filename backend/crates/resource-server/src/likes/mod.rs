//! Likes of posts. Liking twice is liking once, by construction: the document's key is the pair, and the post's number is
//! added to in the batch that creates or deletes it, so the two can never disagree.
//!
//! Likes of comments are the comments' own.

mod documents;
mod routes;
#[cfg(test)]
mod tests;

use httpkit::{Error, Result, UserId};
use store::{Batch, Page, Query, Time};

use crate::app::App;
use crate::posts::{self, Number, PostId};
use crate::recall::Recall;

pub(crate) use documents::{PostLike, SCHEMAS, UserLike};
pub(crate) use routes::routes;

/// How many likes of a deleted post go in one batch.
const PURGED_AT_ONCE: usize = 200;

/// Whether the person likes the post, as remembered.
pub(crate) type Recalled = Recall<(UserId, PostId), bool>;

/// Makes `user` like `post`; nothing happens where they do already.
pub(crate) async fn like(app: &App, user: UserId, post: PostId) -> Result<()> {
    let mut batch = app.store().batch();
    add(&mut batch, post, &[(user, app.now())]);
    match batch.commit().await {
        Ok(()) => changed(app, user, post),
        Err(error) if error.is_duplicate_key() => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Adds likes of `post` to `batch`: who, and when. One that is there already is a `Duplicate` key.
pub(crate) fn add(batch: &mut Batch, post: PostId, likes: &[(UserId, Time)]) {
    for &(user, at) in likes {
        batch.insert(&PostLike { post, user, at }).insert(&UserLike { user, post });
    }
    posts::count(batch, post, Number::Likes, i64::try_from(likes.len()).unwrap_or(i64::MAX));
}

/// Takes the like of `user` away; nothing happens where there is none.
pub(crate) async fn unlike(app: &App, user: UserId, post: PostId) -> Result<()> {
    let Some(like) = app.store().collection::<PostLike>().get(&(post, user)).await? else { return Ok(()) };
    let mut batch = app.store().batch();
    batch.delete_at(&like);
    batch.delete::<UserLike>(&(user, post));
    posts::count(&mut batch, post, Number::Likes, -1);
    match batch.commit().await {
        Ok(()) => changed(app, user, post),
        // Taken away at the same moment by another request, and counted there.
        Err(error) if error.is_stale() => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn changed(app: &App, user: UserId, post: PostId) {
    app.caches().likes.forget(&(user, post));
    posts::counted(app, post);
}

/// Which of these posts `user` likes, in their order; none where nobody asks.
pub(crate) async fn liked(app: &App, posts: &[PostId], user: Option<UserId>) -> Result<Vec<bool>> {
    let Some(user) = user else { return Ok(vec![false; posts.len()]) };
    let keys: Vec<(UserId, PostId)> = posts.iter().map(|post| (user, *post)).collect();
    let load = async |missing: Vec<(UserId, PostId)>| {
        let found = app.store().collection::<UserLike>().get_many(&missing).await?;
        Ok::<_, Error>(found.iter().map(Option::is_some).collect())
    };
    app.caches().likes.get_many_or_load(&keys, app.now(), load).await
}

/// Removes all likes of a post that is gone.
pub(crate) async fn purge(app: &App, post: PostId) -> Result<()> {
    loop {
        let query = Query::index("newest").equal([post]).limit(PURGED_AT_ONCE);
        let page: Page<PostLike> = app.store().collection().scan(query).await?;
        let mut batch = app.store().batch();
        for like in &page.items {
            batch.delete::<PostLike>(&(post, like.user)).delete::<UserLike>(&(like.user, post));
        }
        batch.commit().await?;
        if page.next.is_none() {
            return Ok(());
        }
    }
}

/// Takes back the likes of somebody who has left, a page of them; whether there may be more.
pub(crate) async fn forget_user(app: &App, user: UserId) -> Result<bool> {
    let query = Query::index("by_user").equal([user]).limit(PURGED_AT_ONCE);
    let page: Page<UserLike> = app.store().collection().scan(query).await?;
    for like in &page.items {
        unlike(app, user, like.post).await?;
        // Where only this half was left of it.
        app.store().collection::<UserLike>().delete(&(user, like.post)).await?;
    }
    Ok(page.next.is_some())
}
