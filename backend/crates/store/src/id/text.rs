//! The text of an id: Crockford's base 32 in lower case, 26 digits for 128 bits, most significant first.
//!
//! Strict on purpose: no upper case, no look-alikes (`o` for `0`), no hyphens, so that two texts are never one id.

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How many characters an id has.
pub(super) const LENGTH: usize = 26;

pub(super) fn encode(bytes: &[u8; 16]) -> [u8; LENGTH] {
    let mut rest = u128::from_be_bytes(*bytes);
    let mut text = [0; LENGTH];
    for digit in text.iter_mut().rev() {
        *digit = DIGITS[(rest & 31) as usize];
        rest >>= 5;
    }
    text
}

pub(super) fn decode(text: &str) -> Option<[u8; 16]> {
    // 26 digits hold 130 bits: the first one may only be 0 to 7.
    if text.len() != LENGTH || !(b'0'..=b'7').contains(&text.as_bytes()[0]) {
        return None;
    }
    let mut number = 0_u128;
    for byte in text.bytes() {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        number = (number << 5) | digit as u128;
    }
    Some(number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_read_back() {
        for bytes in [[0; 16], [0xff; 16], *b"0123456789abcdef"] {
            let text = encode(&bytes);
            assert_eq!(decode(std::str::from_utf8(&text).unwrap()), Some(bytes));
        }
        assert_eq!(&encode(&[0xff; 16]), b"7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    #[test]
    fn what_is_out_of_range_or_alphabet_is_refused() {
        assert_eq!(decode("80000000000000000000000000"), None);
        assert_eq!(decode("0000000000000000000000000u"), None);
        assert_eq!(decode("0000000000000000000000000i"), None);
        assert_eq!(decode("000000000000000000000000é"), None);
    }
}
