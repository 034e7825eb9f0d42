//! The picture of an app: one of its developer's own photos, which was made anew here as every upload is, so that nothing
//! of the file that came in is ever shown. From then on it is the app's, and as public as the app.
//!
//! The auth server keeps which one it is, in our words (`{media_id}/{side}`), and understands nothing of it.

use httpkit::{Error, Result, UserId};
use store::Stored;

use crate::app::App;
use crate::media::{self, Media, MediaId, ShownBy};

/// Room for the consent page on a sharp screen.
const SIDE: u32 = 320;

/// A picture that is to be an app's.
pub(super) struct Logo {
    media: Stored<Media>,
    /// In the words that the auth server keeps.
    pub words: String,
}

impl Logo {
    /// The photo `id` of `developer`.
    ///
    /// # Errors
    /// As [`media::find_to_show`].
    pub async fn find(app: &App, developer: UserId, id: &str) -> Result<Self> {
        let missing = || Error::invalid("logo_media_id", "media_not_found", "You have no photo with this id");
        let id: MediaId = id.parse().map_err(|_| missing())?;
        let mut found = media::find_to_show(app, developer, "logo_media_id", &[id]).await?;
        let media = found.pop().ok_or_else(missing)?;
        let size = media.picture().and_then(|picture| picture.at_least(SIDE)).ok_or_else(missing)?;
        let words = format!("{id}/{}", size.side);
        Ok(Self { media, words })
    }

    /// From now on the app shows it.
    pub async fn claim(self, app: &App) -> Result<()> {
        let mut batch = app.store().batch();
        media::claim(&mut batch, &self.media, ShownBy::App, true);
        batch.commit().await?;
        media::changed(app, self.media.id);
        Ok(())
    }
}

/// The picture that an app showed is gone.
pub(super) async fn release(app: &App, words: &str) -> Result<()> {
    let Some((id, _)) = read(words) else { return Ok(()) };
    let Some(media) = app.store().collection::<Media>().get(&id).await? else { return Ok(()) };
    let mut batch = app.store().batch();
    media::release(app, &mut batch, &media)?;
    batch.commit().await?;
    media::released(app, &[id]);
    Ok(())
}

/// Where the picture is to be seen.
pub(crate) fn address(app: &App, words: Option<&str>) -> Option<String> {
    let (id, side) = read(words?)?;
    Some(app.studio().links().of(id, true, app.now()).side(side))
}

fn read(words: &str) -> Option<(MediaId, u32)> {
    let (id, side) = words.split_once('/')?;
    Some((id.parse().ok()?, side.parse().ok()?))
}
