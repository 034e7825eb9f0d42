//! `PUT`/`DELETE /users/{username}/follow`, `GET …/followers`, `GET …/following`.

use axum::extract::State;
use httpkit::extract::{PageQuery, Path, Query};
use httpkit::limits::Limit;
use httpkit::{Envelope, Reply, Result};
use store::Page;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::documents::{FollowIn, FollowOut};
use crate::app::App;
use crate::caller::scopes::FollowsWrite;
use crate::caller::{MaybeCaller, Scoped};
use crate::paging::{Listing, Paging};
use crate::problems::{Reading, Removing, Writing};
use crate::users::{self, UserCard, UserView};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(follow, unfollow)).routes(routes!(followers)).routes(routes!(following))
}

/// Follow somebody
#[utoipa::path(
    put, path = "/users/{username}/follow", tag = "Follows", operation_id = "follow",
    security(("oauth" = ["follows:write"])),
    params(("username" = String, Path, description = "Whom", example = "asha")),
    responses((status = 200, description = "Followed, now or before", body = Envelope<UserView>), Writing, Removing)
)]
async fn follow(
    State(app): State<App>,
    caller: Scoped<FollowsWrite>,
    Path(username): Path<String>,
) -> Result<Reply<UserView>> {
    app.limits().subject(Limit::Follow, &caller.user.to_string()).await?;
    let user = users::require(&app, &username).await?;
    super::follow(&app, caller.user, user).await?;
    Ok(Reply::ok("You follow this person", users::view(&app, user, Some(caller.user)).await?))
}

/// Stop following somebody
#[utoipa::path(
    delete, path = "/users/{username}/follow", tag = "Follows", operation_id = "unfollow",
    security(("oauth" = ["follows:write"])),
    params(("username" = String, Path, description = "Whom", example = "asha")),
    responses((status = 200, description = "Not followed, now or before", body = Envelope<UserView>), Writing, Removing)
)]
async fn unfollow(
    State(app): State<App>,
    caller: Scoped<FollowsWrite>,
    Path(username): Path<String>,
) -> Result<Reply<UserView>> {
    app.limits().subject(Limit::Follow, &caller.user.to_string()).await?;
    let user = users::require(&app, &username).await?;
    super::unfollow(&app, caller.user, user).await?;
    Ok(Reply::ok("You do not follow this person", users::view(&app, user, Some(caller.user)).await?))
}

/// List who follows somebody, newest first
#[utoipa::path(
    get, path = "/users/{username}/followers", tag = "Follows", operation_id = "listFollowers",
    security((), ("oauth" = ["follows:read"])),
    params(("username" = String, Path, description = "Whom", example = "asha"), PageQuery),
    responses((status = 200, description = "People", body = Envelope<Listing<UserCard>>), Reading, Removing)
)]
async fn followers(
    State(app): State<App>,
    _reader: MaybeCaller,
    Path(username): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<Listing<UserCard>>> {
    let user = users::require(&app, &username).await?;
    let paging = Paging::read(&app, format!("followers of {user}"), &query)?;
    let newest = store::Query::index("newest").equal([user]).descending();
    let query = newest.after(paging.after.clone()).limit(paging.limit);
    let page: Page<FollowIn> = app.store().collection().scan(query).await?;
    let people: Vec<_> = page.items.iter().map(|edge| edge.from).collect();
    let cards = users::cards(&app, &people).await?.into_iter().flatten().collect();
    Ok(Reply::ok("Followers", paging.listing(&app, cards, page.next.as_ref())))
}

/// List whom somebody follows, newest first
#[utoipa::path(
    get, path = "/users/{username}/following", tag = "Follows", operation_id = "listFollowing",
    security((), ("oauth" = ["follows:read"])),
    params(("username" = String, Path, description = "Who", example = "asha"), PageQuery),
    responses((status = 200, description = "People", body = Envelope<Listing<UserCard>>), Reading, Removing)
)]
async fn following(
    State(app): State<App>,
    _reader: MaybeCaller,
    Path(username): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<Listing<UserCard>>> {
    let user = users::require(&app, &username).await?;
    let paging = Paging::read(&app, format!("following of {user}"), &query)?;
    let newest = store::Query::index("newest").equal([user]).descending();
    let query = newest.after(paging.after.clone()).limit(paging.limit);
    let page: Page<FollowOut> = app.store().collection().scan(query).await?;
    let people: Vec<_> = page.items.iter().map(|edge| edge.to).collect();
    let cards = users::cards(&app, &people).await?.into_iter().flatten().collect();
    Ok(Reply::ok("Following", paging.listing(&app, cards, page.next.as_ref())))
}
