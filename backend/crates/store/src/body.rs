//! The bytes of a document as an engine returns them: its own, or a part of what the engine keeps in memory, which are then
//! not copied for each reader.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A BSON document.
#[derive(Clone)]
pub struct Body(Bytes);

#[derive(Clone)]
enum Bytes {
    Own(Vec<u8>),
    /// What begins there.
    Part(Arc<[u8]>, usize),
}

impl Body {
    /// What begins at `from`, which lies within `bytes`.
    pub(crate) fn part(bytes: Arc<[u8]>, from: usize) -> Self {
        Self(Bytes::Part(bytes, from))
    }

    /// As bytes of one's own.
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Bytes::Own(bytes) => bytes,
            Bytes::Part(bytes, from) => bytes[from..].to_vec(),
        }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Bytes::Own(bytes))
    }
}

impl Deref for Body {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Bytes::Own(bytes) => bytes,
            Bytes::Part(bytes, from) => &bytes[*from..],
        }
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl Eq for Body {}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self[..], formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_same_as_bytes_of_its_own() {
        let part = Body::part(Arc::from(b"head and body".as_slice()), 9);
        assert_eq!(part, Body::from(b"body".to_vec()));
        assert_ne!(part, Body::from(b"head".to_vec()));
        assert_eq!(part.into_vec(), b"body");
    }
}
