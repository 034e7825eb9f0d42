//! What a slice asks of a collection in order, and what it gets: a [`Query`], a [`Page`], a [`Position`] to go on from.

use crate::port::{Bound, Direction, Scan, Show};
use crate::value::encoding;
use crate::{Error, Key, Result, Schema, Stored, Time, Value};

/// The most documents that one page may have.
pub const MAX_PAGE: usize = 1_000;

/// The most prefixes that one query may merge.
pub const MAX_PREFIXES: usize = 5_000;

/// An ordered read of a collection: by an index, or by key.
///
/// ```
/// # let (author, last) = (store::Value::from("a"), None);
/// let page = store::Query::index("by_author").equal([author]).descending().after(last).limit(20);
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Query {
    index: Option<&'static str>,
    prefixes: Vec<Vec<Value>>,
    lower: Bound,
    upper: Bound,
    direction: Direction,
    after: Option<Position>,
    before: Option<Position>,
    limit: usize,
}

impl Query {
    /// In the order of an index: its ordered field, then the key.
    pub fn index(name: &'static str) -> Self {
        Self { index: Some(name), ..Self::by_key() }
    }

    /// In the order of the keys.
    pub fn by_key() -> Self {
        Self {
            index: None,
            prefixes: vec![Vec::new()],
            lower: Bound::Open,
            upper: Bound::Open,
            direction: Direction::Ascending,
            after: None,
            before: None,
            limit: 50,
        }
    }

    /// Only documents with these values in the index's fixed fields, all of which must be given.
    pub fn equal<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.prefixes = vec![values.into_iter().map(Into::into).collect()];
        self
    }

    /// Documents with any of these sets of values, merged into one order: at most [`MAX_PREFIXES`].
    pub fn any_of<V: Into<Value>, P: IntoIterator<Item = V>>(mut self, prefixes: impl IntoIterator<Item = P>) -> Self {
        self.prefixes = prefixes.into_iter().map(|values| values.into_iter().map(Into::into).collect()).collect();
        self
    }

    /// Only where the ordered field (the key, where there is none) is this or greater.
    pub fn at_least(mut self, value: impl Into<Value>) -> Self {
        self.lower = Bound::Included(value.into());
        self
    }

    /// Only where the ordered field (the key, where there is none) is greater than this.
    pub fn above(mut self, value: impl Into<Value>) -> Self {
        self.lower = Bound::Excluded(value.into());
        self
    }

    /// Only where the ordered field (the key, where there is none) is this or smaller.
    pub fn at_most(mut self, value: impl Into<Value>) -> Self {
        self.upper = Bound::Included(value.into());
        self
    }

    /// Only where the ordered field (the key, where there is none) is smaller than this.
    pub fn below(mut self, value: impl Into<Value>) -> Self {
        self.upper = Bound::Excluded(value.into());
        self
    }

    /// Small to great, old to new: the default.
    pub fn ascending(mut self) -> Self {
        self.direction = Direction::Ascending;
        self
    }

    /// Great to small, new to old.
    pub fn descending(mut self) -> Self {
        self.direction = Direction::Descending;
        self
    }

    /// Only what comes after this position in the query's order: the following page.
    pub fn after(mut self, position: impl Into<Option<Position>>) -> Self {
        self.after = position.into();
        self
    }

    /// The last documents that come before this position in the query's order, still in that order: the page before.
    pub fn before(mut self, position: impl Into<Option<Position>>) -> Self {
        self.before = position.into();
        self
    }

    /// At most so many documents (50 unless said otherwise, [`MAX_PAGE`] at most).
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// The scan that answers it, asking for one document more than the page holds; whether that scan runs backwards.
    pub(crate) fn into_scan(self, schema: &'static Schema, now: Time) -> Result<(Scan, bool)> {
        let fixed = match self.index {
            None => 0,
            Some(name) => {
                let index = schema.index(name);
                index.ok_or_else(|| refuse(schema, format!("there is no index `{name}`")))?.equal.len()
            }
        };
        if self.prefixes.iter().any(|prefix| prefix.len() != fixed) {
            return Err(refuse(schema, format!("each prefix needs {fixed} values")));
        }
        if self.prefixes.len() > MAX_PREFIXES || self.limit == 0 || self.limit > MAX_PAGE {
            return Err(refuse(schema, "too many prefixes, or a limit out of range".to_owned()));
        }
        if self.after.is_some() && self.before.is_some() {
            return Err(refuse(schema, "it can go on after a position or before one, not both".to_owned()));
        }
        let backwards = self.before.is_some();
        let direction = match (self.direction, backwards) {
            (Direction::Ascending, false) | (Direction::Descending, true) => Direction::Ascending,
            (Direction::Descending, false) | (Direction::Ascending, true) => Direction::Descending,
        };
        let scan = Scan {
            schema,
            index: self.index,
            prefixes: self.prefixes,
            lower: self.lower,
            upper: self.upper,
            after: self.after.or(self.before),
            direction,
            limit: self.limit + 1,
            now,
            show: Show::Visible,
        };
        Ok((scan, backwards))
    }
}

fn refuse(schema: &Schema, why: String) -> Error {
    Error::Engine(format!("query of `{}`: {why}", schema.collection))
}

/// A part of an ordered list.
#[derive(Debug, Clone)]
pub struct Page<D> {
    /// The documents, in the query's order.
    pub items: Vec<Stored<D>>,
    /// Where to go on, when there is more: the last document's position, for [`Query::after`]; for a query with
    /// [`before`](Query::before) the first one's, for `before` again.
    pub next: Option<Position>,
    /// The position of the first document, for [`Query::before`]: what stands, or has come, in front of this page.
    pub first: Option<Position>,
}

impl<D> Page<D> {
    /// The documents alone.
    pub fn into_documents(self) -> Vec<D> {
        self.items.into_iter().map(Stored::into_document).collect()
    }
}

/// A place in an ordered list: the ordered field's value and the key of the document that stood there. It stays
/// good when that document, or any other, is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The value of the ordered field; `None` where the order is that of the keys.
    pub order: Option<Value>,
    /// The document's key.
    pub key: Key,
}

impl Position {
    /// As bytes, for a cursor. They are not secret and not protected: whoever hands them out seals them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(order) = &self.order {
            encoding::encode(order, &mut bytes);
        }
        encoding::encode_key(&self.key, &mut bytes);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` for anything else.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let first = encoding::decode(&mut bytes)?;
        let (order, key) = match bytes.is_empty() {
            true => (None, first),
            false => (Some(first), encoding::decode(&mut bytes)?),
        };
        let key = match key {
            Value::Bytes(key) => Key::Bytes(key),
            Value::Text(key) => Key::Text(key),
            Value::I64(_) | Value::Bool(_) | Value::Time(_) => return None,
        };
        bytes.is_empty().then_some(Self { order, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reads_back_from_its_bytes() {
        for order in [None, Some(Value::from(7)), Some(Value::from("x"))] {
            let position = Position { order, key: Key::bytes([1, 2, 3]) };
            assert_eq!(Position::from_bytes(&position.to_bytes()), Some(position));
        }
    }

    #[test]
    fn bytes_that_are_no_position_are_refused() {
        let bytes = Position { order: None, key: Key::text("a") }.to_bytes();
        assert_eq!(Position::from_bytes(&bytes[..2]), None);
        assert_eq!(Position::from_bytes(&[bytes.clone(), bytes.clone(), bytes].concat()), None);
        assert_eq!(Position::from_bytes(&[]), None);
        assert_eq!(Position::from_bytes(&[0x40, 1]), None);
    }

    #[test]
    fn a_query_that_no_index_answers_is_refused() {
        static SCHEMA: Schema =
            Schema::new("things").indexes(&[crate::Index::new("by_owner").equal(&["owner"]).order("at")]);
        let refused = |query: Query| query.into_scan(&SCHEMA, Time::from_millis(0)).unwrap_err().to_string();
        let position = Position { order: None, key: Key::text("a") };
        assert!(refused(Query::index("by_name")).contains("no index `by_name`"));
        assert!(refused(Query::index("by_owner")).contains("needs 1 values"));
        assert!(refused(Query::by_key().equal(["a"])).contains("needs 0 values"));
        assert!(refused(Query::by_key().limit(0)).contains("limit"));
        assert!(refused(Query::by_key().limit(MAX_PAGE + 1)).contains("limit"));
        assert!(refused(Query::index("by_owner").any_of(vec![["a"]; MAX_PREFIXES + 1])).contains("too many"));
        assert!(refused(Query::by_key().after(position.clone()).before(position)).contains("not both"));
    }
}
