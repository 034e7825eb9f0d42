//! Posting.

use std::sync::Arc;

use httpkit::extract::Issues;
use httpkit::{Error, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Batch;
use utoipa::ToSchema;

use super::documents::{Post, PostId, RecentPost, Visibility};
use super::view::{self, PostView};
use crate::app::App;
use crate::events::{self, Event};
use crate::media::{self, MediaId, ShownBy};
use crate::text;
use crate::users::{self, Number};

/// The most pictures of one post.
pub(crate) const MOST_PICTURES: usize = 20;

/// How often posting is tried again when a picture was described at the same moment.
const ATTEMPTS: usize = 8;

/// A new post: a title, a caption, pictures, or some of these.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPost {
    /// One line of up to 120 characters.
    #[schema(
        max_length = 120,
        pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$",
        example = "Midnight Chai"
    )]
    title: Option<String>,
    /// Up to 2,200 characters.
    #[schema(
        max_length = 2200,
        pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$",
        example = "The last train had left."
    )]
    caption: Option<String>,
    /// Up to 20 pictures of one's own that are `ready` and not shown elsewhere, in the order in which they are to be shown.
    #[serde(default)]
    #[schema(max_items = 20, example = json!(["01kb2m8h5s4j0yq3m7w9x2c6ve"]))]
    media_ids: Vec<String>,
    /// Who may see it; `public` where nothing is said.
    #[serde(default)]
    visibility: Visibility,
}

/// What was sent, found good.
struct Wish {
    title: Option<String>,
    caption: Option<String>,
    media: Vec<MediaId>,
    visibility: Visibility,
}

/// Posts for `author`.
///
/// # Errors
/// 422 for what is invalid; 409 for pictures that are not ready or shown elsewhere.
pub(super) async fn create(app: App, author: UserId, new: NewPost) -> Result<PostView> {
    let wish = parse(&app, new)?;
    let post = Post {
        id: PostId::generate(app.now(), author.shard(), app.random()),
        author,
        title: wish.title,
        caption: wish.caption,
        media: wish.media,
        visibility: wish.visibility,
        edited_at: None,
        version: 1,
        removed: None,
    };
    commit(&app, &post).await?;
    for media in &post.media {
        media::changed(&app, *media);
    }
    users::counted(&app, author);
    events::happened(&app, &Event::PostShown { author, post: post.id });
    let views = view::of(&app, &[Arc::new(post)], Some(author)).await?;
    views.into_iter().next().ok_or_else(super::not_found)
}

/// The post, its pictures' claims, its author's number and its place among the newest, in one batch.
async fn commit(app: &App, post: &Post) -> Result<()> {
    let public = post.visibility == Visibility::Public;
    for _ in 0..ATTEMPTS {
        let pictures = media::find_to_show(app, post.author, "media_ids", &post.media).await?;
        let mut batch = app.store().batch();
        add(&mut batch, post);
        for picture in &pictures {
            media::claim(&mut batch, picture, ShownBy::Post { id: post.id }, public);
        }
        match batch.commit().await {
            // A picture changed since it was read: look again.
            Err(error) if error.is_stale() => {}
            outcome => return Ok(outcome?),
        }
    }
    Err(Error::conflict("changed_meanwhile", "Your photos were changed at the same moment. Try again"))
}

/// Adds the post, its author's number and its place among the newest to `batch`; its pictures are to be claimed in it too.
pub(crate) fn add(batch: &mut Batch, post: &Post) {
    batch.insert(post);
    if post.visibility == Visibility::Public {
        batch.insert(&RecentPost::of(post));
    }
    users::count(batch, post.author, Number::Posts, 1);
}

fn parse(app: &App, new: NewPost) -> Result<Wish> {
    let mut issues = Issues::default();
    let limits = &app.settings().text;
    let title = new.title.map(|title| text::line(&mut issues, "title", "The title", &title, limits.title));
    let caption =
        new.caption.map(|caption| text::block(&mut issues, "caption", "The caption", &caption, limits.caption));
    let media = pictures(&mut issues, &new.media_ids);
    let (title, caption) = (title.filter(|text| !text.is_empty()), caption.filter(|text| !text.is_empty()));
    if title.is_none() && caption.is_none() && new.media_ids.is_empty() {
        issues.add("media_ids", "post_empty", "A post has a photo, a title or a caption");
    }
    issues.finish()?;
    Ok(Wish { title, caption, media, visibility: new.visibility })
}

fn pictures(issues: &mut Issues, ids: &[String]) -> Vec<MediaId> {
    if ids.len() > MOST_PICTURES {
        let issue = format_args!("A post has at most {MOST_PICTURES} photos, not {}", ids.len()).to_string();
        issues.add("media_ids", "too_many", issue);
        return Vec::new();
    }
    let mut pictures = Vec::with_capacity(ids.len());
    for (position, id) in ids.iter().enumerate() {
        let field = format!("media_ids[{position}]");
        match id.parse::<MediaId>() {
            Err(_) => issues.add(field, "media_not_found", "You have no photo with this id"),
            Ok(id) if pictures.contains(&id) => issues.add(field, "media_twice", "This photo is in the list twice"),
            Ok(id) => pictures.push(id),
        }
    }
    pictures
}
