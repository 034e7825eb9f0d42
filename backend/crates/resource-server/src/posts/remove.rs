//! Deleting a post, its pictures and their files included.

use httpkit::jobs::{JobError, JobKind};
use httpkit::{Error, Kind, Result, UserId};
use serde::{Deserialize, Serialize};
use store::{Document, Page, Query, Value};

use super::documents::{Post, PostId, PostStats, RecentPost, Visibility};
use crate::app::App;
use crate::media::{self, Media};
use crate::users::{self, Number};
use crate::{comments, likes};

/// How often deleting is tried again when the post or a picture was changed at the same moment.
const ATTEMPTS: usize = 8;

/// Remove what others left on a post that is gone: likes, comments, likes of comments.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Purge {
    post_id: PostId,
}

impl JobKind for Purge {
    const NAME: &'static str = "purge-post";
}

/// Does [`Purge`], a few hundred documents at a time.
pub(crate) async fn purge(app: App, job: Purge) -> std::result::Result<(), JobError> {
    likes::purge(&app, job.post_id).await?;
    comments::purge(&app, job.post_id).await?;
    // A like that came in while the post was being deleted has counted itself.
    Ok(app.store().collection::<PostStats>().delete(&job.post_id).await?)
}

/// How many posts of who has left go at once.
const FORGOTTEN_AT_ONCE: usize = 50;

/// Deletes a page of the posts of somebody who has left; whether there may be more.
pub(crate) async fn forget_author(app: &App, author: UserId) -> Result<bool> {
    let all = [Visibility::Public, Visibility::Followers, Visibility::Private];
    let prefixes = all.map(|visibility| [Value::from(author), Value::from(visibility)]);
    let query = Query::index("by_author").any_of(prefixes).limit(FORGOTTEN_AT_ONCE);
    let page: Page<Post> = app.store().collection().scan(query).await?;
    for post in &page.items {
        match remove(app, author, &post.id.to_string()).await {
            Err(error) if error.kind() != Kind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(page.next.is_some())
}

/// Deletes the post `id` of `author`.
///
/// # Errors
/// 404 and 403 for what is not theirs.
pub(super) async fn remove(app: &App, author: UserId, id: &str) -> Result<()> {
    let id: PostId = id.parse().map_err(|_| super::not_found())?;
    for _ in 0..ATTEMPTS {
        let stored = app.store().collection::<Post>().get(&id).await?;
        let stored = super::own(app, stored, author).await?;
        let pictures = app.store().collection::<Media>().get_many(&stored.media).await?;
        let mut batch = app.store().batch();
        batch.delete_at(&stored);
        batch.delete::<PostStats>(&id);
        batch.delete::<RecentPost>(&RecentPost::of(&stored).key());
        for picture in pictures.iter().flatten() {
            media::release(app, &mut batch, picture)?;
        }
        // Counted down when it was removed.
        if stored.removed.is_none() {
            users::count(&mut batch, author, Number::Posts, -1);
        }
        batch.insert(&app.jobs().job(&Purge { post_id: id })?);
        match batch.commit().await {
            Err(error) if error.is_stale() => {}
            Err(error) => return Err(error.into()),
            Ok(()) => {
                app.caches().posts.forget(&id);
                super::counted(app, id);
                users::counted(app, author);
                media::released(app, &stored.media);
                return Ok(());
            }
        }
    }
    Err(Error::conflict("changed_meanwhile", "This post was changed at the same moment. Try again"))
}
