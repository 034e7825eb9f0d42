//! Primary keys: what a document is found by, one flat value that every engine can hold as `_id`.
//!
//! A key is an id, a text, or several joined: the like of a post by a user has the key `(post, user)`, so that
//! liking twice is one document by construction. To give a newtype of text a key, implement [`StoreKey`] with
//! [`Key::text`].

use crate::{Id, IdLike, Value};

/// A primary key in the form that engines store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// One id (16 bytes) or several joined (32, 48).
    Bytes(Vec<u8>),
    /// A name, or an id and a name joined by `:`.
    Text(String),
}

impl Key {
    /// A key of bytes. All keys of one collection have the same length, so that every engine sorts them alike.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// A key of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl Key {
    /// The id with which it begins, if it does with one: what the logical shard of its document is taken from.
    pub fn leading_id(&self) -> Option<Id> {
        match self {
            Self::Bytes(bytes) => bytes.first_chunk().and_then(|bytes| Id::from_bytes(*bytes).ok()),
            Self::Text(text) => text.split_once(':').and_then(|(id, _)| id.parse().ok()),
        }
    }
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Bytes(bytes) => Self::Bytes(bytes),
            Key::Text(text) => Self::Text(text),
        }
    }
}

/// What can be a document's key.
pub trait StoreKey: Send + Sync {
    /// Its stored form. Two different keys of one collection never share it.
    fn to_key(&self) -> Key;
}

impl StoreKey for Key {
    fn to_key(&self) -> Key {
        self.clone()
    }
}

impl StoreKey for String {
    fn to_key(&self) -> Key {
        Key::text(self.as_str())
    }
}

impl<A: IdLike + Send + Sync, B: IdLike + Send + Sync> StoreKey for (A, B) {
    fn to_key(&self) -> Key {
        Key::bytes([*self.0.as_id().as_bytes(), *self.1.as_id().as_bytes()].concat())
    }
}

impl<A: IdLike + Send + Sync, B: IdLike + Send + Sync, C: IdLike + Send + Sync> StoreKey for (A, B, C) {
    fn to_key(&self) -> Key {
        let (a, b, c) = (self.0.as_id(), self.1.as_id(), self.2.as_id());
        Key::bytes([*a.as_bytes(), *b.as_bytes(), *c.as_bytes()].concat())
    }
}

impl<A: IdLike + Send + Sync> StoreKey for (A, String) {
    // The id has a fixed length, so the text may hold anything, `:` included.
    fn to_key(&self) -> Key {
        Key::text(format!("{}:{}", self.0.as_id(), self.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SeededRandom, Time};

    #[test]
    fn joined_keys_keep_their_parts_in_order() {
        let random = SeededRandom::new(1);
        let a = Id::generate_unsharded(Time::from_millis(1), &random);
        let b = Id::generate_unsharded(Time::from_millis(2), &random);
        let Key::Bytes(joined) = (a, b).to_key() else { panic!("a pair of ids is bytes") };
        assert_eq!(joined[..16], *a.as_bytes());
        assert_eq!(joined[16..], *b.as_bytes());
        assert_ne!((a, b).to_key(), (b, a).to_key());
        assert_eq!((a, b, a).to_key(), Key::bytes([joined, a.as_bytes().to_vec()].concat()));
        assert_eq!((a, "app_1".to_owned()).to_key(), Key::text(format!("{a}:app_1")));
    }

    #[test]
    fn a_key_tells_the_id_it_begins_with() {
        let random = SeededRandom::new(1);
        let [a, b] = [1, 2].map(|time| Id::generate_unsharded(Time::from_millis(time), &random));
        for key in [a.to_key(), (a, b).to_key(), (a, "x:y".to_owned()).to_key()] {
            assert_eq!(key.leading_id(), Some(a));
        }
        for key in [Key::text("asha"), Key::text(a.to_string()), Key::bytes([0; 16]), Key::bytes([1])] {
            assert_eq!(key.leading_id(), None);
        }
    }
}
