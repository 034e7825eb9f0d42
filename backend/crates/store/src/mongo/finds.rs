//! A scan in the words of MongoDB: the `find` commands that answer it together.
//!
//! One prefix, or many that differ in their first field only, are one `find` with `$in`; its answer is in order, because
//! the server merges one index range for each value. Where there are more than it merges ([`MERGED`]), or they differ in
//! other fields too, there are several `find`s, whose answers the engine merges. Each names its index, so that no other
//! plan is ever chosen.

use std::collections::BTreeMap;

use bson::{Bson, Document, doc};

use super::declare;
use super::document::{KEY, value_bson};
use super::pieces::{self, Piece, present};
use crate::port::{Direction, Scan, Show};
use crate::{Error, Index, Result, Value};

/// How many values of the first field one `find` asks for. MongoDB merges at most 200 ranges of an index in order and sorts
/// in memory beyond that; a page that begins among equal values makes three ranges of each.
const MERGED: usize = 64;

/// One `find` command.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Find {
    pub(super) filter: Document,
    /// Empty where at most one document is found, or the order does not matter since all are taken.
    pub(super) sort: Document,
    /// The index's name.
    pub(super) hint: String,
    /// `None`: all of them, which the filter bounds.
    pub(super) limit: Option<usize>,
}

/// The `find`s whose answers are merged.
pub(super) fn finds(scan: &Scan) -> Result<Vec<Find>> {
    if scan.prefixes.is_empty() || scan.limit == 0 {
        return Ok(Vec::new());
    }
    let Some(name) = scan.index else {
        return Ok(by_key(scan).into_iter().collect());
    };
    let index = scan
        .schema
        .index(name)
        .ok_or_else(|| Error::Engine(format!("`{}` has no index `{name}`", scan.schema.collection)))?;
    let pieces = match index.order {
        Some(_) => pieces::ordered(&scan.lower, &scan.upper, scan.after.as_ref(), scan.direction),
        None => pieces::keys(&scan.lower, &scan.upper, scan.after.as_ref(), scan.direction),
    };
    let groups = groups(&index, &scan.prefixes);
    Ok(groups.iter().filter_map(|fixed| by_index(scan, &index, fixed, &pieces)).collect())
}

fn by_key(scan: &Scan) -> Option<Find> {
    let pieces = pieces::keys(&scan.lower, &scan.upper, scan.after.as_ref(), scan.direction);
    let filter = any(pieces.iter().map(|piece| {
        let mut all: Vec<_> = piece.condition(KEY).into_iter().collect();
        all.extend(shown(scan));
        all
    }))?;
    let sort = doc! { KEY: sign(scan.direction) };
    Some(Find { filter, sort, hint: "_id_".to_owned(), limit: Some(scan.limit) })
}

/// Conditions on the fixed fields, one set for each `find`.
fn groups(index: &Index, prefixes: &[Vec<Value>]) -> Vec<Vec<Document>> {
    let Some((first, others)) = index.equal.split_first() else {
        return vec![Vec::new()];
    };
    // The same prefix twice must not show its documents twice.
    let mut by_others: BTreeMap<&[Value], Vec<&Value>> = BTreeMap::new();
    for (value, rest) in prefixes.iter().filter_map(|prefix| prefix.split_first()) {
        by_others.entry(rest).or_default().push(value);
    }
    let mut groups = Vec::new();
    for (rest, mut values) in by_others {
        values.sort_unstable();
        values.dedup();
        for values in values.chunks(at_once(index)) {
            let condition = match values {
                [value] => doc! { *first: { "$eq": value_bson(value) } },
                values => doc! { *first: { "$in": values.iter().map(|value| value_bson(value)).collect::<Vec<_>>() } },
            };
            let rest = others.iter().zip(rest).map(|(field, value)| doc! { *field: { "$eq": value_bson(value) } });
            groups.push([condition].into_iter().chain(rest).collect());
        }
    }
    groups
}

/// A unique index ends with its own fields and not with the key, so equal values of different prefixes have no order in
/// it: each prefix is asked for alone.
fn at_once(index: &Index) -> usize {
    if index.unique && index.order.is_some() { 1 } else { MERGED }
}

fn by_index(scan: &Scan, index: &Index, fixed: &[Document], pieces: &[Piece]) -> Option<Find> {
    let ordered = index.order.unwrap_or(KEY);
    let filter = any(pieces.iter().map(|piece| {
        let mut all = fixed.to_vec();
        all.extend(index.fields().map(present));
        all.extend(piece.condition(ordered));
        all.extend(shown(scan));
        all
    }))?;
    let sign = sign(scan.direction);
    let (sort, limit) = match (index.unique, index.order) {
        (false, Some(order)) => (doc! { order: sign, KEY: sign }, Some(scan.limit)),
        (false, None) => (doc! { KEY: sign }, Some(scan.limit)),
        (true, Some(order)) => (doc! { order: sign }, Some(scan.limit)),
        // Each prefix has one document at most.
        (true, None) => (Document::new(), None),
    };
    Some(Find { filter, sort, hint: declare::name(scan.schema, index).to_owned(), limit })
}

/// Which documents are shown at that moment. A field that is absent or no date is not at or before it.
fn shown(scan: &Scan) -> Option<Document> {
    let field = scan.schema.expires?;
    let now = Bson::DateTime(bson::DateTime::from_millis(scan.now.as_millis()));
    Some(match scan.show {
        Show::Visible => doc! { field: { "$not": { "$lte": now } } },
        Show::Expired => doc! { field: { "$lte": now } },
    })
}

fn any(branches: impl Iterator<Item = Vec<Document>>) -> Option<Document> {
    let mut branches: Vec<_> = branches.map(all).collect();
    match branches.len() {
        0 => None,
        1 => branches.pop(),
        _ => Some(doc! { "$or": branches }),
    }
}

fn all(mut conditions: Vec<Document>) -> Document {
    match conditions.len() {
        0 => Document::new(),
        1 => conditions.remove(0),
        _ => doc! { "$and": conditions },
    }
}

fn sign(direction: Direction) -> i32 {
    match direction {
        Direction::Ascending => 1,
        Direction::Descending => -1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Bound;
    use crate::{Schema, Time};

    static POSTS: Schema = Schema::new("posts").indexes(&[
        Index::new("by_author").equal(&["author", "visibility"]).order("at"),
        Index::new("by_place").equal(&["hall"]).order("seat").unique(),
        Index::new("by_name").equal(&["name"]).unique(),
    ]);

    fn scan(index: &'static str, prefixes: Vec<Vec<Value>>) -> Scan {
        Scan {
            schema: &POSTS,
            index: Some(index),
            prefixes,
            lower: Bound::Open,
            upper: Bound::Open,
            after: None,
            direction: Direction::Descending,
            limit: 21,
            now: Time::from_millis(0),
            show: Show::Visible,
        }
    }

    #[test]
    fn a_feed_is_few_finds() {
        let prefixes = |authors: i64| {
            (0..authors).flat_map(|author| ["public", "followers"].map(|seen| vec![author.into(), seen.into()]))
        };
        assert_eq!(finds(&scan("by_author", prefixes(1).collect())).unwrap().len(), 2);
        assert_eq!(finds(&scan("by_author", prefixes(64).collect())).unwrap().len(), 2);
        assert_eq!(finds(&scan("by_author", prefixes(500).collect())).unwrap().len(), 16);
        let found = finds(&scan("by_author", prefixes(2).collect())).unwrap().remove(0);
        assert_eq!(found.sort, doc! { "at": -1, "_id": -1 });
        assert_eq!(found.limit, Some(21));
    }

    #[test]
    fn a_unique_index_is_asked_for_each_order_alone() {
        let prefixes = || (0..3).map(|hall| vec![Value::I64(hall)]).collect::<Vec<_>>();
        assert_eq!(finds(&scan("by_place", prefixes())).unwrap().len(), 3);
        let names = finds(&scan("by_name", prefixes())).unwrap();
        assert_eq!(names.len(), 1);
        assert_eq!((names[0].limit, names[0].sort.len()), (None, 0));
    }

    #[test]
    fn nothing_asked_is_no_find() {
        assert_eq!(finds(&scan("by_name", Vec::new())).unwrap(), []);
        let nowhere = Scan {
            lower: Bound::Excluded(2.into()),
            upper: Bound::Included(1.into()),
            ..scan("by_place", vec![vec![1.into()]])
        };
        assert_eq!(finds(&nowhere).unwrap(), []);
        assert!(finds(&scan("by_nothing", vec![vec![1.into()]])).is_err());
    }
}
