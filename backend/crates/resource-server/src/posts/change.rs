//! Editing a post: its words and who sees it. Its pictures stay; their descriptions are changed with the pictures.

use std::sync::Arc;

use httpkit::extract::Issues;
use httpkit::{Error, Result, UserId};
use serde::Deserialize;
use store::Stored;
use utoipa::ToSchema;

use super::documents::{Post, PostId, RecentPost, Visibility};
use super::view::{self, PostView};
use crate::app::App;
use crate::events::{self, Event};
use crate::media::{self, Media, ShownBy};
use crate::text;

/// How often an edit that names no version is tried again when another one was faster.
const ATTEMPTS: usize = 8;

/// What can be changed of a post; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostChange {
    /// One line of up to 120 characters; null takes it away.
    #[serde(default, deserialize_with = "text::named")]
    #[schema(value_type = Option<String>, max_length = 120, pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$", example = "Midnight Chai")]
    title: Option<Option<String>>,
    /// Up to 2,200 characters; null takes it away.
    #[serde(default, deserialize_with = "text::named")]
    #[schema(value_type = Option<String>, max_length = 2200, pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$", example = "The last train had left.")]
    caption: Option<Option<String>>,
    /// Who may see it.
    visibility: Option<Visibility>,
    /// The version that was read: when the post is another one by now, nothing is changed (409 `stale_edit`).
    #[schema(example = 1)]
    version: Option<i64>,
}

/// Changes the post `id` of `author`.
///
/// # Errors
/// 404 and 403 for what is not theirs; 410 for what was removed; 422 for what is invalid; 409 `stale_edit`.
pub(super) async fn change(app: &App, author: UserId, id: &str, change: PostChange) -> Result<PostView> {
    let change = parse(app, change)?;
    let id: PostId = id.parse().map_err(|_| super::not_found())?;
    for _ in 0..ATTEMPTS {
        let stored = app.store().collection::<Post>().get(&id).await?;
        let stored = super::own(app, stored, author).await?;
        if let Some(removed) = &stored.removed {
            return Err(removed.error(super::REMOVED));
        }
        if change.version.is_some_and(|version| version != stored.version) {
            return Err(stale());
        }
        match attempt(app, &stored, &change).await {
            Err(error) if error.reason() == "changed_meanwhile" => {}
            Err(error) => return Err(error),
            Ok(post) => {
                app.caches().posts.forget(&id);
                for media in &post.media {
                    media::changed(app, *media);
                }
                if change.visibility.is_some() {
                    events::happened(app, &Event::PostShown { author, post: id });
                }
                let views = view::of(app, &[Arc::new(post)], Some(author)).await?;
                return views.into_iter().next().ok_or_else(super::not_found);
            }
        }
    }
    Err(stale())
}

fn stale() -> Error {
    Error::conflict("stale_edit", "This post was changed meanwhile")
        .field("version")
        .issue("This post was changed meanwhile. Load it again and repeat your edit")
}

fn parse(app: &App, change: PostChange) -> Result<PostChange> {
    let mut issues = Issues::default();
    let limits = &app.settings().text;
    let title = change.title.map(|title| {
        let title = title.map(|title| text::line(&mut issues, "title", "The title", &title, limits.title));
        title.filter(|title| !title.is_empty())
    });
    let caption = change.caption.map(|caption| {
        let caption =
            caption.map(|caption| text::block(&mut issues, "caption", "The caption", &caption, limits.caption));
        caption.filter(|caption| !caption.is_empty())
    });
    issues.finish()?;
    Ok(PostChange { title, caption, ..change })
}

async fn attempt(app: &App, stored: &Stored<Post>, change: &PostChange) -> Result<Post> {
    let mut post = stored.document.clone();
    if let Some(title) = &change.title {
        post.title.clone_from(title);
    }
    if let Some(caption) = &change.caption {
        post.caption.clone_from(caption);
    }
    if let Some(visibility) = change.visibility {
        post.visibility = visibility;
    }
    if post == stored.document {
        return Ok(post);
    }
    if post.title.is_none() && post.caption.is_none() && post.media.is_empty() {
        return Err(Error::invalid("caption", "post_empty", "A post has a photo, a title or a caption"));
    }
    post.version += 1;
    post.edited_at = Some(app.now());
    let mut batch = app.store().batch();
    batch.replace(stored, &post);
    let (was_public, public) = (stored.visibility == Visibility::Public, post.visibility == Visibility::Public);
    if was_public != public {
        let place = RecentPost::of(&post);
        if public {
            batch.insert(&place);
        } else {
            batch.delete::<RecentPost>(&store::Document::key(&place));
        }
        let pictures = app.store().collection::<Media>().get_many(&post.media).await?;
        for picture in pictures.iter().flatten() {
            media::claim(&mut batch, picture, ShownBy::Post { id: post.id }, public);
        }
    }
    batch.commit().await?;
    Ok(post)
}
