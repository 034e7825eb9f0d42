//! What the first bytes tell: the kind of file, by its own marks and by nothing that the sender says, and its size.

use std::io::Cursor;

use image::{ImageFormat, ImageReader};

use crate::media::refusal::Refusal;

/// How many of the first bytes [`kind_of`] needs.
pub(crate) const MARK: usize = 16;

/// What a picture says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// What it is written in.
    pub(crate) format: ImageFormat,
    /// In pixels, before it is turned upright.
    pub(crate) width: u32,
    /// See `width`.
    pub(crate) height: u32,
}

/// The format of a file that begins with `mark`.
///
/// # Errors
/// [`Refusal::NotAPicture`], or [`Refusal::UnknownFormat`] for pictures that we cannot read.
pub(crate) fn kind_of(mark: &[u8]) -> Result<ImageFormat, Refusal> {
    let brand = mark.get(4..12).unwrap_or_default();
    match mark {
        [0xff, 0xd8, 0xff, ..] => Ok(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(ImageFormat::Png),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(ImageFormat::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(ImageFormat::WebP),
        _ if matches!(brand, b"ftypheic" | b"ftypheix" | b"ftypmif1" | b"ftyphevc") => {
            Err(Refusal::UnknownFormat("HEIC"))
        }
        _ if matches!(brand, b"ftypavif" | b"ftypavis") => Err(Refusal::UnknownFormat("AVIF")),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Err(Refusal::UnknownFormat("TIFF")),
        _ => Err(Refusal::NotAPicture),
    }
}

/// Reads the header of the picture in `bytes`, which may be its beginning alone, and refuses more than `max_pixels`.
///
/// # Errors
/// [`Refusal`].
pub(crate) fn inspect(bytes: &[u8], max_pixels: u64) -> Result<Header, Refusal> {
    let format = kind_of(bytes)?;
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader.into_dimensions().map_err(Refusal::from_image)?;
    if width == 0 || height == 0 {
        return Err(Refusal::Broken("a side has no pixels".to_owned()));
    }
    if u64::from(width) * u64::from(height) > max_pixels {
        return Err(Refusal::TooManyPixels { width, height, max_pixels });
    }
    Ok(Header { format, width, height })
}
