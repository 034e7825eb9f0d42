//! A range of values in the words of MongoDB.
//!
//! The port orders values of different kinds; MongoDB has the same order, but its `$gt` and `$lt` see only values of the
//! kind they are given. So a range is cut into pieces: within a kind, whole kinds beyond it, and where a page begins
//! among equal values, the rest of these.

use bson::{Bson, Document, doc};

use super::document::{KEY, value_bson};
use crate::port::{Bound, Direction};
use crate::{Key, Position, Value};

/// The kinds of value in their order, each with the names that `$type` has for it.
const KINDS: [&[&str]; 5] = [&["int", "long"], &["string"], &["binData"], &["bool"], &["date"]];

fn kind(value: &Value) -> usize {
    match value {
        Value::I64(_) => 0,
        Value::Text(_) => 1,
        Value::Bytes(_) => 2,
        Value::Bool(_) => 3,
        Value::Time(_) => 4,
    }
}

fn names(kinds: impl IntoIterator<Item = usize>) -> Vec<Bson> {
    kinds.into_iter().flat_map(|kind| KINDS[kind]).map(|name| Bson::from(*name)).collect()
}

/// That a field holds what can be indexed: in these words every index says which documents are in it, and every scan
/// repeats them, since only then MongoDB knows that the index has all that the scan wants.
pub(super) fn present(field: &str) -> Document {
    doc! { field: { "$type": names(0..KINDS.len()) } }
}

/// A part of a range that is one condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Every value.
    All,
    /// Every value of these kinds.
    Kinds(Vec<usize>),
    /// Values of one kind between two ends, at least one of which is there.
    Between(Bound, Bound),
    /// One value, and of the documents that have it those with a key beyond this.
    Tie(Value, Key, Direction),
}

impl Piece {
    /// As a condition on `field`; `None` when it asks for nothing.
    pub(super) fn condition(&self, field: &str) -> Option<Document> {
        match self {
            Self::All => None,
            Self::Kinds(kinds) => Some(doc! { field: { "$type": names(kinds.iter().copied()) } }),
            Self::Between(lower, upper) => {
                let mut ends = Document::new();
                match lower {
                    Bound::Open => {}
                    Bound::Included(value) => drop(ends.insert("$gte", value_bson(value))),
                    Bound::Excluded(value) => drop(ends.insert("$gt", value_bson(value))),
                }
                match upper {
                    Bound::Open => {}
                    Bound::Included(value) => drop(ends.insert("$lte", value_bson(value))),
                    Bound::Excluded(value) => drop(ends.insert("$lt", value_bson(value))),
                }
                Some(doc! { field: ends })
            }
            Self::Tie(value, key, direction) => {
                let beyond = match direction {
                    Direction::Ascending => "$gt",
                    Direction::Descending => "$lt",
                };
                let key = value_bson(&Value::from(key.clone()));
                Some(doc! { field: { "$eq": value_bson(value) }, KEY: { beyond: key } })
            }
        }
    }
}

/// The pieces of a range over an ordered field, beyond a position.
pub(super) fn ordered(lower: &Bound, upper: &Bound, after: Option<&Position>, direction: Direction) -> Vec<Piece> {
    let Some((value, key)) = after.and_then(|after| Some((after.order.clone()?, after.key.clone()))) else {
        return range(lower, upper);
    };
    let mut pieces = Vec::new();
    if inside(&value, lower, upper) {
        pieces.push(Piece::Tie(value.clone(), key, direction));
    }
    pieces.extend(beyond(value, lower, upper, direction));
    pieces
}

/// The pieces of a range of keys, beyond a key.
pub(super) fn keys(lower: &Bound, upper: &Bound, after: Option<&Position>, direction: Direction) -> Vec<Piece> {
    match after {
        None => range(lower, upper),
        Some(after) => beyond(after.key.clone().into(), lower, upper, direction),
    }
}

/// What of a range lies beyond a value.
fn beyond(value: Value, lower: &Bound, upper: &Bound, direction: Direction) -> Vec<Piece> {
    match direction {
        Direction::Ascending if below(lower, &value) => range(&Bound::Excluded(value), upper),
        Direction::Descending if above(upper, &value) => range(lower, &Bound::Excluded(value)),
        Direction::Ascending | Direction::Descending => range(lower, upper),
    }
}

/// Whether a lower bound lets the value itself, or smaller ones, into the range.
fn below(lower: &Bound, value: &Value) -> bool {
    match lower {
        Bound::Open => true,
        Bound::Included(lower) => lower <= value,
        Bound::Excluded(lower) => lower < value,
    }
}

/// Whether an upper bound lets the value itself, or greater ones, into the range.
fn above(upper: &Bound, value: &Value) -> bool {
    match upper {
        Bound::Open => true,
        Bound::Included(upper) => upper >= value,
        Bound::Excluded(upper) => upper > value,
    }
}

fn inside(value: &Value, lower: &Bound, upper: &Bound) -> bool {
    below(lower, value) && above(upper, value)
}

fn end(bound: &Bound) -> Option<&Value> {
    match bound {
        Bound::Open => None,
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
    }
}

/// The pieces between two bounds.
fn range(lower: &Bound, upper: &Bound) -> Vec<Piece> {
    let (low, high) = (end(lower), end(upper));
    if low.zip(high).is_some_and(|(low, high)| low > high) {
        return Vec::new();
    }
    let (first, last) = match (low, high) {
        (None, None) => return vec![Piece::All],
        (low, high) => (low.map_or(0, kind), high.map_or(KINDS.len() - 1, kind)),
    };
    let mut pieces = Vec::new();
    let whole_from = if low.is_some() { first + 1 } else { first };
    let whole_to = if high.is_some() { last } else { last + 1 };
    if low.is_some() && high.is_some() && first == last {
        return vec![Piece::Between(lower.clone(), upper.clone())];
    }
    if low.is_some() {
        pieces.push(Piece::Between(lower.clone(), Bound::Open));
    }
    if whole_from < whole_to {
        pieces.push(Piece::Kinds((whole_from..whole_to).collect()));
    }
    if high.is_some() {
        pieces.push(Piece::Between(Bound::Open, upper.clone()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Time;
    use proptest::prelude::*;

    /// Whether MongoDB would find a document with that value and key.
    fn finds(piece: &Piece, value: &Value, key: &Value) -> bool {
        match piece {
            Piece::All => true,
            Piece::Kinds(kinds) => kinds.contains(&kind(value)),
            Piece::Between(lower, upper) => {
                let same = |bound: &Bound| end(bound).is_none_or(|end| kind(end) == kind(value));
                same(lower) && same(upper) && inside(value, lower, upper)
            }
            Piece::Tie(tie, after, Direction::Ascending) => value == tie && *key > Value::from(after.clone()),
            Piece::Tie(tie, after, Direction::Descending) => value == tie && *key < Value::from(after.clone()),
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            (-2..3_i64).prop_map(Value::I64),
            "[ab]{0,2}".prop_map(Value::Text),
            prop::collection::vec(0..2_u8, 0..3).prop_map(Value::Bytes),
            any::<bool>().prop_map(Value::Bool),
            (-1..2_i64).prop_map(|time| Value::Time(Time::from_millis(time))),
        ]
    }

    fn bound() -> impl Strategy<Value = Bound> {
        prop_oneof![Just(Bound::Open), value().prop_map(Bound::Included), value().prop_map(Bound::Excluded)]
    }

    fn key() -> impl Strategy<Value = Key> {
        (0..4_u8).prop_map(|byte| Key::bytes([byte]))
    }

    fn position() -> impl Strategy<Value = Option<Position>> {
        prop::option::of((value(), key()).prop_map(|(value, key)| Position { order: Some(value), key }))
    }

    proptest! {
        /// A value is found by exactly one piece when the range has it, beyond the position, and by none when not.
        #[test]
        fn the_pieces_are_the_range(
            lower in bound(), upper in bound(), after in position(), value in value(), key in key(), up in any::<bool>(),
        ) {
            let direction = if up { Direction::Ascending } else { Direction::Descending };
            let key = Value::from(key);
            let wanted = inside(&value, &lower, &upper) && after.as_ref().is_none_or(|after| {
                let place = (after.order.clone().unwrap(), Value::from(after.key.clone()));
                let here = (value.clone(), key.clone());
                if up { here > place } else { here < place }
            });
            let found = ordered(&lower, &upper, after.as_ref(), direction);
            let found = found.iter().filter(|piece| finds(piece, &value, &key)).count();
            prop_assert_eq!(found, usize::from(wanted));
        }
    }

    #[test]
    fn what_is_usual_is_one_piece() {
        let at = |value: i64| Bound::Included(Value::I64(value));
        assert_eq!(range(&Bound::Open, &Bound::Open), [Piece::All]);
        assert_eq!(range(&at(1), &at(2)), [Piece::Between(at(1), at(2))]);
        assert_eq!(range(&at(2), &at(1)), []);
    }
}
