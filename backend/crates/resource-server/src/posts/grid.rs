//! One person's posts, newest first: what a profile shows.

use std::sync::Arc;

use httpkit::{Result, UserId};
use store::{Page, Query, Value};

use super::documents::{Post, Visibility};
use super::view::{self, PostView};
use crate::app::App;
use crate::follows;
use crate::paging::{Listing, Paging};

/// The page of `author`'s posts that `viewer` may see.
pub(super) async fn grid(
    app: &App,
    author: UserId,
    viewer: Option<UserId>,
    paging: &Paging,
) -> Result<Listing<PostView>> {
    let visible: &[Visibility] = match viewer {
        Some(viewer) if viewer == author => &[Visibility::Public, Visibility::Followers, Visibility::Private],
        Some(viewer) if follows::is_following(app, viewer, author).await? => {
            &[Visibility::Public, Visibility::Followers]
        }
        Some(_) | None => &[Visibility::Public],
    };
    let prefixes = visible.iter().map(|visibility| [Value::from(author), Value::from(*visibility)]);
    let query = Query::index("by_author").any_of(prefixes).descending();
    let query = query.after(paging.after.clone()).limit(paging.limit);
    let page: Page<Post> = app.store().collection().scan(query).await?;
    let next = page.next.clone();
    // What a moderator removed, its author finds here, with the reason.
    let shown = |post: &Post| post.removed.is_none() || viewer == Some(author);
    let posts: Vec<Arc<Post>> = page.into_documents().into_iter().filter(shown).map(Arc::new).collect();
    let items = view::of(app, &posts, viewer).await?;
    Ok(paging.listing(app, items, next.as_ref()))
}
