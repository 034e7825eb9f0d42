//! The home feed: the posts of those one follows and one's own, newest first, by time alone.

use std::collections::HashSet;
use std::sync::Arc;

use httpkit::{Result, UserId};
use store::{Key, Position, Query, StoreKey, Value};

use super::window::{LENGTH, Window};
use crate::app::App;
use crate::follows;
use crate::paging::{Listing, Paging};
use crate::posts::{self, Post, PostId, PostView, Visibility};

/// How many authors one scan merges: two prefixes each, and the store takes 5,000.
const AUTHORS: usize = 2_000;

/// How often a page is filled up where posts are gone or hidden; then it is shorter than was asked for.
const ROUNDS: usize = 5;

/// The page of `reader`'s home feed.
pub(super) async fn page(app: &App, reader: UserId, paging: &Paging) -> Result<Listing<PostView>> {
    let window = window(app, reader).await?;
    let mut after = paging.after.as_ref().and_then(id_of);
    let mut items = Vec::with_capacity(paging.limit);
    for _ in 0..ROUNDS {
        let (ids, more) = next(app, reader, &window, after, paging.limit - items.len()).await?;
        after = ids.last().copied().or(after);
        items.extend(posts::views(app, &ids, Some(reader)).await?);
        if !more {
            return Ok(paging.listing(app, items, None));
        }
        if items.len() >= paging.limit {
            break;
        }
    }
    let next = after.map(position);
    Ok(paging.listing(app, items, next.as_ref()))
}

/// Up to `count` ids after `after`, and whether there are more: from the window, and from the store where it ends.
async fn next(
    app: &App,
    reader: UserId,
    window: &Window,
    after: Option<PostId>,
    count: usize,
) -> Result<(Vec<PostId>, bool)> {
    let rest = window.after(after);
    if !rest.is_empty() || window.complete {
        let ids = rest.iter().take(count).copied().collect();
        return Ok((ids, rest.len() > count || !window.complete));
    }
    scan(app, reader, &window.authors, after, count).await
}

/// The window of `reader`, remembered or built.
async fn window(app: &App, reader: UserId) -> Result<Arc<Window>> {
    let homes = &app.caches().homes;
    if let Some(window) = homes.get(reader, app.now()) {
        return Ok(window);
    }
    let start = homes.start(reader);
    let mut authors: HashSet<UserId> = follows::followed_by(app, reader).await?.into_iter().collect();
    authors.insert(reader);
    let (ids, more) = scan(app, reader, &authors, None, LENGTH).await?;
    Ok(homes.keep(reader, authors, ids, !more, start, app.now()))
}

/// Up to `count` ids of these authors' posts that `reader` may see as things stand, newest first, and whether there are
/// more. One scan over all authors; more than [`AUTHORS`] are merged from several.
async fn scan(
    app: &App,
    reader: UserId,
    authors: &HashSet<UserId>,
    after: Option<PostId>,
    count: usize,
) -> Result<(Vec<PostId>, bool)> {
    let collection = app.store().collection::<Post>();
    let authors: Vec<UserId> = authors.iter().copied().collect();
    let (mut found, mut more) = (Vec::new(), false);
    for authors in authors.chunks(AUTHORS) {
        let mut prefixes = Vec::with_capacity(authors.len() * 2 + 1);
        for author in authors {
            prefixes.push([Value::from(*author), Visibility::Public.into()]);
            prefixes.push([Value::from(*author), Visibility::Followers.into()]);
            if *author == reader {
                prefixes.push([Value::from(*author), Visibility::Private.into()]);
            }
        }
        let query = Query::index("by_author").any_of(prefixes).descending();
        let page = collection.scan(query.after(after.map(position)).limit(count)).await?;
        more |= page.next.is_some();
        found.extend(page.items.iter().map(|post| post.id));
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    more |= found.len() > count;
    found.truncate(count);
    Ok((found, more))
}

fn position(id: PostId) -> Position {
    Position { order: None, key: id.to_key() }
}

/// The id at which a sealed position stands. A seal is only ever put on one that [`position`] made.
fn id_of(position: &Position) -> Option<PostId> {
    match &position.key {
        Key::Bytes(bytes) => {
            let bytes = <[u8; 16]>::try_from(bytes.as_slice()).ok()?;
            store::Id::from_bytes(bytes).ok().map(PostId::from_id)
        }
        Key::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use store::{IdLike, SeededRandom, Time};

    use super::*;

    #[test]
    fn a_position_names_its_post() {
        let post = PostId::generate_unsharded(Time::from_millis(7), &SeededRandom::new(1));
        assert_eq!(id_of(&position(post)), Some(post));
        assert_eq!(id_of(&Position { order: None, key: Key::text(post.as_id().to_string()) }), None);
    }
}
