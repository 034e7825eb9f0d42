//! Pictures as cameras write them: a JPEG with EXIF in front, orientation and GPS position in it.
//!
//! The EXIF block is written by hand after the TIFF and EXIF specifications, so that the code that must remove it is not
//! the code that made it.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// A text that stands in the GPS block of [`camera_jpeg`].
pub const GPS_MARK: &[u8] = b"WGS-84-tapri-gps";
/// A text that stands among the camera's own tags in [`camera_jpeg`].
pub const CAMERA_MARK: &[u8] = b"Kettle & Sons Chai Cam 7";
/// Latitude and longitude in [`camera_jpeg`] as the rationals' bytes: 26° 54' 44.73", 75° 47' 14.21".
pub const GPS_LATITUDE: [u8; 24] = rationals([(26, 1), (54, 1), (4473, 100)]);
/// See [`GPS_LATITUDE`].
pub const GPS_LONGITUDE: [u8; 24] = rationals([(75, 1), (47, 1), (1421, 100)]);

/// A landscape picture of `width` × `height` pixels, stored upright and marked "turn me right" (orientation 6), with the
/// camera's name and a GPS position in its EXIF.
pub fn camera_jpeg(width: u32, height: u32) -> Vec<u8> {
    let plain = jpeg(width, height);
    let mut picture = plain[..2].to_vec();
    let exif = exif();
    let length = u16::try_from(exif.len() + 8).expect("the block is small");
    picture.extend([0xFF, 0xE1]);
    picture.extend(length.to_be_bytes());
    picture.extend(b"Exif\0\0");
    picture.extend(exif);
    picture.extend(&plain[2..]);
    picture
}

/// A JPEG without any metadata.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(width, height, ImageFormat::Jpeg)
}

/// A PNG without any metadata.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(width, height, ImageFormat::Png)
}

/// A PNG that says it is `width` × `height` pixels and holds none of them: a bomb's fuse.
pub fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let mut picture = png(1, 1);
    picture[16..20].copy_from_slice(&width.to_be_bytes());
    picture[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&picture[12..29]);
    picture[29..33].copy_from_slice(&checksum.to_be_bytes());
    picture
}

fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let shade = |at: u32, of: u32| u8::try_from(at * 255 / of.max(1)).expect("at most 255");
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([shade(x, width), shade(y, height), 120]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("both formats are compiled in");
    bytes.into_inner()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

const fn rationals(parts: [(u32, u32); 3]) -> [u8; 24] {
    let mut bytes = [0; 24];
    let mut part = 0;
    while part < 3 {
        let (above, below) = (parts[part].0.to_be_bytes(), parts[part].1.to_be_bytes());
        let mut at = 0;
        while at < 4 {
            bytes[part * 8 + at] = above[at];
            bytes[part * 8 + 4 + at] = below[at];
            at += 1;
        }
        part += 1;
    }
    bytes
}

/// One entry of a TIFF directory: its tag, its type, how many, and the bytes of its value.
struct Entry(u16, u16, u32, Vec<u8>);

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;

fn ascii(tag: u16, text: &[u8]) -> Entry {
    let value = [text, b"\0"].concat();
    Entry(tag, ASCII, u32::try_from(value.len()).expect("short"), value)
}

/// The TIFF block: big-endian, the main directory, then the GPS directory.
fn exif() -> Vec<u8> {
    const HEADER: u32 = 8;
    let main = |gps_at: u32| {
        vec![
            ascii(0x0110, CAMERA_MARK),
            Entry(0x0112, SHORT, 1, vec![0, 6]),
            Entry(0x8825, LONG, 1, gps_at.to_be_bytes().to_vec()),
        ]
    };
    let gps = vec![
        ascii(0x0001, b"N"),
        Entry(0x0002, RATIONAL, 3, GPS_LATITUDE.to_vec()),
        ascii(0x0003, b"E"),
        Entry(0x0004, RATIONAL, 3, GPS_LONGITUDE.to_vec()),
        ascii(0x0012, GPS_MARK),
    ];
    let gps_at = HEADER + u32::try_from(directory(&main(0), HEADER).len()).expect("short");
    let mut block = b"MM\0\x2a".to_vec();
    block.extend(HEADER.to_be_bytes());
    block.extend(directory(&main(gps_at), HEADER));
    block.extend(directory(&gps, gps_at));
    block
}

/// A directory that stands at `at`, with the values that do not fit into their entries behind it.
fn directory(entries: &[Entry], at: u32) -> Vec<u8> {
    let count = u16::try_from(entries.len()).expect("few");
    let mut values_at = at + 2 + u32::from(count) * 12 + 4;
    let (mut table, mut values) = (count.to_be_bytes().to_vec(), Vec::<u8>::new());
    for Entry(tag, kind, count, value) in entries {
        table.extend(tag.to_be_bytes());
        table.extend(kind.to_be_bytes());
        table.extend(count.to_be_bytes());
        if value.len() <= 4 {
            table.extend(value);
            table.resize(table.len() + 4 - value.len(), 0);
        } else {
            table.extend(values_at.to_be_bytes());
            values_at += u32::try_from(value.len()).expect("short");
            values.extend(value);
        }
    }
    table.extend(0u32.to_be_bytes());
    table.extend(values);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(haystack: &[u8], needle: &[u8]) -> bool {
        haystack.windows(needle.len()).any(|window| window == needle)
    }

    #[test]
    fn the_camera_picture_is_a_jpeg_with_all_its_marks() {
        let picture = camera_jpeg(64, 48);
        let decoded = image::load_from_memory_with_format(&picture, ImageFormat::Jpeg).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (64, 48));
        for mark in [GPS_MARK, CAMERA_MARK, &GPS_LATITUDE, &GPS_LONGITUDE] {
            assert!(contains(&picture, mark));
        }
        let mut decoder =
            image::ImageReader::with_format(Cursor::new(&picture), ImageFormat::Jpeg).into_decoder().unwrap();
        let orientation = image::ImageDecoder::orientation(&mut decoder).unwrap();
        assert_eq!(orientation, image::metadata::Orientation::Rotate90);
    }

    #[test]
    fn a_claimed_size_has_a_right_checksum() {
        let honest = png(1, 1);
        assert_eq!(png_that_claims(1, 1), honest);
    }
}
