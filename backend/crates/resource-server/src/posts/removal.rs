//! A post that a moderator removed: still there, with the reason, for its author and for moderators. To everybody else it is
//! gone (410), from lists it vanishes, and nothing more is said or liked below it.
//!
//! Who may remove and what is written down about it is the moderation's matter; it puts these writes into its batch.

use std::sync::Arc;

use httpkit::{Error, Kind, Result, UserId};
use serde::{Deserialize, Serialize};
use store::{Batch, Document as _, Stored, Time};
use utoipa::ToSchema;

use super::documents::{Post, PostId, RecentPost, Visibility};
use super::view::{self, PostView};
use crate::accounts;
use crate::app::App;
use crate::caller::MaybeCaller;
use crate::caller::scopes::{Mod, PostsRead};
use crate::media::{self, Media, ShownBy};
use crate::users::{self, Number};

/// Since when and why something is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Removed {
    pub(crate) at: Time,
    pub(crate) reason: String,
}

/// Why a moderator removed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RemovedView {
    #[schema(example = "This is an advertisement")]
    pub(crate) reason: String,
    #[schema(format = DateTime, example = "2026-11-22T17:43:00Z")]
    pub(crate) at: String,
}

impl Removed {
    pub(crate) fn view(&self) -> RemovedView {
        RemovedView { reason: self.reason.clone(), at: self.at.to_rfc3339() }
    }

    /// What somebody is told who asks for it and is neither its author nor a moderator, or wants to change it.
    pub(crate) fn error(&self, message: &'static str) -> Error {
        Error::new(Kind::Gone, "removed_by_moderator", message).issue(self.reason.clone())
    }
}

/// The post under `id` as it is stored, whoever may see it.
pub(crate) async fn find_stored(app: &App, id: PostId) -> Result<Stored<Post>> {
    app.store().collection::<Post>().get(&id).await?.ok_or_else(super::not_found)
}

/// Adds to `batch`: `post` is removed, or where `removed` says nothing it is back. Its place among the newest, its author's
/// number and its pictures' publicity follow. [`judged`] is to be called after the commit.
///
/// # Errors
/// The store's.
pub(crate) async fn judge(app: &App, batch: &mut Batch, post: &Stored<Post>, removed: Option<Removed>) -> Result<()> {
    let shown = removed.is_none();
    batch.replace(post, &Post { removed, ..post.document.clone() });
    users::count(batch, post.author, Number::Posts, if shown { 1 } else { -1 });
    if post.visibility != Visibility::Public {
        return Ok(());
    }
    let place = RecentPost::of(post);
    if shown {
        batch.insert(&place);
    } else {
        batch.delete::<RecentPost>(&place.key());
    }
    let pictures = app.store().collection::<Media>().get_many(&post.media).await?;
    for picture in pictures.iter().flatten() {
        media::claim(batch, picture, ShownBy::Post { id: post.id }, shown);
    }
    Ok(())
}

/// Forgets what is remembered of a post that was [`judge`]d.
pub(crate) fn judged(app: &App, post: &Post) {
    app.caches().posts.forget(&post.id);
    users::counted(app, post.author);
    for media in &post.media {
        media::changed(app, *media);
    }
}

/// The post that an address such as `/posts/01k…` means, for who reads it or what is below it. A removed one is there for its
/// author, and for who has the role of a moderator and a token that says so.
///
/// # Errors
/// 404 `post_not_found`; 410 `removed_by_moderator`.
pub(crate) async fn find_readable(app: &App, id: &str, reader: &MaybeCaller) -> Result<Arc<Post>> {
    let viewer = reader.user_with::<PostsRead>();
    let post = super::find(app, id).await?;
    let is_removed = post.removed.is_some();
    if is_removed && (viewer == Some(post.author) || moderates(app, reader.user_with::<Mod>()).await?) {
        return Ok(post);
    }
    super::find_visible(app, id, viewer).await
}

async fn moderates(app: &App, user: Option<UserId>) -> Result<bool> {
    match user {
        Some(user) => Ok(accounts::role(app, user).await?.includes(httpkit::Scope::Mod)),
        None => Ok(false),
    }
}

/// These posts, removed or not and whoever may see them, for moderators who look at what was reported.
pub(crate) async fn views_for_moderators(app: &App, ids: &[PostId]) -> Result<Vec<PostView>> {
    let posts: Vec<Arc<Post>> = super::find_many(app, ids).await?.into_iter().flatten().collect();
    view::of(app, &posts, None).await
}
