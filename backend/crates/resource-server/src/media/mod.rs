//! Pictures: how they come in, what becomes of them, who may see them.
//!
//! An upload is streamed to disk, judged by its first bytes and its header, written down as `processing`, and made into
//! sizes on the studio's bounded benches. The request waits for that, so that a picture is ready, or refused in words,
//! when it is answered; what a kill interrupts is finished by a job ([`tend`]). A picture belongs to its
//! uploader and is shown by one thing at most, a post or a profile, which decides who sees it ([`claim`], [`release`]).
//!
//! What is in a post or a profile is those slices' business. Files lie on disk ([`disk`]), addresses are made by
//! [`links`], pixels by [`picture`].

mod disk;
mod documents;
mod links;
mod picture;
mod prints;
mod receive;
mod refusal;
mod routes;
#[cfg(test)]
pub(crate) mod samples;
mod serve;
mod studio;
mod tend;
#[cfg(test)]
mod tests;
mod upload;
mod view;

use std::sync::Arc;

use httpkit::{Error, Result, UserId};
use store::{Batch, Stored};

use crate::app::App;

pub(crate) use documents::{Media, MediaId, SCHEMAS, ShownBy};
pub(crate) use prints::{Print, PrintCopy, Prints, new_id};
pub(crate) use routes::routes;
pub(crate) use serve::files;
pub(crate) use studio::Studio;
pub(crate) use tend::{Discard, Erase, Prepare, discard, erase, forget_owner, prepare};
pub(crate) use view::{MediaView, view};

/// Pictures as remembered: `None` where there is none under that id.
pub(crate) type Recalled = crate::recall::Recall<MediaId, Option<Arc<Media>>>;

/// The pictures under these ids, in their order; what is gone is left out.
pub(crate) async fn find_many(app: &App, ids: &[MediaId]) -> Result<Vec<Arc<Media>>> {
    let collection = app.store().collection::<Media>();
    let load = async |missing: Vec<MediaId>| {
        let found = collection.get_many(&missing).await?;
        Ok::<_, Error>(found.into_iter().map(|media| media.map(|media| Arc::new(media.document))).collect())
    };
    let found = app.caches().media.get_many_or_load(ids, app.now(), load).await?;
    Ok(found.into_iter().flatten().collect())
}

/// The pictures `ids` of `owner`, as they are to be shown by something new, in that order.
///
/// # Errors
/// 422 `media_not_found` for what is not there or not the owner's, 409 `media_not_ready`, 409 `media_in_use`; the field is
/// named from `field` (`media_ids[2]`).
pub(crate) async fn find_to_show(app: &App, owner: UserId, field: &str, ids: &[MediaId]) -> Result<Vec<Stored<Media>>> {
    let found = app.store().collection::<Media>().get_many(ids).await?;
    let mut pictures = Vec::with_capacity(ids.len());
    for (position, media) in found.into_iter().enumerate() {
        let field = if field.ends_with('s') { format!("{field}[{position}]") } else { field.to_owned() };
        let Some(media) = media.filter(|media| media.owner == owner) else {
            return Err(Error::invalid(field, "media_not_found", "You have no photo with this id"));
        };
        if media.picture().is_none() {
            return Err(Error::conflict("media_not_ready", "This photo is not ready yet").field(field));
        }
        if media.shown_by.is_some() {
            return Err(Error::conflict("media_in_use", "This photo is used already. Upload it again to use it twice")
                .field(field));
        }
        pictures.push(media);
    }
    Ok(pictures)
}

/// Adds to `batch`: from now on `shown_by` shows `media`, to everybody where `public`.
pub(crate) fn claim(batch: &mut Batch, media: &Stored<Media>, shown_by: ShownBy, public: bool) {
    let mut claimed = media.document.clone();
    claimed.shown_by = Some(shown_by);
    claimed.public = public;
    batch.replace(media, &claimed);
}

/// Adds to `batch`: `media` is gone, and its files with it. [`released`] is to be called after the commit.
///
/// # Errors
/// The store's.
pub(crate) fn release(app: &App, batch: &mut Batch, media: &Stored<Media>) -> store::Result<()> {
    batch.delete_at(media).insert(&tend::erasure(app, &media.folder)?);
    Ok(())
}

/// Forgets these pictures, after the commit that released them, and has their files removed.
pub(crate) fn released(app: &App, gone: &[MediaId]) {
    gone.iter().for_each(|id| changed(app, *id));
    app.jobs().wake();
}

/// Forgets the remembered picture `id`, after a commit that changed it.
pub(crate) fn changed(app: &App, id: MediaId) {
    app.caches().media.forget(&id);
}
