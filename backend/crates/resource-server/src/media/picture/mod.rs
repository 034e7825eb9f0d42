//! From the bytes of an upload to the pictures that are served: pure work on memory, without a document or a file.
//!
//! [`inspect`] reads no more than the header and refuses what is too large before anything is unpacked; [`develop`]
//! unpacks, turns upright, converts to sRGB, makes the sizes and writes WebP. What is served is written anew from
//! pixels alone, so nothing that a camera or an editor put beside them (EXIF, GPS, XMP, thumbnails) can get out. Of
//! what moves, the first frame is kept.

mod colour;
mod header;
mod jpeg;
mod sizes;
#[cfg(test)]
pub(crate) mod tests;

use std::io::Cursor;

use data_encoding::BASE64;
use fast_image_resize::{ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

pub(crate) use header::{MARK, inspect, kind_of};

use super::refusal::Refusal;

/// The longest side of what a thumbhash is made from; larger is slower and no better.
const HASHED_SIDE: u32 = 100;

/// libwebp's quality, out of 100: on photographs hard to tell from the original.
const QUALITY: f32 = 80.0;

/// A finished picture, in every size.
#[derive(Debug)]
pub(crate) struct Developed {
    /// The picture's own size in pixels, upright.
    pub(crate) width: u32,
    /// See `width`.
    pub(crate) height: u32,
    /// Its ThumbHash, base64.
    pub(crate) thumbhash: String,
    /// Smallest first.
    pub(crate) sizes: Vec<Rendition>,
}

/// One size of a picture.
#[derive(Debug)]
pub(crate) struct Rendition {
    /// The longest side, in pixels: its name.
    pub(crate) side: u32,
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
    /// The WebP file.
    pub(crate) bytes: Vec<u8>,
}

/// Makes the sizes `sides` (longest sides in pixels, ascending) of the picture in `bytes`, none larger than it is.
///
/// # Errors
/// [`Refusal`] where the picture is broken, cut off, or needs more than `max_pixels`.
pub(crate) fn develop(bytes: &[u8], max_pixels: u64, sides: &[u32]) -> Result<Developed, Refusal> {
    let header = inspect(bytes, max_pixels)?;
    jpeg::whole(header.format, bytes)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), header.format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(most_memory(max_pixels));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(Refusal::from_image)?;
    if decoder.total_bytes() > most_memory(max_pixels) {
        return Err(Refusal::TooMuch);
    }
    let orientation = decoder.orientation().map_err(Refusal::from_image)?;
    // A profile that cannot be read is no reason to refuse the picture: its colours are then taken for sRGB.
    let profile = decoder.icc_profile().ok().flatten();
    let decoded = eight_bits(DynamicImage::from_decoder(decoder).map_err(Refusal::from_image)?);
    let original = (decoded.width(), decoded.height());

    let wanted = sizes::wanted(original.0.max(original.1), sides);
    let largest = wanted.last().copied().unwrap_or(1);
    // The large original is let go of here; everything after works on at most `largest` pixels a side.
    let mut base = resize(decoded, largest)?;
    colour::to_srgb(&mut base, profile.as_deref());
    base.apply_orientation(orientation);
    let (width, height) = match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            (original.1, original.0)
        }
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => original,
    };
    let thumbhash = thumbhash(&base)?;
    Ok(Developed { width, height, thumbhash, sizes: renditions(base, &wanted)? })
}

/// Each size from the next larger one, so that the work shrinks with the pictures.
fn renditions(base: DynamicImage, wanted: &[u32]) -> Result<Vec<Rendition>, Refusal> {
    let mut sizes = Vec::with_capacity(wanted.len());
    let mut picture = base;
    for side in wanted.iter().rev() {
        picture = resize(picture, *side)?;
        sizes.push(Rendition {
            side: *side,
            width: picture.width(),
            height: picture.height(),
            bytes: encode(&picture)?,
        });
    }
    sizes.reverse();
    Ok(sizes)
}

/// What a picture may unpack to: four bytes for each of the pixels it may have, and some room to work in.
const fn most_memory(max_pixels: u64) -> u64 {
    max_pixels.saturating_mul(4).saturating_add(16 * 1024 * 1024)
}

/// RGB, or RGBA where anything may shine through.
fn eight_bits(picture: DynamicImage) -> DynamicImage {
    match picture {
        picture @ (DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_)) => picture,
        picture if picture.color().has_alpha() => DynamicImage::ImageRgba8(picture.into_rgba8()),
        picture => DynamicImage::ImageRgb8(picture.into_rgb8()),
    }
}

/// The picture with `side` as its longest side; as it is where that is its longest side already. Plain sRGB values are
/// averaged, as browsers and most services do: linear light costs three times the memory for a difference in grids of
/// fine lines alone.
fn resize(picture: DynamicImage, side: u32) -> Result<DynamicImage, Refusal> {
    let (width, height) = sizes::fitted((picture.width(), picture.height()), side);
    if (width, height) == (picture.width(), picture.height()) {
        return Ok(picture);
    }
    let mut smaller = DynamicImage::new(width, height, picture.color());
    Resizer::new()
        .resize(&picture, &mut smaller, &ResizeOptions::default())
        .map_err(|error| Refusal::Failed(error.to_string()))?;
    Ok(smaller)
}

fn encode(picture: &DynamicImage) -> Result<Vec<u8>, Refusal> {
    let (width, height) = (picture.width(), picture.height());
    let encoder = match picture {
        DynamicImage::ImageRgb8(pixels) => webp::Encoder::from_rgb(pixels, width, height),
        DynamicImage::ImageRgba8(pixels) => webp::Encoder::from_rgba(pixels, width, height),
        _ => return Err(Refusal::Failed("a picture was neither RGB nor RGBA".to_owned())),
    };
    let encoded =
        encoder.encode_simple(false, QUALITY).map_err(|error| Refusal::Failed(format!("libwebp: {error:?}")))?;
    Ok(encoded.to_vec())
}

fn thumbhash(picture: &DynamicImage) -> Result<String, Refusal> {
    let small = resize(picture.clone(), picture.width().max(picture.height()).min(HASHED_SIDE))?;
    let pixels = small.into_rgba8();
    let hash = thumbhash::rgba_to_thumb_hash(pixels.width() as usize, pixels.height() as usize, pixels.as_raw());
    Ok(BASE64.encode(&hash))
}
