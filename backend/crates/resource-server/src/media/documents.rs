//! What is kept of a picture: one document; its files lie on disk under a name that only the document knows.

use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, Index, Schema};

use crate::posts::PostId;

store::id_type!(
    /// An uploaded picture. It carries its owner's logical shard.
    pub(crate) MediaId
);

/// An uploaded picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Media {
    pub(crate) id: MediaId,
    pub(crate) owner: UserId,
    /// The random name of its folder on disk; never shown.
    pub(crate) folder: String,
    /// What is to be seen, for who cannot see it; empty where nobody said.
    pub(crate) alt: String,
    pub(crate) state: State,
    /// What shows it, if anything does; a picture is shown by one thing at most.
    pub(crate) shown_by: Option<ShownBy>,
    /// Whether everybody may see it, by an address that never changes.
    pub(crate) public: bool,
}

/// How far a picture is. The only ways are from `Processing` to one of the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum State {
    /// The upload is on disk whole, and nothing else is.
    Processing,
    /// Every size is on disk, and the upload is not any more.
    Ready(Picture),
    /// It cannot be prepared, for this reason (a slug).
    Failed { reason: String },
}

/// A picture that can be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Picture {
    /// In pixels, upright.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// base64
    pub(crate) thumbhash: String,
    /// Smallest first; never none.
    pub(crate) sizes: Vec<Size>,
}

/// One size of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Size {
    /// The longest side in pixels, by which its file is named.
    pub(crate) side: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Of the file.
    pub(crate) bytes: i64,
}

/// What shows a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum ShownBy {
    /// A post.
    Post { id: PostId },
    /// Its owner's profile.
    Profile,
    /// An app of its owner's.
    App,
}

static MEDIA: Schema = Schema::new("resource_media").indexes(&[Index::new("by_owner").equal(&["owner"])]);

pub(crate) const SCHEMAS: &[&Schema] = &[&MEDIA];

impl Document for Media {
    type Key = MediaId;
    const SCHEMA: &'static Schema = &MEDIA;
    fn key(&self) -> MediaId {
        self.id
    }
}

impl Media {
    /// The picture, where it can be shown.
    pub(crate) fn picture(&self) -> Option<&Picture> {
        match &self.state {
            State::Ready(picture) => Some(picture),
            State::Processing | State::Failed { .. } => None,
        }
    }
}

impl Picture {
    /// The smallest size of at least `side` pixels, or else the largest there is.
    pub(crate) fn at_least(&self, side: u32) -> Option<Size> {
        self.sizes.iter().find(|size| size.side >= side).or(self.sizes.last()).copied()
    }
}
