//! Where a follower stands in the list: the time up to which it has read, and a digest of what it saw in the overlap
//! before that.
//!
//! Entries are ordered by the moment at which their writer drew the id, and become visible in another order. So a
//! follower must look back, by 30 s; and since the server remembers no follower, the cursor says what was seen there:
//! where the digest still agrees, nothing new has appeared behind its back. The entries themselves are idempotent.

use std::time::Duration;

use store::{Id, Time};

/// How far back entries may still appear.
const OVERLAP: Duration = Duration::from_secs(30);

/// A follower's position. Its text is not secret and not signed: a forged one reads what any follower may read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The time of the newest entry that was seen, in milliseconds; 0 before the first.
    newest: i64,
    /// Of all entries in the overlap up to there.
    digest: u64,
}

impl Cursor {
    /// Reads what [`Cursor::write`] wrote; the empty text is the beginning.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let (newest, digest) = text.split_once('-')?;
        let newest = newest.parse().ok().filter(|newest| *newest >= 0)?;
        Some(Self { newest, digest: u64::from_str_radix(digest, 16).ok()? })
    }

    pub(crate) fn write(self) -> String {
        format!("{}-{:016x}", self.newest, self.digest)
    }

    /// From when on entries must be looked at.
    pub(crate) fn from(self) -> Time {
        Time::from_millis(self.newest) - OVERLAP
    }

    /// The position of a follower that has now seen `entries`, which are all from [`Cursor::from`] on.
    pub(crate) fn after(self, entries: &[Id]) -> Self {
        let newest = entries.iter().map(|id| id.time().as_millis()).fold(self.newest, i64::max);
        let from = Time::from_millis(newest) - OVERLAP;
        let overlap = entries.iter().filter(|id| id.time() >= from);
        Self { newest, digest: overlap.fold(0, |digest, id| digest ^ fold(id)) }
    }

    /// Whether an entry appeared among `entries` that is not newer than what was seen: then all of them are sent again.
    pub(crate) fn missed_one(self, entries: &[Id]) -> bool {
        let seen = entries.iter().filter(|id| !self.is_new(id));
        seen.fold(0, |digest, id| digest ^ fold(id)) != self.digest
    }

    /// Whether `id` is newer than everything that was seen.
    pub(crate) fn is_new(self, id: &Id) -> bool {
        id.time().as_millis() > self.newest
    }
}

/// 64 bits of an id, most of them random; sums of them by exclusive or do not depend on the order.
fn fold(id: &Id) -> u64 {
    let (front, back) = id.as_bytes().split_at(8);
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    // Multiplied by an odd constant, so that the halves do not cancel each other out.
    number(front).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number(back)
}

#[cfg(test)]
mod tests {
    use store::SeededRandom;

    use super::*;

    fn ids(seconds: &[i64]) -> Vec<Id> {
        let random = SeededRandom::new(3);
        seconds.iter().map(|second| Id::generate_unsharded(Time::from_seconds(*second), &random)).collect()
    }

    #[test]
    fn a_cursor_reads_back_and_a_strange_text_does_not() {
        let cursor = Cursor::default().after(&ids(&[100, 101]));
        assert_eq!(Cursor::parse(&cursor.write()), Some(cursor));
        assert_eq!(Cursor::parse(""), Some(Cursor::default()));
        for text in ["x", "1", "-1-0", "1-xyz"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_seen_is_not_new_and_what_appears_late_is_missed() {
        let entries = ids(&[100, 110, 120]);
        let cursor = Cursor::default().after(&[entries[0], entries[2]]);
        assert!(!cursor.missed_one(&[entries[0], entries[2]]));
        assert!(cursor.missed_one(&entries), "the entry of second 110 was committed late");
        assert!(!cursor.after(&entries).missed_one(&entries));
    }

    #[test]
    fn the_overlap_moves_with_the_newest_entry() {
        let entries = ids(&[100, 200]);
        let cursor = Cursor::default().after(&entries);
        assert_eq!(cursor.from(), Time::from_seconds(170));
        assert!(!cursor.missed_one(&entries[1..]), "second 100 lies before the overlap");
    }
}
