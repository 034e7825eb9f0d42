//! What a collection declares about itself: its indexes, how it is sharded, when its documents expire.

use crate::{Error, Result};

/// The index that every collection whose documents expire has without declaring it: the sweeper's.
pub(crate) const EXPIRY_INDEX: &str = "_expires";

/// A collection's declaration. It is a constant of the code, never read from anywhere.
///
/// ```
/// use store::{Index, Schema};
/// static POSTS: Schema = Schema::new("resource_posts")
///     .indexes(&[Index::new("by_author").equal(&["author"])]);
/// ```
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schema {
    /// The collection's name, unique in the database; it begins with the server's name.
    pub collection: &'static str,
    /// The declared indexes.
    pub indexes: &'static [Index],
    /// How a sharded cluster spreads the documents.
    pub shard_key: ShardKey,
    /// The field that holds the moment at which a document becomes invisible; absent = never.
    pub expires: Option<&'static str>,
    /// Whether the documents are counters: written by `add` and deleted, never inserted or replaced.
    pub counter: bool,
}

impl Schema {
    /// A collection without indexes, sharded by its key, whose documents do not expire.
    pub const fn new(collection: &'static str) -> Self {
        Self { collection, indexes: &[], shard_key: ShardKey::LeadingId, expires: None, counter: false }
    }

    /// With these indexes.
    pub const fn indexes(mut self, indexes: &'static [Index]) -> Self {
        self.indexes = indexes;
        self
    }

    /// Sharded so.
    pub const fn shard_key(mut self, shard_key: ShardKey) -> Self {
        self.shard_key = shard_key;
        self
    }

    /// Whose documents become invisible at the [`Time`](crate::Time) in this field.
    pub const fn expires(mut self, field: &'static str) -> Self {
        self.expires = Some(field);
        self
    }

    /// Whose documents are counters.
    pub const fn counter(mut self) -> Self {
        self.counter = true;
        self
    }

    /// All indexes: the declared ones, and the sweeper's when documents expire.
    pub fn all_indexes(&self) -> impl Iterator<Item = Index> {
        let expiry = self.expires.map(|field| Index::new(EXPIRY_INDEX).order(field));
        self.indexes.iter().copied().chain(expiry)
    }

    /// The index of that name.
    pub fn index(&self, name: &str) -> Option<Index> {
        self.all_indexes().find(|index| index.name == name)
    }

    /// Refuses a declaration that some engine could not hold.
    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |what: String| Err(Error::Engine(format!("schema of `{}`: {what}", self.collection)));
        if !is_name(self.collection) {
            return refuse("a collection's name is lower-case letters, digits and `_`".into());
        }
        if self.counter && self.expires.is_some() {
            return refuse("counters do not expire".into());
        }
        for (at, index) in self.indexes.iter().enumerate() {
            if !is_name(index.name) || self.indexes[..at].iter().any(|other| other.name == index.name) {
                return refuse(format!("`{}` is no name for an index, or names two", index.name));
            }
            if index
                .fields()
                .any(|field| field.is_empty() || field.contains(['.', '$', '\0']) || matches!(field, "_rev" | "_shard"))
            {
                return refuse(format!("index `{}` names a field that cannot be indexed", index.name));
            }
            if index.unique && (self.counter || index.fields().next().is_none()) {
                return refuse(format!("index `{}` cannot be unique", index.name));
            }
        }
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.len() <= 64
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// An index: fields that a scan fixes, then one field that it is ordered by, then the key.
///
/// A document in which any indexed field is absent or null is not in the index. Fields stand at the top level of the
/// document and hold what a [`Value`](crate::Value) can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Index {
    /// Its name, unique in the collection; what [`Error::Duplicate`] reports.
    pub name: &'static str,
    /// The fields that a scan fixes, all of them.
    pub equal: &'static [&'static str],
    /// The field that a scan is ordered by; without one it is ordered by the key.
    pub order: Option<&'static str>,
    /// Whether no two documents may agree in all its fields.
    pub unique: bool,
}

impl Index {
    /// An index over nothing yet; say over what with [`equal`](Self::equal) and [`order`](Self::order).
    pub const fn new(name: &'static str) -> Self {
        Self { name, equal: &[], order: None, unique: false }
    }

    /// With these fields to fix.
    pub const fn equal(mut self, fields: &'static [&'static str]) -> Self {
        self.equal = fields;
        self
    }

    /// Ordered by this field, then by the key.
    pub const fn order(mut self, field: &'static str) -> Self {
        self.order = Some(field);
        self
    }

    /// In which no two documents may agree.
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// All its fields: the fixed ones, then the ordered one.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.equal.iter().copied().chain(self.order)
    }
}

/// How the documents of a collection are spread over a sharded cluster. It derives from the key alone, so that no
/// look-up by key asks more than one shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardKey {
    /// By the logical shard of the id with which the key begins, then the key.
    LeadingId,
    /// By the key itself: for keys that are names.
    Key,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(schema: &Schema) -> String {
        schema.check().unwrap_err().to_string()
    }

    #[test]
    fn declarations_that_an_engine_could_not_hold_are_refused() {
        const TWICE: &[Index] = &[Index::new("a").equal(&["x"]), Index::new("a").equal(&["y"])];
        const NESTED: &[Index] = &[Index::new("a").equal(&["x.y"])];
        const UNIQUE: &[Index] = &[Index::new("a").equal(&["x"]).unique()];
        assert!(refusal(&Schema::new("Posts")).contains("lower-case"));
        assert!(refusal(&Schema::new("posts").indexes(TWICE)).contains("names two"));
        assert!(refusal(&Schema::new("posts").indexes(NESTED)).contains("cannot be indexed"));
        assert!(refusal(&Schema::new("posts").indexes(UNIQUE).counter()).contains("cannot be unique"));
        assert!(refusal(&Schema::new("posts").counter().expires("at")).contains("do not expire"));
        assert_eq!(Schema::new("posts").indexes(UNIQUE).expires("at").check(), Ok(()));
    }

    #[test]
    fn a_collection_that_expires_has_the_sweepers_index() {
        let schema = Schema::new("codes").expires("until");
        assert_eq!(schema.index(EXPIRY_INDEX).and_then(|index| index.order), Some("until"));
        assert_eq!(Schema::new("posts").index(EXPIRY_INDEX), None);
    }
}
