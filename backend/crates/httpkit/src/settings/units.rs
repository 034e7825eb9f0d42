//! Times and sizes as people write them in a settings file: "10 min", "30 MB".
//!
//! The file says the unit beside the number instead of in the key (`access = "10 min"`, not `access_seconds = 600`):
//! it reads as a sentence, 90 days need no multiplication, and a number without a unit is an error instead of a guess.
//! Exactly one number and one of the units below, nothing else. To add a unit, add a line to a table.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

const MILLISECONDS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
const BYTES: [(&str, u64); 4] = [("B", 1), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)];

/// A time above zero.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).ok_or_else(|| {
        D::Error::custom(format!(
            "\"{text}\" is not a time such as \"250 ms\", \"30 s\", \"10 min\", \"2 h\" or \"90 d\""
        ))
    })
}

/// `text` as a time above zero.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    parse(text, &MILLISECONDS).map(Duration::from_millis)
}

/// A size above zero, in bytes.
pub(super) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text, &BYTES)
        .ok_or_else(|| D::Error::custom(format!("\"{text}\" is not a size such as \"64 kB\", \"30 MB\" or \"2 GB\"")))
}

/// A size above zero, in bytes; none for "auto".
pub(super) fn size_or_auto<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text == "auto" {
        return Ok(None);
    }
    parse(&text, &BYTES).map(Some).ok_or_else(|| {
        D::Error::custom(format!("\"{text}\" is neither \"auto\" nor a size such as \"64 kB\", \"30 MB\" or \"2 GB\""))
    })
}

fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor).filter(|value| *value > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_a_unit_is_read() {
        assert_eq!(parse("10 min", &MILLISECONDS), Some(600_000));
        assert_eq!(parse("250ms", &MILLISECONDS), Some(250));
        assert_eq!(parse("90 d", &MILLISECONDS), Some(7_776_000_000));
        assert_eq!(parse("64 kB", &BYTES), Some(64_000));
        assert_eq!(parse("30 MB", &BYTES), Some(30_000_000));
    }

    #[test]
    fn anything_else_is_refused_instead_of_guessed() {
        for text in [
            "",
            "10",
            "min",
            "0 s",
            "-1 s",
            "1.5 h",
            "10  min",
            " 10 min",
            "10 min ",
            "10 minutes",
            "10 M",
            "99999999999999999 d",
        ] {
            assert_eq!(parse(text, &MILLISECONDS), None, "{text:?}");
        }
        for text in ["64 KB", "64 kb", "64 k", "64"] {
            assert_eq!(parse(text, &BYTES), None, "{text:?}");
        }
    }
}
