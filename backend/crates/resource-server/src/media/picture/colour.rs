//! Colours in sRGB, which is what a picture without a profile is taken for, and what all of ours are.

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Converts `picture` from the colours of `profile` (ICC) to sRGB, in place. A profile that is no RGB one, or cannot be
/// read, changes nothing: the decoder has made RGB of the rest already.
pub(super) fn to_srgb(picture: &mut DynamicImage, profile: Option<&[u8]>) {
    let Some(source) = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok()) else {
        return;
    };
    if source.color_space != DataColorSpace::Rgb {
        return;
    }
    let (layout, width, pixels) = match picture {
        DynamicImage::ImageRgb8(pixels) => (Layout::Rgb, pixels.width(), &mut **pixels),
        DynamicImage::ImageRgba8(pixels) => (Layout::Rgba, pixels.width(), &mut **pixels),
        _ => return,
    };
    let options = TransformOptions::default();
    let target = ColorProfile::new_srgb();
    let Ok(transform) = source.create_transform_8bit(layout, &target, layout, options) else { return };
    let row_length = width as usize * layout.channels();
    let mut converted = vec![0; row_length];
    for row in pixels.chunks_exact_mut(row_length) {
        if transform.transform(row, &mut converted).is_err() {
            return;
        }
        row.copy_from_slice(&converted);
    }
}
