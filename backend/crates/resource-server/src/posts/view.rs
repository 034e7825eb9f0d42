//! Posts as the API shows them.

use std::sync::Arc;

use httpkit::{Error, Result, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents::{Post, PostId, PostStats, Visibility};
use super::removal::{Removed, RemovedView};
use crate::app::App;
use crate::likes;
use crate::media::{self, MediaId, MediaView};
use crate::users::{self, UserCard};

/// A post.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PostView {
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    pub(crate) post_id: PostId,
    #[schema(example = "Midnight Chai")]
    pub(crate) title: Option<String>,
    #[schema(example = "The last train had left.")]
    pub(crate) caption: Option<String>,
    pub(crate) author: UserCard,
    /// Its pictures, in order; none where it is a text.
    pub(crate) media: Vec<MediaView>,
    pub(crate) visibility: Visibility,
    pub(crate) counts: PostCounts,
    pub(crate) viewer: PostViewer,
    #[schema(format = DateTime, example = "2026-11-22T17:43:00Z")]
    pub(crate) created_at: String,
    /// Null where it is as it was first posted.
    #[schema(format = DateTime)]
    pub(crate) edited_at: Option<String>,
    /// Rises with every edit; send it back with an edit, so that nobody's is overwritten unseen.
    #[schema(example = 1)]
    pub(crate) version: i64,
    /// Why a moderator removed it; there for its author and for moderators, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub(crate) removed: Option<RemovedView>,
}

/// A post's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PostCounts {
    pub(crate) likes: i64,
    pub(crate) comments: i64,
}

/// What the one who reads has to do with a post; all false for who is not signed in.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PostViewer {
    /// They like it.
    pub(crate) liked: bool,
    /// It is their own.
    pub(crate) is_author: bool,
}

/// The posts under these ids as `viewer` sees them, in their order; what is gone or hidden is left out. At most one read of
/// the store for each kind of document, none for what is remembered.
pub(crate) async fn views(app: &App, ids: &[PostId], viewer: Option<UserId>) -> Result<Vec<PostView>> {
    let found = super::find_many(app, ids).await?.into_iter().flatten().collect();
    let posts = super::visible(app, found, viewer).await?;
    of(app, &posts, viewer).await
}

/// These posts as `viewer`, who may see them, sees them.
pub(super) async fn of(app: &App, posts: &[Arc<Post>], viewer: Option<UserId>) -> Result<Vec<PostView>> {
    let ids: Vec<PostId> = posts.iter().map(|post| post.id).collect();
    let authors: Vec<UserId> = posts.iter().map(|post| post.author).collect();
    let pictures: Vec<MediaId> = posts.iter().flat_map(|post| post.media.iter().copied()).collect();
    let authors = users::cards(app, &authors).await?;
    let pictures = media::find_many(app, &pictures).await?;
    let counts = counts(app, &ids).await?;
    let liked = likes::liked(app, &ids, viewer).await?;
    let (now, links) = (app.now(), app.studio().links());

    let parts = posts.iter().zip(authors).zip(counts).zip(liked);
    Ok(parts
        .filter_map(|(((post, author), counts), liked)| {
            let own = pictures.iter().filter(|picture| post.media.contains(&picture.id));
            Some(PostView {
                post_id: post.id,
                title: post.title.clone(),
                caption: post.caption.clone(),
                // Without its author a post is on its way out.
                author: author?,
                media: own.map(|picture| media::view(links, picture, now)).collect(),
                visibility: post.visibility,
                counts,
                viewer: PostViewer { liked, is_author: viewer == Some(post.author) },
                created_at: post.id.time().to_rfc3339(),
                edited_at: post.edited_at.map(store::Time::to_rfc3339),
                version: post.version,
                removed: post.removed.as_ref().map(Removed::view),
            })
        })
        .collect())
}

/// The numbers of these posts, in their order.
pub(crate) async fn counts(app: &App, ids: &[PostId]) -> Result<Vec<PostCounts>> {
    let collection = app.store().collection::<PostStats>();
    let load = async |missing: Vec<PostId>| {
        let found = collection.get_many(&missing).await?;
        let stats = missing.iter().zip(found);
        let stats = stats.map(|(id, stats)| stats.map_or(PostStats::none(*id), store::Stored::into_document));
        Ok::<_, Error>(stats.collect())
    };
    let stats = app.caches().post_stats.get_many_or_load(ids, app.now(), load).await?;
    Ok(stats.into_iter().map(|stats| PostCounts { likes: stats.likes, comments: stats.comments }).collect())
}
