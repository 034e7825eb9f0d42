//! The documents of one kind: read by key, by unique index or in order; written one at a time.
//!
//! Writes that belong together go through a [`Batch`](crate::Batch).

use std::marker::PhantomData;

use crate::port::{Bound, Direction, Raw, Scan, Show};
use crate::{Document, Error, Page, Position, Query, Result, Store, StoreKey, Stored, Value, fields};

/// How often [`Collection::modify`] starts again before it gives up. Each time, somebody else succeeded.
const MAX_ATTEMPTS: usize = 512;

/// What a [`modify`](Collection::modify) decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Leave the document as it is.
    Keep,
    /// Write what was changed.
    Write,
}

/// The documents of one kind.
pub struct Collection<D> {
    store: Store,
    kind: PhantomData<fn() -> D>,
}

impl<D> Clone for Collection<D> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), kind: PhantomData }
    }
}

impl<D: Document> Collection<D> {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, kind: PhantomData }
    }

    /// The document under that key.
    pub async fn get(&self, key: &D::Key) -> Result<Option<Stored<D>>> {
        let mut found = self.raw(&[key.to_key()]).await?;
        found.pop().flatten().map(decode).transpose()
    }

    /// The documents under these keys, in the same order, `None` where there is none; one round trip.
    pub async fn get_many<'a>(&self, keys: impl IntoIterator<Item = &'a D::Key>) -> Result<Vec<Option<Stored<D>>>>
    where
        D::Key: 'a,
    {
        let keys: Vec<_> = keys.into_iter().map(StoreKey::to_key).collect();
        let found = if keys.is_empty() { Vec::new() } else { self.raw(&keys).await? };
        found.into_iter().map(|raw| raw.map(decode).transpose()).collect()
    }

    /// Whether there is a document under that key.
    pub async fn exists(&self, key: &D::Key) -> Result<bool> {
        Ok(self.raw(&[key.to_key()]).await?.iter().any(Option::is_some))
    }

    /// The document with these values in a unique index: one for each of its fields, in order.
    pub async fn find(&self, index: &'static str, values: &[Value]) -> Result<Option<Stored<D>>> {
        let Some(unique) = D::SCHEMA.index(index).filter(|declared| declared.unique) else {
            return Err(Error::Engine(format!("`{}` has no unique index `{index}`", D::SCHEMA.collection)));
        };
        if values.len() != unique.fields().count() {
            return Err(Error::Engine(format!("`{index}` of `{}` needs all its values", D::SCHEMA.collection)));
        }
        let (equal, order) = values.split_at(unique.equal.len());
        let bound = order.first().map_or(Bound::Open, |value| Bound::Included(value.clone()));
        let scan = Scan {
            schema: D::SCHEMA,
            index: Some(index),
            prefixes: vec![equal.to_vec()],
            lower: bound.clone(),
            upper: bound,
            after: None,
            direction: Direction::Ascending,
            limit: 1,
            now: self.store.clock().now(),
            show: Show::Visible,
        };
        self.store.engine().scan(scan).await?.pop().map(decode).transpose()
    }

    /// A page of the documents that the query describes, in its order.
    pub async fn scan(&self, query: Query) -> Result<Page<D>> {
        let (scan, backwards) = query.into_scan(D::SCHEMA, self.store.clock().now())?;
        if scan.prefixes.is_empty() {
            return Ok(Page { items: Vec::new(), next: None, first: None });
        }
        let limit = scan.limit - 1;
        let order = scan.index.and_then(|name| D::SCHEMA.index(name)?.order);
        let mut found = self.store.engine().scan(scan).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| position::<D>(last, order)).transpose()?;
        if backwards {
            found.reverse();
        }
        let first = found.first().map(|first| position::<D>(first, order)).transpose()?;
        let items = found.into_iter().map(decode).collect::<Result<_>>()?;
        Ok(Page { items, next, first })
    }

    /// Creates the document; `Duplicate` when its key or a unique value is taken.
    pub async fn insert(&self, document: &D) -> Result<()> {
        self.store.batch().insert(document).commit().await
    }

    /// Puts `new` in the place of what was read; `Stale` when somebody else was faster.
    pub async fn replace(&self, stored: &Stored<D>, new: &D) -> Result<()> {
        self.store.batch().replace(stored, new).commit().await
    }

    /// Removes the document, if there is one.
    pub async fn delete(&self, key: &D::Key) -> Result<()> {
        self.store.batch().delete::<D>(key).commit().await
    }

    /// Removes what was read; `Stale` when somebody else was faster.
    pub async fn delete_at(&self, stored: &Stored<D>) -> Result<()> {
        self.store.batch().delete_at(stored).commit().await
    }

    /// Reads the document, lets `change` change it and writes it back, again from the start as often as somebody else
    /// was faster. Returns the document as it then is; `None` when there is none. An error of `change` leaves all as it was.
    pub async fn modify<E: From<Error>>(
        &self,
        key: &D::Key,
        mut change: impl FnMut(&mut D) -> Result<Change, E>,
    ) -> Result<Option<D>, E> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(stored) = self.get(key).await? else {
                return Ok(None);
            };
            let revision = stored.revision;
            let mut document = stored.document;
            match change(&mut document)? {
                Change::Keep => return Ok(Some(document)),
                Change::Write => {}
            }
            match self.store.batch().replace_at(revision, &document).commit().await {
                Ok(()) => return Ok(Some(document)),
                Err(Error::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable(format!("too many writers change one document of `{}`", D::SCHEMA.collection)).into())
    }

    async fn raw(&self, keys: &[crate::Key]) -> Result<Vec<Option<Raw>>> {
        self.store.engine().get(D::SCHEMA, keys, self.store.clock().now()).await
    }
}

fn decode<D: Document>(raw: Raw) -> Result<Stored<D>> {
    let document = fields::decode(D::SCHEMA, &raw.key, &raw.body)?;
    Ok(Stored { document, revision: raw.revision })
}

fn position<D: Document>(raw: &Raw, order: Option<&str>) -> Result<Position> {
    let order = order.map(|name| fields::field(D::SCHEMA, &raw.body, name)).transpose()?.flatten();
    Ok(Position { order, key: raw.key.clone() })
}
