//! Commenting, editing, deleting.

use httpkit::extract::Issues;
use httpkit::{Error, Result, UserId};
use serde::{Deserialize, Serialize};
use store::{Batch, Change, IdLike, Stored};
use utoipa::ToSchema;

use super::documents::{Comment, CommentId, CommentStats, UserComment};
use super::view::{self, CommentView};
use crate::app::App;
use crate::posts::{self, Number, Post};
use crate::text;

/// How often deleting is tried again when the comment was changed at the same moment.
const ATTEMPTS: usize = 8;

/// A new comment.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewComment {
    /// 1 to 1,000 characters.
    #[schema(
        min_length = 1,
        max_length = 1000,
        pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$",
        example = "Which stall is this?"
    )]
    pub(super) text: String,
    /// The comment that it answers, if it answers one.
    pub(super) parent_id: Option<String>,
}

/// What can be changed of a comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CommentChange {
    /// 1 to 1,000 characters.
    #[schema(
        min_length = 1,
        max_length = 1000,
        pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$",
        example = "Which stall is this?"
    )]
    pub(super) text: String,
}

/// Writes a comment of `author` under `post`, which they may see.
///
/// # Errors
/// 422 for a text that is empty or too long, and for a parent that is not under this post.
pub(super) async fn write(app: App, author: UserId, post: &Post, new: NewComment) -> Result<CommentView> {
    let text = parse(&app, &new.text)?;
    let parent = match &new.parent_id {
        None => None,
        Some(id) => Some(parent(&app, post, id).await?),
    };
    let root = parent.as_ref().map(|parent| parent.root().unwrap_or(parent.id));
    let comment = Comment {
        id: CommentId::generate(app.now(), post.id.shard(), app.random()),
        post: post.id,
        author,
        parent: parent.map(|parent| parent.id),
        thread: root.map_or(post.id.as_id(), |root| root.as_id()),
        text,
        edited_at: None,
        deleted: false,
        removed: None,
    };
    let mut batch = app.store().batch();
    add(&mut batch, &comment);
    batch.commit().await?;
    posts::counted(&app, post.id);
    one(&app, comment, author).await
}

/// Adds the comment, its author's row and the numbers that it raises to `batch`.
pub(crate) fn add(batch: &mut Batch, comment: &Comment) {
    batch.insert(comment).insert(&UserComment { user: comment.author, comment: comment.id });
    posts::count(batch, comment.post, Number::Comments, 1);
    if let Some(root) = comment.root() {
        batch.add::<CommentStats>(&root, "replies", 1);
    }
}

async fn parent(app: &App, post: &Post, id: &str) -> Result<Comment> {
    let missing = || Error::invalid("parent_id", "comment_not_found", "There is no such comment under this post");
    let id: CommentId = id.parse().map_err(|_| missing())?;
    let parent = app.store().collection::<Comment>().get(&id).await?;
    let parent = parent.filter(|parent| parent.post == post.id && !parent.deleted && parent.removed.is_none());
    parent.map(Stored::into_document).ok_or_else(missing)
}

fn parse(app: &App, text: &str) -> Result<String> {
    let mut issues = Issues::default();
    let text = text::block(&mut issues, "text", "The comment", text, app.settings().text.comment);
    if text.is_empty() {
        issues.add("text", "too_short", "A comment has at least one character");
    }
    issues.finish()?;
    Ok(text)
}

/// Changes the text of `comment`.
///
/// # Errors
/// 403 for somebody else's; 422 for the text.
pub(super) async fn change(app: &App, author: UserId, comment: &Comment, new: &CommentChange) -> Result<CommentView> {
    if comment.author != author {
        return Err(Error::forbidden("not_yours", "This comment is somebody else's"));
    }
    let (text, now) = (parse(app, &new.text)?, app.now());
    let changed = app
        .store()
        .collection::<Comment>()
        .modify(&comment.id, |comment| {
            if comment.deleted || comment.text == text {
                return Ok::<_, store::Error>(Change::Keep);
            }
            comment.text.clone_from(&text);
            comment.edited_at = Some(now);
            Ok(Change::Write)
        })
        .await?;
    let changed = changed.filter(|comment| !comment.deleted).ok_or_else(super::not_found)?;
    one(app, changed, author).await
}

async fn one(app: &App, comment: Comment, viewer: UserId) -> Result<CommentView> {
    let views = view::views(app, &[comment], Some(viewer)).await?;
    views.into_iter().next().ok_or_else(super::not_found)
}

/// Deletes a comment: its author may, and the author of the post that it stands under.
///
/// # Errors
/// 403 for anybody else.
pub(super) async fn remove(app: &App, user: UserId, mut comment: Stored<Comment>) -> Result<()> {
    let post = posts::find_many(app, &[comment.post]).await?.pop().flatten();
    if comment.author != user && post.is_none_or(|post| post.author != user) {
        return Err(Error::forbidden("not_yours", "This comment is somebody else's"));
    }
    for _ in 0..ATTEMPTS {
        let mut batch = app.store().batch();
        // Counted down when it was removed.
        let counted = if comment.removed.is_none() { -1 } else { 0 };
        match comment.root() {
            // It stays as an empty place, shown while there are answers under it, also one that arrives just now.
            None => {
                let empty = Comment { text: String::new(), deleted: true, ..comment.document.clone() };
                batch.replace(&comment, &empty);
            }
            Some(root) => {
                batch.delete_at(&comment);
                batch.delete::<CommentStats>(&comment.id);
                batch.add::<CommentStats>(&root, "replies", counted);
            }
        }
        batch.delete::<UserComment>(&(comment.author, comment.id));
        posts::count(&mut batch, comment.post, Number::Comments, counted);
        match batch.commit().await {
            Ok(()) => {
                posts::counted(app, comment.post);
                return Ok(());
            }
            Err(error) if error.is_stale() => {}
            Err(error) => return Err(error.into()),
        }
        let again = app.store().collection::<Comment>().get(&comment.id).await?;
        // Deleted at the same moment: that is what was asked for.
        let Some(again) = again.filter(|again| !again.deleted) else { return Ok(()) };
        comment = again;
    }
    Err(Error::conflict("changed_meanwhile", "This comment was changed at the same moment. Try again"))
}
