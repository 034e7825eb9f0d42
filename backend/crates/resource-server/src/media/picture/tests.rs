//! Pictures as people and their enemies send them, made by hand, and what becomes of them.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

const SIDES: [u32; 4] = [320, 640, 1080, 2048];
const MAX_PIXELS: u64 = 50_000_000;

/// What must never get out: it stands in the EXIF of [`camera_photo`] as text.
pub(crate) const SECRET_PLACE: &str = "19.0760N 72.8777E";

/// A picture whose left half is red and whose right half is blue.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([200, 30, 30]) } else { Rgb([30, 30, 200]) })
}

/// [`halves`] as JPEG.
pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&halves(width, height)).unwrap();
    bytes
}

/// [`jpeg`] as a camera writes it: held sideways (`orientation` as EXIF counts), with a position.
pub(crate) fn camera_photo(width: u32, height: u32, orientation: u16) -> Vec<u8> {
    let plain = jpeg(width, height);
    let exif = exif(orientation);
    let mut photo = plain[..2].to_vec();
    photo.extend([0xff, 0xe1]);
    photo.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    photo.extend(exif);
    photo.extend(&plain[2..]);
    photo
}

/// An EXIF segment (CIPA DC-008): an orientation, a description, and a GPS directory with latitude, longitude and area.
fn exif(orientation: u16) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut entry = Vec::new();
        entry.extend(tag.to_be_bytes());
        entry.extend(kind.to_be_bytes());
        entry.extend(count.to_be_bytes());
        entry.extend(value.to_be_bytes());
        entry
    };
    let text_length = u32::try_from(SECRET_PLACE.len() + 1).unwrap();
    // Header 8, first directory 2 + 3 * 12 + 4, GPS directory 2 + 5 * 12 + 4; then the values.
    let (gps_at, values_at) = (8 + 42, 8 + 42 + 66);
    let (latitude_at, longitude_at, text_at) = (values_at, values_at + 24, values_at + 48);
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
    exif.extend(3_u16.to_be_bytes());
    exif.extend(entry(0x010e, 2, text_length, text_at));
    exif.extend(entry(0x0112, 3, 1, u32::from(orientation) << 16));
    exif.extend(entry(0x8825, 4, 1, gps_at));
    exif.extend([0; 4]);
    exif.extend(5_u16.to_be_bytes());
    exif.extend(entry(1, 2, 2, u32::from_be_bytes(*b"N\0\0\0")));
    exif.extend(entry(2, 5, 3, latitude_at));
    exif.extend(entry(3, 2, 2, u32::from_be_bytes(*b"E\0\0\0")));
    exif.extend(entry(4, 5, 3, longitude_at));
    exif.extend(entry(0x1c, 2, text_length, text_at));
    exif.extend([0; 4]);
    for part in [19_u32, 1, 4, 1, 3360, 100, 72, 1, 52, 1, 3972, 100] {
        exif.extend(part.to_be_bytes());
    }
    exif.extend(SECRET_PLACE.as_bytes());
    exif.push(0);
    exif
}

/// A PNG of a few bytes that says it has this size.
pub(crate) fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(13_u32.to_be_bytes());
    png.extend(&header);
    png.extend(crc32(&header).to_be_bytes());
    png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

fn made(bytes: &[u8]) -> Developed {
    develop(bytes, MAX_PIXELS, &SIDES).unwrap()
}

fn refused(bytes: &[u8]) -> &'static str {
    develop(bytes, MAX_PIXELS, &SIDES).unwrap_err().reason()
}

fn decoded(rendition: &Rendition) -> RgbImage {
    let picture = image::load_from_memory_with_format(&rendition.bytes, ImageFormat::WebP).unwrap();
    picture.into_rgb8()
}

fn is_red(pixel: &Rgb<u8>) -> bool {
    pixel[0] > 150 && pixel[2] < 100
}

#[test]
fn a_photo_is_made_in_every_size_that_is_not_larger() {
    let developed = made(&jpeg(1600, 1200));
    let sizes: Vec<_> = developed.sizes.iter().map(|size| (size.side, size.width, size.height)).collect();
    assert_eq!(sizes, [(320, 320, 240), (640, 640, 480), (1080, 1080, 810), (1600, 1600, 1200)]);
    assert_eq!((developed.width, developed.height), (1600, 1200));
    for size in &developed.sizes {
        let picture = decoded(size);
        assert_eq!((picture.width(), picture.height()), (size.width, size.height));
        assert!(is_red(picture.get_pixel(2, 2)) && !is_red(picture.get_pixel(size.width - 3, 2)));
    }
    assert!(BASE64.decode(developed.thumbhash.as_bytes()).unwrap().len() > 10);
}

#[test]
fn a_photo_held_sideways_stands_upright_and_says_nothing_of_where_it_was_taken() {
    // 6: the top of the picture is at the right; turned upright, what was left is on top.
    let photo = camera_photo(800, 600, 6);
    assert!(contains(&photo, SECRET_PLACE.as_bytes()));
    let developed = made(&photo);
    assert_eq!((developed.width, developed.height), (600, 800));
    for size in &developed.sizes {
        let picture = decoded(size);
        assert!(picture.width() < picture.height());
        assert!(is_red(picture.get_pixel(2, 2)) && is_red(picture.get_pixel(picture.width() - 3, 2)));
        assert!(!is_red(picture.get_pixel(2, picture.height() - 3)));
        for trace in [SECRET_PLACE.as_bytes(), b"Exif", b"EXIF", b"XMP", b"ICCP", b"GPS"] {
            assert!(!contains(&size.bytes, trace));
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn every_orientation_has_its_size() {
    for orientation in 1..=8 {
        let developed = made(&camera_photo(80, 60, orientation));
        let expected = if orientation < 5 { (80, 60) } else { (60, 80) };
        assert_eq!((developed.width, developed.height), expected, "orientation {orientation}");
        assert_eq!((developed.sizes[0].width, developed.sizes[0].height), expected, "orientation {orientation}");
    }
}

#[test]
fn what_shines_through_still_does() {
    let picture = RgbaImage::from_fn(64, 64, |x, _| Rgba([0, 120, 0, if x < 32 { 0 } else { 255 }]));
    let mut png = Vec::new();
    picture.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
    let developed = made(&png);
    let shown = image::load_from_memory(&developed.sizes[0].bytes).unwrap().into_rgba8();
    assert_eq!((shown.get_pixel(2, 30)[3], shown.get_pixel(60, 30)[3]), (0, 255));
}

#[test]
fn colours_of_a_wide_profile_become_those_of_srgb() {
    let green = RgbImage::from_pixel(64, 64, Rgb([60, 200, 60]));
    let mut wide = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut wide, 100);
    encoder.set_icc_profile(moxcms::ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    encoder.write_image(&green, 64, 64, ExtendedColorType::Rgb8).unwrap();
    let shown = decoded(&made(&wide).sizes[0]);
    let pixel = shown.get_pixel(32, 32);
    // The same green is further out in sRGB: less red and blue in it.
    assert!(pixel[0] < 45 && pixel[1] > 195, "{pixel:?}");
}

#[test]
fn a_picture_that_would_unpack_to_too_much_is_refused_by_its_header() {
    assert_eq!(refused(&bomb(100_000, 100_000)), "picture_too_many_pixels");
    assert_eq!(refused(&bomb(u32::MAX / 2, 1)), "picture_too_many_pixels");
    assert_eq!(refused(&bomb(10_000, 5_001)), "picture_too_many_pixels");
    // Within the limit, and nothing behind the header.
    assert_eq!(refused(&bomb(100, 100)), "picture_broken");
    assert_eq!(refused(&bomb(0, 100)), "picture_broken");
}

#[test]
fn a_picture_that_is_cut_off_is_refused_wherever_it_is_cut() {
    let photo = camera_photo(400, 300, 1);
    for length in [3, 20, 200, photo.len() / 2, photo.len() - 2] {
        assert_eq!(refused(&photo[..length]), "picture_broken", "cut at {length} of {}", photo.len());
    }
    let mut png = Vec::new();
    halves(400, 300).write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
    assert_eq!(refused(&png[..png.len() / 2]), "picture_broken");
    let mut webp = Vec::new();
    halves(400, 300).write_to(&mut Cursor::new(&mut webp), ImageFormat::WebP).unwrap();
    assert_eq!(refused(&webp[..webp.len() / 2]), "picture_broken");
}

#[test]
fn what_a_camera_appends_does_no_harm_and_does_not_get_out() {
    let mut photo = jpeg(400, 300);
    photo.extend(b"<script>alert(1)</script>PK\x03\x04");
    let developed = made(&photo);
    assert!(developed.sizes.iter().all(|size| !contains(&size.bytes, b"script")));
}

#[test]
fn what_is_no_picture_is_refused_whatever_it_is_called() {
    for bytes in
        [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"<!doctype html><script>", b"%PDF-1.7", b"MZ", b""]
    {
        assert_eq!(refused(bytes), "not_a_picture");
    }
    assert_eq!(refused(b"\0\0\0\x18ftypheic\0\0\0\0"), "picture_format_unknown");
    // A script that calls itself a GIF: what follows its mark is read as a size, and then as nothing that could be shown.
    assert_eq!(refused(b"GIF89a/*<script>alert(1)</script>*/"), "picture_too_many_pixels");
    assert_eq!(refused(b"GIF89a\x0a\0\x0a\0\0\0\0=1;/*<script>alert(1)</script>*/"), "picture_broken");
}

#[test]
fn of_what_moves_the_first_frame_is_kept() {
    let mut gif = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
    for colour in [[200, 30, 30, 255], [30, 30, 200, 255]] {
        encoder.encode_frame(image::Frame::new(RgbaImage::from_pixel(40, 30, Rgba(colour)))).unwrap();
    }
    drop(encoder);
    let developed = made(&gif);
    assert!(is_red(decoded(&developed.sizes[0]).get_pixel(20, 15)));
}
