//! `POST /posts`, `GET`/`PATCH`/`DELETE /posts/{post_id}`, `GET /users/{username}/posts`.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use httpkit::extract::{Json, PageQuery, Path, Query};
use httpkit::limits::Limit;
use httpkit::{Envelope, Nothing, Reply, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{self, PostChange};
use super::create::{self, NewPost};
use super::view::{self, PostView};
use super::{grid, remove};
use crate::accounts;
use crate::app::App;
use crate::caller::scopes::{PostsRead, PostsWrite};
use crate::caller::{MaybeCaller, Scoped};
use crate::idempotency::{self, Fingerprint};
use crate::paging::{Listing, Paging};
use crate::problems::{Reading, Removing, Writing};
use crate::users;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create_post))
        .routes(routes!(show_post, change_post, delete_post))
        .routes(routes!(list_posts))
}

/// Post
#[utoipa::path(
    post, path = "/posts", tag = "Posts", operation_id = "createPost",
    security(("oauth" = ["posts:write"])),
    params((
        "Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless, for a day",
        pattern = r"^[!-~]([ -~]{0,126}[!-~])?$",
    )),
    request_body = NewPost,
    responses((status = 201, description = "Posted", body = Envelope<PostView>), Writing)
)]
async fn create_post(
    State(app): State<App>,
    caller: Scoped<PostsWrite>,
    headers: HeaderMap,
    Json(new): Json<NewPost>,
) -> Result<Response> {
    app.limits().subject(Limit::Post, &caller.user.to_string()).await?;
    accounts::may_post(&app, caller.user).await?;
    let (author, poster) = (caller.user, app.clone());
    idempotency::run(&app, author, "posts", &headers, Fingerprint::of(&new), async move || {
        Ok(Reply::created("Post created successfully", create::create(poster, author, new).await?))
    })
    .await
}

/// Show a post
///
/// One that a moderator removed is 410 with the reason, but to its author and to moderators.
#[utoipa::path(
    get, path = "/posts/{post_id}", tag = "Posts", operation_id = "getPost",
    security((), ("oauth" = ["posts:read"])),
    params(("post_id" = String, Path, description = "The post")),
    responses((status = 200, description = "The post", body = Envelope<PostView>), Reading, Removing)
)]
async fn show_post(
    State(app): State<App>,
    reader: MaybeCaller,
    Path(post_id): Path<String>,
) -> Result<Reply<PostView>> {
    let viewer = reader.user_with::<PostsRead>();
    let post = super::find_readable(&app, &post_id, &reader).await?;
    let view = view::of(&app, &[post], viewer).await?.pop().ok_or_else(super::not_found)?;
    Ok(Reply::ok("Post", view))
}

/// Change a post
#[utoipa::path(
    patch, path = "/posts/{post_id}", tag = "Posts", operation_id = "changePost",
    security(("oauth" = ["posts:write"])),
    params(("post_id" = String, Path, description = "The post")),
    request_body = PostChange,
    responses((status = 200, description = "Changed", body = Envelope<PostView>), Writing, Removing)
)]
async fn change_post(
    State(app): State<App>,
    caller: Scoped<PostsWrite>,
    Path(post_id): Path<String>,
    Json(wish): Json<PostChange>,
) -> Result<Reply<PostView>> {
    Ok(Reply::ok("Post saved", change::change(&app, caller.user, &post_id, wish).await?))
}

/// Delete a post, its pictures included
#[utoipa::path(
    delete, path = "/posts/{post_id}", tag = "Posts", operation_id = "deletePost",
    security(("oauth" = ["posts:write"])),
    params(("post_id" = String, Path, description = "The post")),
    responses((status = 200, description = "Deleted", body = Envelope<Nothing>), Writing)
)]
async fn delete_post(
    State(app): State<App>,
    caller: Scoped<PostsWrite>,
    Path(post_id): Path<String>,
) -> Result<Reply<Nothing>> {
    remove::remove(&app, caller.user, &post_id).await?;
    Ok(Reply::done("Post deleted"))
}

/// List somebody's posts, newest first
#[utoipa::path(
    get, path = "/users/{username}/posts", tag = "Posts", operation_id = "listUserPosts",
    security((), ("oauth" = ["posts:read"])),
    params(("username" = String, Path, description = "Whose", example = "asha"), PageQuery),
    responses((status = 200, description = "Posts", body = Envelope<Listing<PostView>>), Reading, Removing)
)]
async fn list_posts(
    State(app): State<App>,
    reader: MaybeCaller,
    Path(username): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<Listing<PostView>>> {
    let author = users::require(&app, &username).await?;
    let paging = Paging::read(&app, format!("posts of {author}"), &query)?;
    let viewer = reader.user_with::<PostsRead>();
    Ok(Reply::ok("Posts", grid::grid(&app, author, viewer, &paging).await?))
}
