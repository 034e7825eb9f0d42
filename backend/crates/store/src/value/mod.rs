//! Values of indexed fields: the few kinds that sort alike on every engine.
//!
//! Their order is MongoDB's: integers, then text (by bytes), then binary (shorter first), then booleans, then
//! dates. [`encoding`] turns them into bytes that sort the same way. Floats are left out on purpose: they
//! have no total order that people agree on.

pub(crate) mod encoding;

use std::cmp::Ordering;

use crate::Time;

/// The value of an indexed field, or of a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A 64-bit integer; smaller BSON integers are read as one.
    I64(i64),
    /// Text, in the order of its UTF-8 bytes.
    Text(String),
    /// Binary, shorter before longer, then by bytes: the order that MongoDB gives it. Ids are binary.
    Bytes(Vec<u8>),
    /// `false` before `true`.
    Bool(bool),
    /// A moment.
    Time(Time),
}

impl Value {
    fn rank(&self) -> u8 {
        match self {
            Self::I64(_) => 1,
            Self::Text(_) => 2,
            Self::Bytes(_) => 3,
            Self::Bool(_) => 4,
            Self::Time(_) => 5,
        }
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::I64(a), Self::I64(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bytes(a), Self::Bytes(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::I64(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::I64(value.into())
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::I64(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<Time> for Value {
    fn from(value: Time) -> Self {
        Self::Time(value)
    }
}
