//! `PUT`/`DELETE /posts/{post_id}/like`, `GET /posts/{post_id}/likes`.

use axum::extract::State;
use httpkit::extract::{PageQuery, Path, Query};
use httpkit::limits::Limit;
use httpkit::{Envelope, Reply, Result};
use serde::Serialize;
use store::Page;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::documents::PostLike;
use crate::app::App;
use crate::caller::scopes::LikesWrite;
use crate::caller::{MaybeCaller, Scoped};
use crate::paging::{Listing, Paging};
use crate::posts::{self, PostCounts, PostId};
use crate::problems::{Reading, Removing, Writing};
use crate::users::{self, UserCard};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(like_post, unlike_post)).routes(routes!(list_likes))
}

/// A post's numbers after a like was given or taken back.
#[derive(Debug, Serialize, ToSchema)]
struct LikeView {
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    post_id: PostId,
    /// Whether the one who asks likes it now.
    liked: bool,
    counts: PostCounts,
}

/// Like a post
#[utoipa::path(
    put, path = "/posts/{post_id}/like", tag = "Likes", operation_id = "likePost",
    security(("oauth" = ["likes:write"])),
    params(("post_id" = String, Path, description = "The post")),
    responses((status = 200, description = "Liked, now or before", body = Envelope<LikeView>), Writing, Removing)
)]
async fn like_post(
    State(app): State<App>,
    caller: Scoped<LikesWrite>,
    Path(post_id): Path<String>,
) -> Result<Reply<LikeView>> {
    app.limits().subject(Limit::Like, &caller.user.to_string()).await?;
    let post = posts::find_visible(&app, &post_id, Some(caller.user)).await?;
    super::like(&app, caller.user, post.id).await?;
    Ok(Reply::ok("You like this post", view(&app, post.id, true).await?))
}

/// Take a like back
#[utoipa::path(
    delete, path = "/posts/{post_id}/like", tag = "Likes", operation_id = "unlikePost",
    security(("oauth" = ["likes:write"])),
    params(("post_id" = String, Path, description = "The post")),
    responses((status = 200, description = "Not liked, now or before", body = Envelope<LikeView>), Writing, Removing)
)]
async fn unlike_post(
    State(app): State<App>,
    caller: Scoped<LikesWrite>,
    Path(post_id): Path<String>,
) -> Result<Reply<LikeView>> {
    app.limits().subject(Limit::Like, &caller.user.to_string()).await?;
    let post = posts::find_visible(&app, &post_id, Some(caller.user)).await?;
    super::unlike(&app, caller.user, post.id).await?;
    Ok(Reply::ok("You do not like this post", view(&app, post.id, false).await?))
}

async fn view(app: &App, post_id: PostId, liked: bool) -> Result<LikeView> {
    let counts = posts::counts(app, &[post_id]).await?;
    let none = PostCounts { likes: 0, comments: 0 };
    Ok(LikeView { post_id, liked, counts: counts.first().copied().unwrap_or(none) })
}

/// List who likes a post, newest first
#[utoipa::path(
    get, path = "/posts/{post_id}/likes", tag = "Likes", operation_id = "listLikes",
    security((), ("oauth" = ["posts:read"])),
    params(("post_id" = String, Path, description = "The post"), PageQuery),
    responses((status = 200, description = "People", body = Envelope<Listing<UserCard>>), Reading, Removing)
)]
async fn list_likes(
    State(app): State<App>,
    reader: MaybeCaller,
    Path(post_id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<Listing<UserCard>>> {
    let post = posts::find_readable(&app, &post_id, &reader).await?;
    let paging = Paging::read(&app, format!("likes of {}", post.id), &query)?;
    let newest = store::Query::index("newest").equal([post.id]).descending();
    let query = newest.after(paging.after.clone()).limit(paging.limit);
    let page: Page<PostLike> = app.store().collection().scan(query).await?;
    let people: Vec<_> = page.items.iter().map(|like| like.user).collect();
    let cards = users::cards(&app, &people).await?.into_iter().flatten().collect();
    Ok(Reply::ok("People who like this post", paging.listing(&app, cards, page.next.as_ref())))
}
