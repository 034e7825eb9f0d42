//! `POST`/`GET /posts/{post_id}/comments`, `PATCH`/`DELETE /comments/{comment_id}`, `PUT`/`DELETE …/like`.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use httpkit::extract::{Json, PageQuery, Path, Query};
use httpkit::limits::Limit;
use httpkit::{Envelope, Error, Nothing, Reply, Result};
use serde::Serialize;
use store::{Id, IdLike, Page};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::documents::{Comment, CommentId};
use super::likes;
use super::query::CommentsQuery;
use super::view::{self, CommentCounts, CommentView};
use super::write::{self, CommentChange, NewComment};
use crate::accounts;
use crate::app::App;
use crate::caller::scopes::{CommentsWrite, LikesWrite, PostsRead};
use crate::caller::{MaybeCaller, Scoped};
use crate::idempotency::{self, Fingerprint};
use crate::paging::{Listing, Paging};
use crate::posts;
use crate::problems::{Reading, Removing, Writing};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_comments, create_comment))
        .routes(routes!(change_comment, delete_comment))
        .routes(routes!(like_comment, unlike_comment))
}

/// Comment
#[utoipa::path(
    post, path = "/posts/{post_id}/comments", tag = "Comments", operation_id = "createComment",
    security(("oauth" = ["comments:write"])),
    params(
        ("post_id" = String, Path, description = "The post"),
        (
            "Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless, for a day",
            pattern = r"^[!-~]([ -~]{0,126}[!-~])?$",
        ),
    ),
    request_body = NewComment,
    responses((status = 201, description = "Said", body = Envelope<CommentView>), Writing, Removing)
)]
async fn create_comment(
    State(app): State<App>,
    caller: Scoped<CommentsWrite>,
    Path(post_id): Path<String>,
    headers: HeaderMap,
    Json(new): Json<NewComment>,
) -> Result<Response> {
    app.limits().subject(Limit::Comment, &caller.user.to_string()).await?;
    accounts::may_post(&app, caller.user).await?;
    let post = posts::find_visible(&app, &post_id, Some(caller.user)).await?;
    let fingerprint = Fingerprint::of(&(post.id, &new));
    let (author, writer) = (caller.user, app.clone());
    idempotency::run(&app, author, "comments", &headers, fingerprint, async move || {
        Ok(Reply::created("Comment added", write::write(writer, author, &post, new).await?))
    })
    .await
}

/// List comments, oldest first
#[utoipa::path(
    get, path = "/posts/{post_id}/comments", tag = "Comments", operation_id = "listComments",
    security((), ("oauth" = ["posts:read"])),
    params(("post_id" = String, Path, description = "The post"), CommentsQuery),
    responses((status = 200, description = "Comments", body = Envelope<Listing<CommentView>>), Reading, Removing)
)]
async fn list_comments(
    State(app): State<App>,
    reader: MaybeCaller,
    Path(post_id): Path<String>,
    Query(query): Query<CommentsQuery>,
) -> Result<Reply<Listing<CommentView>>> {
    let viewer = reader.user_with::<PostsRead>();
    let post = posts::find_readable(&app, &post_id, &reader).await?;
    let thread: Id = match &query.parent_id {
        None => post.id.as_id(),
        Some(id) => {
            let id: Option<CommentId> = id.parse().ok();
            let root = match id {
                Some(id) => app.store().collection::<Comment>().get(&id).await?,
                None => None,
            };
            let root = root.filter(|root| root.post == post.id).ok_or_else(unknown_parent)?;
            root.id.as_id()
        }
    };
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let paging = Paging::read(&app, format!("comments of {thread}"), &page)?;
    let oldest = store::Query::index("by_thread").equal([thread]);
    let page: Page<Comment> =
        app.store().collection().scan(oldest.after(paging.after.clone()).limit(paging.limit)).await?;
    let next = page.next.clone();
    let items = view::views(&app, &page.into_documents(), viewer).await?;
    Ok(Reply::ok("Comments", paging.listing(&app, items, next.as_ref())))
}

fn unknown_parent() -> Error {
    Error::invalid("parent_id", "comment_not_found", "There is no such comment under this post")
}

/// Change a comment
#[utoipa::path(
    patch, path = "/comments/{comment_id}", tag = "Comments", operation_id = "changeComment",
    security(("oauth" = ["comments:write"])),
    params(("comment_id" = String, Path, description = "The comment")),
    request_body = CommentChange,
    responses((status = 200, description = "Changed", body = Envelope<CommentView>), Writing, Removing)
)]
async fn change_comment(
    State(app): State<App>,
    caller: Scoped<CommentsWrite>,
    Path(comment_id): Path<String>,
    Json(change): Json<CommentChange>,
) -> Result<Reply<CommentView>> {
    let comment = super::find_visible(&app, &comment_id, Some(caller.user)).await?;
    Ok(Reply::ok("Comment saved", write::change(&app, caller.user, &comment, &change).await?))
}

/// Delete a comment
///
/// Its author may, and the author of the post. What others answered stays.
#[utoipa::path(
    delete, path = "/comments/{comment_id}", tag = "Comments", operation_id = "deleteComment",
    security(("oauth" = ["comments:write"])),
    params(("comment_id" = String, Path, description = "The comment")),
    responses((status = 200, description = "Deleted", body = Envelope<Nothing>), Writing, Removing)
)]
async fn delete_comment(
    State(app): State<App>,
    caller: Scoped<CommentsWrite>,
    Path(comment_id): Path<String>,
) -> Result<Reply<Nothing>> {
    let comment = super::find_visible(&app, &comment_id, Some(caller.user)).await?;
    write::remove(&app, caller.user, comment).await?;
    Ok(Reply::done("Comment deleted"))
}

/// A comment's numbers after a like was given or taken back.
#[derive(Debug, Serialize, ToSchema)]
struct CommentLikeView {
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    comment_id: CommentId,
    /// Whether the one who asks likes it now.
    liked: bool,
    counts: CommentCounts,
}

/// Like a comment
#[utoipa::path(
    put, path = "/comments/{comment_id}/like", tag = "Comments", operation_id = "likeComment",
    security(("oauth" = ["likes:write"])),
    params(("comment_id" = String, Path, description = "The comment")),
    responses((status = 200, description = "Liked, now or before", body = Envelope<CommentLikeView>), Writing, Removing)
)]
async fn like_comment(
    State(app): State<App>,
    caller: Scoped<LikesWrite>,
    Path(comment_id): Path<String>,
) -> Result<Reply<CommentLikeView>> {
    app.limits().subject(Limit::Like, &caller.user.to_string()).await?;
    let comment = super::find_visible(&app, &comment_id, Some(caller.user)).await?;
    likes::like(&app, caller.user, comment.id).await?;
    Ok(Reply::ok("You like this comment", like_view(&app, comment.id, true).await?))
}

/// Take the like of a comment back
#[utoipa::path(
    delete, path = "/comments/{comment_id}/like", tag = "Comments", operation_id = "unlikeComment",
    security(("oauth" = ["likes:write"])),
    params(("comment_id" = String, Path, description = "The comment")),
    responses((status = 200, description = "Not liked, now or before", body = Envelope<CommentLikeView>), Writing, Removing)
)]
async fn unlike_comment(
    State(app): State<App>,
    caller: Scoped<LikesWrite>,
    Path(comment_id): Path<String>,
) -> Result<Reply<CommentLikeView>> {
    app.limits().subject(Limit::Like, &caller.user.to_string()).await?;
    let comment = super::find_visible(&app, &comment_id, Some(caller.user)).await?;
    likes::unlike(&app, caller.user, comment.id).await?;
    Ok(Reply::ok("You do not like this comment", like_view(&app, comment.id, false).await?))
}

async fn like_view(app: &App, comment_id: CommentId, liked: bool) -> Result<CommentLikeView> {
    let none = CommentCounts { likes: 0, replies: 0 };
    let counts = view::counts(app, &[comment_id]).await?.first().copied().unwrap_or(none);
    Ok(CommentLikeView { comment_id, liked, counts })
}
