//! The media object of the API: the same in a post and as an answer of its own.

use serde::Serialize;
use store::Time;
use utoipa::ToSchema;

use super::documents::{Media, MediaId, State};
use super::links::Links;

/// An uploaded picture.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MediaView {
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    pub(crate) media_id: MediaId,
    /// Only what is `ready` can be posted.
    pub(crate) state: MediaState,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = "picture_broken")]
    pub(crate) reason: Option<String>,
    /// What is to be seen, for who cannot see it.
    #[schema(example = "A glass of tea on a wet wooden counter, at night")]
    pub(crate) alt: String,
    /// In pixels, upright; null until it is ready.
    #[schema(example = 4000)]
    pub(crate) width: Option<u32>,
    /// In pixels, upright; null until it is ready.
    #[schema(example = 3000)]
    pub(crate) height: Option<u32>,
    /// A blurred preview, see https://evanw.github.io/thumbhash/; base64; null until it is ready.
    #[schema(example = "1QcSHQRnh493V4dIh4eXh1h4kJUI")]
    pub(crate) thumbhash: Option<String>,
    /// Smallest first; none until it is ready.
    pub(crate) variants: Vec<MediaVariant>,
}

/// How far a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// Uploaded, and being prepared.
    Processing,
    /// It can be shown.
    Ready,
    /// It cannot be prepared; `reason` says why.
    Failed,
}

/// One size of a picture.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MediaVariant {
    /// Its address. Of what not everybody may see it is good for a day at least, and then has to be asked for again.
    #[schema(example = "http://localhost:3000/media/01kb2m8h5s4j0yq3m7w9x2c6ve/640.webp")]
    pub(crate) url: String,
    /// In pixels.
    #[schema(example = 640)]
    pub(crate) width: u32,
    /// In pixels.
    #[schema(example = 480)]
    pub(crate) height: u32,
    /// Its media type.
    #[serde(rename = "type")]
    #[schema(example = "image/webp")]
    pub(crate) kind: &'static str,
}

/// `media` as the API shows it, to somebody who may see it.
pub(crate) fn view(links: &Links, media: &Media, now: Time) -> MediaView {
    let (state, reason) = match &media.state {
        State::Processing => (MediaState::Processing, None),
        State::Ready(_) => (MediaState::Ready, None),
        State::Failed { reason } => (MediaState::Failed, Some(reason.clone())),
    };
    let picture = media.picture();
    MediaView {
        media_id: media.id,
        state,
        reason,
        alt: media.alt.clone(),
        width: picture.map(|picture| picture.width),
        height: picture.map(|picture| picture.height),
        thumbhash: picture.map(|picture| picture.thumbhash.clone()),
        variants: variants(links, media, now),
    }
}

fn variants(links: &Links, media: &Media, now: Time) -> Vec<MediaVariant> {
    let Some(picture) = media.picture() else { return Vec::new() };
    let addresses = links.of(media.id, media.public, now);
    let sizes = picture.sizes.iter();
    sizes
        .map(|size| MediaVariant {
            url: addresses.side(size.side),
            width: size.width,
            height: size.height,
            kind: "image/webp",
        })
        .collect()
}
