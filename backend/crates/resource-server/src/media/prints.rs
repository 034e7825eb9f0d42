//! Pictures that are made once and kept many times, for communities that are made up (`seed`). Pixels go the way of every
//! upload ([`picture`](super::picture)); each copy is a picture of its own, with a folder of its own whose files are links
//! to the same bytes, so that removing one takes nothing from another.
//!
//! Blocking calls. Nothing here writes documents: whoever copies a picture puts it into the batch of what shows it, after
//! [`Prints::flush`].

use std::io;
use std::sync::Arc;

use httpkit::UserId;
use httpkit::services::Services;
use store::{Random, Time};

use super::disk::Disk;
use super::documents::{Media, MediaId, Picture, ShownBy, State};
use super::{picture, upload};

/// Makes pictures and copies of them.
#[derive(Clone, Debug)]
pub(crate) struct Prints {
    disk: Disk,
    sides: Arc<[u32]>,
    max_pixels: u64,
}

/// A picture that can be copied. Its files stay until [`Prints::discard`].
#[derive(Clone, Debug)]
pub(crate) struct Print {
    folder: String,
    picture: Picture,
}

/// Whose a copy is, and what shows it.
pub(crate) struct PrintCopy<'a> {
    pub(crate) id: MediaId,
    pub(crate) owner: UserId,
    pub(crate) alt: &'a str,
    pub(crate) shown_by: ShownBy,
    pub(crate) public: bool,
}

impl Prints {
    /// Where the pictures of these settings are kept.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn open(services: &Services) -> io::Result<Self> {
        let media = &services.settings.media;
        let disk = Disk::open(&services.settings.data, services.clock.now())?;
        Ok(Self { disk, sides: media.sizes.as_slice().into(), max_pixels: media.max_pixels })
    }

    /// The longest side that is kept of any picture, in pixels.
    pub(crate) fn longest_side(&self) -> u32 {
        self.sides.last().copied().unwrap_or(u32::MAX)
    }

    /// Makes all sizes of the picture in `bytes`, as of an upload.
    ///
    /// # Errors
    /// What the file system says, or why the picture would be refused.
    pub(crate) fn develop(&self, bytes: &[u8], random: &dyn Random) -> io::Result<Print> {
        let refused = |refusal| io::Error::other(format!("a picture cannot be made: {refusal:?}"));
        let developed = picture::develop(bytes, self.max_pixels, &self.sides).map_err(refused)?;
        let folder = upload::folder_name(random);
        let sizes = developed.sizes.iter().map(|size| (size.side, size.bytes.as_slice()));
        self.disk.write_sizes(&folder, sizes)?;
        Ok(Print { folder, picture: upload::picture(&developed) })
    }

    /// One more picture with the pixels of `print`. Durable after [`Prints::flush`].
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn copy(&self, print: &Print, copy: &PrintCopy<'_>, random: &dyn Random) -> io::Result<Media> {
        let folder = upload::folder_name(random);
        let sides = print.picture.sizes.iter().map(|size| size.side);
        self.disk.link_sizes(&print.folder, &folder, sides)?;
        Ok(Media {
            id: copy.id,
            owner: copy.owner,
            folder,
            alt: copy.alt.to_owned(),
            state: State::Ready(print.picture.clone()),
            shown_by: Some(copy.shown_by),
            public: copy.public,
        })
    }

    /// Makes all copies durable.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn flush(&self) -> io::Result<()> {
        self.disk.flush()
    }

    /// Removes what copies were made from; these stay.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn discard(&self, print: &Print) -> io::Result<()> {
        self.disk.erase(&print.folder)
    }
}

/// An id for a picture of `owner`, as one uploaded at `time` has.
pub(crate) fn new_id(owner: UserId, time: Time, random: &dyn Random) -> MediaId {
    MediaId::generate(time, owner.shard(), random)
}
