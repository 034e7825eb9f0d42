//! Whether a JPEG is all there. Decoders fill what is missing with grey and say nothing; people would post half a photo.
//!
//! It walks the markers of ITU-T T.81 annex B from start to end of image. Nothing is decoded here.

use image::ImageFormat;

use crate::media::refusal::Refusal;

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// Refuses a JPEG that ends before its end-of-image marker. Other formats are whole when they decode.
///
/// # Errors
/// [`Refusal::Broken`].
pub(super) fn whole(format: ImageFormat, bytes: &[u8]) -> Result<(), Refusal> {
    if format != ImageFormat::Jpeg || ends(bytes.get(2..).unwrap_or_default()) {
        Ok(())
    } else {
        Err(Refusal::Broken("it ends before its picture does".to_owned()))
    }
}

/// Whether an end-of-image marker is reached in `rest`, which begins after start-of-image. What comes after it (many
/// cameras append something) does not matter.
fn ends(mut rest: &[u8]) -> bool {
    loop {
        let Some((marker, after)) = next_marker(rest) else { return false };
        match marker {
            END_OF_IMAGE => return true,
            // Restart and temporary markers stand alone.
            0x01 | 0xd0..=0xd7 => rest = after,
            marker => {
                let Some([high, low]) = after.first_chunk::<2>() else { return false };
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let Some(behind) = after.get(length.max(2)..) else { return false };
                rest = if marker == START_OF_SCAN { after_scan(behind) } else { behind };
            }
        }
    }
}

/// The next marker and what follows it; padding and stray bytes before it are passed over, as decoders do.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut at = bytes.iter().position(|byte| *byte == 0xff)?;
    loop {
        match bytes.get(at)? {
            0xff => at += 1,
            0x00 => return next_marker(&bytes[at + 1..]),
            marker => return Some((*marker, &bytes[at + 1..])),
        }
    }
}

/// What follows the entropy-coded data: in it `ff 00` is a byte and `ff d0`–`ff d7` are restarts.
fn after_scan(bytes: &[u8]) -> &[u8] {
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == 0xff) {
        at += found;
        match bytes.get(at + 1) {
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return &bytes[at..],
            None => return &[],
        }
    }
    &[]
}
