//! Ids: 16 bytes that sort by time and name their logical shard.
//!
//! The layout is RFC 9562 UUIDv8: 48 bits of milliseconds · version (4 bits) · 12 bits logical shard · variant
//! (2 bits) · 62 random bits. All that one user owns carries the user's shard, so that a bare link names the
//! shard it lies on. Text is 26 digits of Crockford's base 32 in lower case ([`text`]), which sorts like the bytes.
//!
//! A kind of id of its own is declared with [`id_type!`](crate::id_type).

mod macros;
mod text;

use std::fmt;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Key, Random, StoreKey, Time, Value};

/// One of the 4,096 parts over which a sharded cluster spreads its documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogicalShard(u16);

impl LogicalShard {
    /// How many logical shards there are.
    pub const COUNT: u16 = 4096;

    /// The shard of that number, below [`COUNT`](Self::COUNT).
    pub const fn new(number: u16) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// A random shard: what a new owner draws.
    pub fn draw(random: &dyn Random) -> Self {
        let mut bytes = [0; 2];
        random.fill(&mut bytes);
        Self(u16::from_be_bytes(bytes) % Self::COUNT)
    }

    /// Its number, `0..4096`.
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// An id of 16 bytes. See the module for its layout.
///
/// Stored as BSON binary (generic subtype); a text of 26 characters in human readable formats.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 16]);

impl Id {
    /// A new id born at `time` on `shard`. Imported things keep their own time, and so their place in every list.
    pub fn generate(time: Time, shard: LogicalShard, random: &dyn Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes[8..]);
        // Times outside 48 bits (before 1970, after the year 10889) become the nearest that fits.
        let millis = time.as_millis().clamp(0, (1 << 48) - 1) as u64;
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        bytes[6..8].copy_from_slice(&(0x8000 | shard.0).to_be_bytes());
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        Self(bytes)
    }

    /// A new id on a random shard: for a new owner, and for what belongs to nobody.
    pub fn generate_unsharded(time: Time, random: &dyn Random) -> Self {
        Self::generate(time, LogicalShard::draw(random), random)
    }

    /// The id of these bytes, when they have the layout of one.
    pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, IdError> {
        if bytes[6] >> 4 == 8 && bytes[8] >> 6 == 2 { Ok(Self(bytes)) } else { Err(IdError) }
    }

    /// Its 16 bytes, which sort by time.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// When it was made, to the millisecond.
    pub fn time(&self) -> Time {
        let [a, b, c, d, e, f, ..] = self.0;
        Time::from_millis(i64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }

    /// The logical shard of its owner.
    pub fn shard(&self) -> LogicalShard {
        LogicalShard(u16::from_be_bytes([self.0[6], self.0[7]]) & 0x0fff)
    }
}

/// An [`Id`], or a kind of id that was declared with [`id_type!`](crate::id_type).
pub trait IdLike {
    /// The bare id.
    fn as_id(&self) -> Id;
}

impl IdLike for Id {
    fn as_id(&self) -> Id {
        *self
    }
}

impl StoreKey for Id {
    fn to_key(&self) -> Key {
        Key::bytes(self.0)
    }
}

impl From<Id> for Value {
    fn from(id: Id) -> Self {
        Self::Bytes(id.0.to_vec())
    }
}

/// The text or the bytes are not those of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of 26 characters")]
pub struct IdError;

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let characters = text::encode(&self.0);
        formatter.pad(std::str::from_utf8(&characters).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Id {
    type Err = IdError;

    /// Accepts exactly what [`Display`](fmt::Display) writes: one id has one text.
    fn from_str(text: &str) -> Result<Self, IdError> {
        text::decode(text).ok_or(IdError).and_then(Self::from_bytes)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_bytes(&self.0) }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            // "Any", because serde's buffer for tagged enums calls itself human readable even when it holds BSON.
            deserializer.deserialize_any(IdVisitor)
        } else {
            deserializer.deserialize_bytes(IdVisitor)
        }
    }
}

struct IdVisitor;

impl Visitor<'_> for IdVisitor {
    type Value = Id;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an id of 26 characters")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Id, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Id, E> {
        let bytes = bytes.try_into().map_err(|_| E::custom(IdError))?;
        Id::from_bytes(bytes).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRandom;

    fn id(millis: i64, shard: u16) -> Id {
        let shard = LogicalShard::new(shard).unwrap();
        Id::generate(Time::from_millis(millis), shard, &SeededRandom::new(7))
    }

    #[test]
    fn an_id_tells_its_time_and_shard() {
        let id = id(1_790_000_000_123, 4095);
        assert_eq!(id.time(), Time::from_millis(1_790_000_000_123));
        assert_eq!(id.shard().number(), 4095);
        assert_eq!(LogicalShard::new(4096), None);
        assert_eq!(Id::generate(Time::from_millis(-5), id.shard(), &SeededRandom::new(1)).time().as_millis(), 0);
    }

    #[test]
    fn ids_sort_by_time_as_bytes_and_as_text() {
        let (early, late) = (id(1_000, 9), id(1_001, 0));
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
    }

    #[test]
    fn one_id_has_one_text() {
        let id = id(1_790_000_000_123, 17);
        let text = id.to_string();
        assert_eq!(text.len(), 26);
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.to_uppercase().parse::<Id>(), Err(IdError));
        assert_eq!(format!("{text}0").parse::<Id>(), Err(IdError));
        assert_eq!(text[1..].parse::<Id>(), Err(IdError));
        assert_eq!("".parse::<Id>(), Err(IdError));
    }

    #[test]
    fn bytes_that_no_generator_made_are_refused() {
        assert_eq!(Id::from_bytes([0; 16]), Err(IdError));
        assert_eq!("0".repeat(26).parse::<Id>(), Err(IdError));
    }

    #[test]
    fn an_id_is_binary_in_bson_and_text_in_json_even_inside_a_tagged_enum() {
        #[derive(Serialize, Deserialize, PartialEq, Debug)]
        #[serde(tag = "kind")]
        enum Tagged {
            One { id: Id },
        }
        let tagged = Tagged::One { id: id(1_000, 3) };
        let Tagged::One { id } = &tagged;
        let bytes = bson::serialize_to_vec(&tagged).unwrap();
        let raw = bson::RawDocument::from_bytes(&bytes).unwrap();
        assert_eq!(raw.get_binary("id").unwrap().bytes, id.as_bytes());
        assert_eq!(bson::deserialize_from_slice::<Tagged>(&bytes).unwrap(), tagged);
        let json = serde_json::to_string(&tagged).unwrap();
        assert_eq!(json, format!(r#"{{"kind":"One","id":"{id}"}}"#));
        assert_eq!(serde_json::from_str::<Tagged>(&json).unwrap(), tagged);
    }
}
