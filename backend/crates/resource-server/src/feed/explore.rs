//! The newest public posts of everybody.

use httpkit::{Result, UserId};
use store::{Page, Query};

use crate::app::App;
use crate::paging::{Listing, Paging};
use crate::posts::{self, PostView, RecentPost};

/// A page of the newest public posts, as `viewer` sees them.
pub(super) async fn page(app: &App, viewer: Option<UserId>, paging: &Paging) -> Result<Listing<PostView>> {
    let buckets = (0..RecentPost::BUCKETS).map(|bucket| [bucket]);
    let query = Query::index("newest").any_of(buckets).descending();
    let query = query.after(paging.after.clone()).limit(paging.limit);
    let page: Page<RecentPost> = app.store().collection().scan(query).await?;
    let ids: Vec<_> = page.items.iter().map(|recent| recent.post).collect();
    let items = posts::views(app, &ids, viewer).await?;
    Ok(paging.listing(app, items, page.next.as_ref()))
}
