//! Posts: a text, a photo, several photos, for everybody, for followers or for oneself.
//!
//! A post, its pictures' claims, its author's number and its place among the newest are one batch, whatever changes. Who
//! may see a post is asked here ([`find_visible`], [`views`]) by everybody who shows or touches one, every time.
//! Likes and comments are slices of their own that add to a post's numbers ([`count`]).

mod change;
mod create;
mod documents;
mod grid;
mod removal;
mod remove;
mod routes;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use httpkit::{Error, Result, UserId};
use store::{Batch, Stored};

use crate::app::App;
use crate::{follows, users};

pub(crate) use create::{MOST_PICTURES, add};
pub(crate) use documents::{Post, PostId, PostStats, RecalledPosts, RecalledStats, RecentPost, SCHEMAS, Visibility};
pub(crate) use removal::{Removed, RemovedView, find_readable, find_stored, judge, judged, views_for_moderators};
pub(crate) use remove::{Purge, forget_author, purge};
pub(crate) use routes::routes;
pub(crate) use view::{PostCounts, PostView, counts, views};

/// A number of a post that others add to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Likes,
    Comments,
}

/// Adds `difference` to a number of `post` in the batch of what causes it. [`counted`] is to be called after the commit.
pub(crate) fn count(batch: &mut Batch, post: PostId, number: Number, difference: i64) {
    let field = match number {
        Number::Likes => "likes",
        Number::Comments => "comments",
    };
    batch.add::<PostStats>(&post, field, difference);
}

/// Forgets the remembered numbers of `post`.
pub(crate) fn counted(app: &App, post: PostId) {
    app.caches().post_stats.forget(&post);
}

/// The posts under these ids, in their order, whoever may see them.
pub(crate) async fn find_many(app: &App, ids: &[PostId]) -> Result<Vec<Option<Arc<Post>>>> {
    let collection = app.store().collection::<Post>();
    let load = async |missing: Vec<PostId>| {
        let found = collection.get_many(&missing).await?;
        Ok::<_, Error>(found.into_iter().map(|post| post.map(|post| Arc::new(post.document))).collect())
    };
    app.caches().posts.get_many_or_load(ids, app.now(), load).await
}

/// What somebody is told who wants a post that a moderator removed.
const REMOVED: &str = "A moderator removed this post";

/// The post that an address such as `/posts/01k…` means, if `viewer` may see it and it was not removed.
///
/// # Errors
/// 404 `post_not_found`, the same for what is not there and for what is hidden; 410 `removed_by_moderator`.
pub(crate) async fn find_visible(app: &App, id: &str, viewer: Option<UserId>) -> Result<Arc<Post>> {
    let post = find(app, id).await?;
    if permitted(app, vec![Arc::clone(&post)], viewer).await?.is_empty() {
        return Err(not_found());
    }
    match &post.removed {
        None => Ok(post),
        Some(removed) => Err(removed.error(REMOVED)),
    }
}

/// The post that an address means, whoever may see it.
async fn find(app: &App, id: &str) -> Result<Arc<Post>> {
    let id: PostId = id.parse().map_err(|_| not_found())?;
    find_many(app, &[id]).await?.pop().flatten().ok_or_else(not_found)
}

/// Whether `viewer` may see `post`, by today's edges and decisions.
pub(crate) async fn is_visible(app: &App, post: &Arc<Post>, viewer: Option<UserId>) -> Result<bool> {
    Ok(!visible(app, vec![Arc::clone(post)], viewer).await?.is_empty())
}

/// Those of `posts` that `viewer` may see and no moderator removed, in their order.
async fn visible(app: &App, mut posts: Vec<Arc<Post>>, viewer: Option<UserId>) -> Result<Vec<Arc<Post>>> {
    posts.retain(|post| post.removed.is_none());
    permitted(app, posts, viewer).await
}

/// Those of `posts` that `viewer` may see, by today's edges, in their order. One read of the store for all edges.
async fn permitted(app: &App, mut posts: Vec<Arc<Post>>, viewer: Option<UserId>) -> Result<Vec<Arc<Post>>> {
    let is_own = |post: &Post| viewer == Some(post.author);
    posts.retain(|post| match post.visibility {
        Visibility::Public => true,
        Visibility::Followers => viewer.is_some(),
        Visibility::Private => is_own(post),
    });
    let authors: Vec<UserId> = posts.iter().map(|post| post.author).collect();
    let mut shown = users::are_shown(app, &authors).await?.into_iter();
    posts.retain(|_| shown.next() == Some(true));
    let asks = |post: &Post| post.visibility == Visibility::Followers && !is_own(post);
    let authors: Vec<UserId> = posts.iter().filter(|post| asks(post)).map(|post| post.author).collect();
    let (Some(viewer), false) = (viewer, authors.is_empty()) else { return Ok(posts) };
    let mut followed = follows::are_followed(app, viewer, &authors).await?.into_iter();
    posts.retain(|post| !asks(post) || followed.next() == Some(true));
    Ok(posts)
}

/// The post, if it is `author`'s.
///
/// # Errors
/// 403 `not_yours` for what they may see and not touch, 404 for what they may not even see.
async fn own(app: &App, post: Option<Stored<Post>>, author: UserId) -> Result<Stored<Post>> {
    let post = post.ok_or_else(not_found)?;
    if post.author == author {
        Ok(post)
    } else if is_visible(app, &Arc::new(post.document.clone()), Some(author)).await? {
        Err(Error::forbidden("not_yours", "This post is somebody else's"))
    } else {
        Err(not_found())
    }
}

pub(crate) fn not_found() -> Error {
    Error::not_found("post_not_found", "Post not found").field("post_id").issue("There is no post with this id")
}
