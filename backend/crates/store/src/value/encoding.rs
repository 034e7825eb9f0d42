//! Values as bytes that sort as the values do (`docs/storage.md`, "Keys").
//!
//! Each value says where it ends, so values laid one after the other sort like a tuple, and one tuple's bytes
//! begin with another's only when its values do. The tags follow the order of the kinds.

use crate::{Key, Time, Value};

const TAG_I64: u8 = 0x10;
const TAG_TEXT: u8 = 0x20;
const TAG_BYTES: u8 = 0x30;
const TAG_BOOL: u8 = 0x40;
const TAG_TIME: u8 = 0x50;

/// Lengths below this are one byte; longer ones follow it in four.
const LONG: u8 = 0xf0;

/// Writes the value after what is in `out` already.
pub(crate) fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::I64(number) => encode_i64(TAG_I64, *number, out),
        Value::Text(text) => encode_text(text, out),
        Value::Bytes(bytes) => encode_bytes(bytes, out),
        Value::Bool(flag) => out.extend([TAG_BOOL, u8::from(*flag)]),
        Value::Time(time) => encode_i64(TAG_TIME, time.as_millis(), out),
    }
}

/// Writes a key, the same bytes as its [`Value`], without making one.
pub(crate) fn encode_key(key: &Key, out: &mut Vec<u8>) {
    match key {
        Key::Bytes(bytes) => encode_bytes(bytes, out),
        Key::Text(text) => encode_text(text, out),
    }
}

/// With the sign bit turned over, negative numbers sort below positive ones.
fn encode_i64(tag: u8, number: i64, out: &mut Vec<u8>) {
    out.push(tag);
    out.extend((number ^ i64::MIN).to_be_bytes());
}

/// A zero byte becomes `00 ff` and the end is `00 00`, so that a text sorts before all that it begins.
fn encode_text(text: &str, out: &mut Vec<u8>) {
    out.push(TAG_TEXT);
    for byte in text.bytes() {
        out.push(byte);
        if byte == 0 {
            out.push(0xff);
        }
    }
    out.extend([0, 0]);
}

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(TAG_BYTES);
    match u8::try_from(bytes.len()) {
        Ok(length) if length < LONG => out.push(length),
        _ => {
            out.push(LONG);
            // A document is smaller than 16 MiB, so no field of one reaches 32 bits.
            out.extend((bytes.len() as u32).to_be_bytes());
        }
    }
    out.extend(bytes);
}

/// Reads one value and moves `bytes` past it; `None` when they are not what [`encode`] writes.
pub(crate) fn decode(bytes: &mut &[u8]) -> Option<Value> {
    match take(bytes, 1)?[0] {
        TAG_I64 => decode_i64(bytes).map(Value::I64),
        TAG_TEXT => decode_text(bytes).map(Value::Text),
        TAG_BYTES => decode_bytes(bytes).map(Value::Bytes),
        TAG_BOOL => match take(bytes, 1)?[0] {
            0 => Some(Value::Bool(false)),
            1 => Some(Value::Bool(true)),
            _ => None,
        },
        TAG_TIME => decode_i64(bytes).map(|millis| Value::Time(Time::from_millis(millis))),
        _ => None,
    }
}

/// Moves `bytes` past one value without making it; `None` when they are too short.
pub(crate) fn skip(bytes: &mut &[u8]) -> Option<()> {
    match take(bytes, 1)?[0] {
        TAG_I64 | TAG_TIME => take(bytes, 8),
        TAG_BOOL => take(bytes, 1),
        TAG_TEXT => {
            let end = bytes.windows(2).position(|pair| pair == [0, 0])?;
            take(bytes, end + 2)
        }
        TAG_BYTES => {
            let length = decode_length(bytes)?;
            take(bytes, length)
        }
        _ => None,
    }
    .map(|_| ())
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn decode_i64(bytes: &mut &[u8]) -> Option<i64> {
    let number = i64::from_be_bytes(take(bytes, 8)?.try_into().ok()?);
    Some(number ^ i64::MIN)
}

fn decode_text(bytes: &mut &[u8]) -> Option<String> {
    let mut text = Vec::new();
    loop {
        match take(bytes, 1)?[0] {
            0 => match take(bytes, 1)?[0] {
                0 => return String::from_utf8(text).ok(),
                0xff => text.push(0),
                _ => return None,
            },
            byte => text.push(byte),
        }
    }
}

fn decode_bytes(bytes: &mut &[u8]) -> Option<Vec<u8>> {
    let length = decode_length(bytes)?;
    take(bytes, length).map(<[u8]>::to_vec)
}

fn decode_length(bytes: &mut &[u8]) -> Option<usize> {
    match take(bytes, 1)?[0] {
        LONG => Some(u32::from_be_bytes(take(bytes, 4)?.try_into().ok()?) as usize),
        short if short < LONG => Some(short.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values of every kind, with what begins alike and what is at an end more often than chance would have it.
    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            prop_oneof![any::<i64>(), -2..3_i64].prop_map(Value::I64),
            "[\0\u{1}a\u{ff}é]{0,4}".prop_map(Value::Text),
            prop::collection::vec(prop_oneof![Just(0), Just(0xff), any::<u8>()], 0..4).prop_map(Value::Bytes),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|millis| Value::Time(Time::from_millis(millis))),
        ]
    }

    proptest! {
        #[test]
        fn tuples_sort_as_their_bytes_do_and_read_back(
            a in prop::collection::vec(value(), 0..4),
            b in prop::collection::vec(value(), 0..4),
        ) {
            let bytes = |values: &[Value]| values.iter().flat_map(encoded).collect::<Vec<_>>();
            prop_assert_eq!(bytes(&a).cmp(&bytes(&b)), a.cmp(&b));
            let (whole, mut values) = (bytes(&a), Vec::new());
            let mut rest = whole.as_slice();
            while !rest.is_empty() {
                values.push(decode(&mut rest).unwrap());
            }
            prop_assert_eq!(values, a);
        }
    }

    fn encoded(value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        encode(value, &mut out);
        out
    }

    /// In ascending order, with what is easily got wrong: signs, prefixes, zero bytes, lengths.
    fn ladder() -> Vec<Value> {
        vec![
            i64::MIN.into(),
            (-1).into(),
            0.into(),
            i64::MAX.into(),
            "".into(),
            "\0".into(),
            "\0a".into(),
            "a".into(),
            "a\0".into(),
            "a\0\u{1}".into(),
            "a\u{1}".into(),
            "é".into(),
            Vec::new().into(),
            vec![0xff].into(),
            vec![0, 0].into(),
            vec![1; 239].into(),
            vec![0; 240].into(),
            vec![0; 70_000].into(),
            false.into(),
            true.into(),
            Time::from_millis(-1).into(),
            Time::from_millis(0).into(),
        ]
    }

    #[test]
    fn bytes_sort_as_values_do() {
        let ladder = ladder();
        assert!(ladder.is_sorted());
        for pair in ladder.windows(2) {
            assert!(pair[0] < pair[1], "{pair:?}");
            assert!(encoded(&pair[0]) < encoded(&pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn values_read_back_one_after_the_other() {
        let mut out = Vec::new();
        ladder().iter().for_each(|value| encode(value, &mut out));
        let mut rest = out.as_slice();
        for value in ladder() {
            let mut skipped = rest;
            assert_eq!(decode(&mut rest), Some(value));
            assert_eq!(skip(&mut skipped), Some(()));
            assert_eq!(skipped, rest);
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn damaged_bytes_are_refused() {
        for value in ladder() {
            let bytes = encoded(&value);
            let cut = &bytes[..bytes.len() - 1];
            assert_eq!(decode(&mut &*cut), None, "{value:?}");
            assert_eq!(skip(&mut &*cut), None, "{value:?}");
        }
        assert_eq!(decode(&mut [0x99_u8, 1].as_slice()), None);
        assert_eq!(decode(&mut [TAG_BOOL, 2].as_slice()), None);
        assert_eq!(decode(&mut [TAG_TEXT, 0, 7].as_slice()), None);
        assert_eq!(decode(&mut [TAG_BYTES, 0xf1].as_slice()), None);
    }
}
