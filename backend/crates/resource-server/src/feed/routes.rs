//! `GET /feed/home`, `GET /feed/explore`.

use axum::extract::State;
use httpkit::extract::{PageQuery, Query};
use httpkit::{Envelope, Reply, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{explore, home};
use crate::app::App;
use crate::caller::scopes::{FeedRead, PostsRead};
use crate::caller::{MaybeCaller, Scoped};
use crate::paging::{Listing, Paging};
use crate::posts::PostView;
use crate::problems::Reading;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(home_feed)).routes(routes!(explore_feed))
}

/// Read the home feed: posts of those one follows and one's own, newest first
#[utoipa::path(
    get, path = "/feed/home", tag = "Feeds", operation_id = "getHomeFeed",
    security(("oauth" = ["feed:read"])),
    params(PageQuery),
    responses((status = 200, description = "Posts", body = Envelope<Listing<PostView>>), Reading)
)]
async fn home_feed(
    State(app): State<App>,
    caller: Scoped<FeedRead>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<Listing<PostView>>> {
    let paging = Paging::read(&app, format!("home of {}", caller.user), &query)?;
    Ok(Reply::ok("Your feed", home::page(&app, caller.user, &paging).await?))
}

/// Read the newest public posts of everybody
#[utoipa::path(
    get, path = "/feed/explore", tag = "Feeds", operation_id = "getExploreFeed",
    security((), ("oauth" = ["posts:read"])),
    params(PageQuery),
    responses((status = 200, description = "Posts", body = Envelope<Listing<PostView>>), Reading)
)]
async fn explore_feed(
    State(app): State<App>,
    reader: MaybeCaller,
    Query(query): Query<PageQuery>,
) -> Result<Reply<Listing<PostView>>> {
    let paging = Paging::read(&app, "explore".to_owned(), &query)?;
    Ok(Reply::ok("New posts", explore::page(&app, reader.user_with::<PostsRead>(), &paging).await?))
}
