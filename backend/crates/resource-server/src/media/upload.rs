//! From a received file to a picture that is ready, step by step, each of which may be the last before a kill.

use std::time::Duration;

use data_encoding::BASE32_DNSSEC;
use httpkit::{Error, Result, UserId};
use store::{Change, Random};

use super::documents::{Media, MediaId, Picture, Size, State};
use super::picture::Developed;
use super::receive::Received;
use super::refusal::Refusal;
use super::tend;
use crate::app::App;

/// How long a request waits for its picture. What takes longer is answered as `processing`.
const PATIENCE: Duration = Duration::from_secs(20);

/// A name for a picture's folder that nobody can guess.
pub(super) fn folder_name(random: &dyn Random) -> String {
    let mut bytes = [0; 20];
    random.fill(&mut bytes);
    BASE32_DNSSEC.encode(&bytes)
}

/// Takes what was received for `owner` and makes a picture of it.
///
/// # Errors
/// 503 where too many wait already; why the picture is refused; then nothing of it is left.
pub(super) async fn take(app: App, owner: UserId, folder: String, mut received: Received) -> Result<Media> {
    let ticket = app.studio().enter()?;
    app.studio().inspect(received.path().to_owned()).await?;
    let (disk, path) = (app.studio().disk().clone(), received.path().to_owned());
    let name = folder.clone();
    let kept = tokio::task::spawn_blocking(move || disk.keep_upload(&name, &path)).await;
    kept.map_err(Error::internal)?.map_err(Error::internal)?;
    received.take();

    let media = Media {
        id: MediaId::generate(app.now(), owner.shard(), app.random()),
        owner,
        folder,
        alt: received.alt.clone(),
        state: State::Processing,
        shown_by: None,
        public: false,
    };
    let mut batch = app.store().batch();
    batch.insert(&media);
    tend::look_after(&app, &mut batch, &media)?;
    batch.commit().await?;
    let (id, worker) = (media.id, app.clone());
    // On a task of its own: a caller who hangs up does not take the picture along.
    let finished = tokio::spawn(async move {
        // However long the caller waits, the place is taken until the picture is made.
        let _ticket = ticket;
        finish(&worker, id).await
    });
    match tokio::time::timeout(PATIENCE, finished).await {
        Err(_) => Ok(media),
        Ok(finished) => match finished.map_err(Error::internal)?? {
            Finished::Ready(media) => Ok(media),
            // Nobody has heard of it yet, so nothing of it needs to stay.
            Finished::Refused(refusal) => {
                forget(&app, id).await?;
                Err(refusal.into())
            }
        },
    }
}

/// Deletes the picture `id`, files included.
async fn forget(app: &App, id: MediaId) -> Result<()> {
    if let Some(media) = app.store().collection::<Media>().get(&id).await? {
        let mut batch = app.store().batch();
        super::release(app, &mut batch, &media)?;
        batch.commit().await?;
        super::released(app, &[id]);
    }
    Ok(())
}

/// Finishes the upload `id` in the place of its request; nothing happens where it is finished or gone.
///
/// # Errors
/// Where it was not the picture's fault: to be tried again.
pub(super) async fn finish_later(app: &App, id: MediaId) -> Result<()> {
    let media = app.store().collection::<Media>().get(&id).await?;
    if media.is_some_and(|media| media.state == State::Processing) {
        tracing::info!(media_id = %id, "finishing the interrupted upload {id}");
        finish(app, id).await?;
    }
    Ok(())
}

enum Finished {
    Ready(Media),
    Refused(Refusal),
}

/// Makes the sizes of an upload and says so in its document. Harmless when done twice.
///
/// # Errors
/// 404 where it was deleted meanwhile; 500 where it was not the picture's fault: it stays unfinished then.
async fn finish(app: &App, id: MediaId) -> Result<Finished> {
    let collection = app.store().collection::<Media>();
    let gone = || Error::not_found("media_not_found", "Photo not found");
    let media = collection.get(&id).await?.ok_or_else(gone)?.into_document();
    let outcome = app.studio().develop(media.folder.clone()).await;
    let state = match &outcome {
        Ok(developed) => State::Ready(picture(developed)),
        Err(Refusal::Failed(cause)) => return Err(Error::internal(cause.clone())),
        Err(refusal) => State::Failed { reason: refusal.reason().to_owned() },
    };
    let changed = collection
        .modify(&id, |media| {
            if media.state != State::Processing {
                return Ok::<_, store::Error>(Change::Keep);
            }
            media.state = state.clone();
            Ok(Change::Write)
        })
        .await?;
    app.caches().media.forget(&id);
    let Some(media) = changed else {
        // The job that was to remove the files may have come before the sizes were written.
        app.store().collection().insert(&tend::erasure(app, &media.folder)?).await?;
        app.jobs().wake();
        return Err(gone());
    };
    let (disk, folder) = (app.studio().disk().clone(), media.folder.clone());
    let dropped = tokio::task::spawn_blocking(move || disk.drop_upload(&folder)).await;
    if let Err(error) = dropped.map_err(std::io::Error::other).flatten() {
        tracing::warn!(media_id = %id, %error, "the upload of picture {id} stays on disk: {error}");
    }
    Ok(match outcome {
        Ok(_) => Finished::Ready(media),
        Err(refusal) => Finished::Refused(refusal),
    })
}

pub(super) fn picture(developed: &Developed) -> Picture {
    let sizes = developed.sizes.iter().map(|size| Size {
        side: size.side,
        width: size.width,
        height: size.height,
        bytes: i64::try_from(size.bytes.len()).unwrap_or(i64::MAX),
    });
    Picture {
        width: developed.width,
        height: developed.height,
        thumbhash: developed.thumbhash.clone(),
        sizes: sizes.collect(),
    }
}
