//! The engine that is a model: plain maps under one lock, every rule of the port in its most obvious form.
//!
//! It keeps nothing beyond the process and reads whole collections to answer a scan, so it is for tests only: of
//! slices, and of the other engines, which must agree with it.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::port::{Action, Bound, Direction, Engine, Raw, Scan, Show, Write};
use crate::{Error, Index, KEY_INDEX, Key, Result, Revision, Schema, Time, Value, fields};

/// An engine in memory.
#[derive(Default)]
pub struct Memory(Mutex<State>);

#[derive(Default)]
struct State {
    collections: HashMap<&'static str, BTreeMap<Value, Record>>,
    revision: i64,
    closed: bool,
}

#[derive(Clone)]
struct Record {
    key: Key,
    revision: Revision,
    expires: Option<Time>,
    body: Vec<u8>,
}

impl Record {
    fn visible(&self, now: Time) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    fn raw(&self) -> Raw {
        Raw { key: self.key.clone(), revision: self.revision, body: self.body.clone().into() }
    }
}

/// What a batch changed so far: where, and what was there before.
type Undo = Vec<(&'static str, Value, Option<Record>)>;

impl Memory {
    fn state(&self) -> Result<MutexGuard<'_, State>> {
        // Writes are undone by hand and never panic half-way, so a poisoned state is whole.
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed { Err(Error::Unavailable("it was closed".to_owned())) } else { Ok(state) }
    }
}

#[async_trait::async_trait]
impl Engine for Memory {
    async fn ensure(&self, schema: &'static Schema) -> Result<()> {
        self.state()?.collections.entry(schema.collection).or_default();
        Ok(())
    }

    async fn get(&self, schema: &'static Schema, keys: &[Key], now: Time) -> Result<Vec<Option<Raw>>> {
        let state = self.state()?;
        let collection = state.collection(schema)?;
        let found = keys.iter().map(|key| collection.get(&key.clone().into()).filter(|record| record.visible(now)));
        Ok(found.map(|record| record.map(Record::raw)).collect())
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<Raw>> {
        let state = self.state()?;
        let index = match scan.index {
            None => None,
            Some(name) => Some(scan.schema.index(name).ok_or_else(|| Error::Engine(format!("no index `{name}`")))?),
        };
        let mut found = Vec::new();
        for record in state.collection(scan.schema)?.values() {
            if record.visible(scan.now) == (scan.show == Show::Visible)
                && let Some(place) = place(&scan, index.as_ref(), record)?
            {
                found.push((place, record));
            }
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        if scan.direction == Direction::Descending {
            found.reverse();
        }
        Ok(found.into_iter().take(scan.limit).map(|(_, record)| record.raw()).collect())
    }

    async fn commit(&self, writes: Vec<Write>, now: Time) -> Result<()> {
        let mut state = self.state()?;
        let mut undo = Undo::new();
        let outcome =
            writes.iter().enumerate().try_for_each(|(number, write)| state.apply(number, write, now, &mut undo));
        if outcome.is_err() {
            for (collection, key, before) in undo.into_iter().rev() {
                state.put(collection, key, before);
            }
        }
        outcome
    }

    async fn close(&self) -> Result<()> {
        // Closing what is closed is no error.
        self.state().map_or(Ok(()), |mut state| {
            state.closed = true;
            Ok(())
        })
    }
}

/// Where the record stands in the scan's order; `None` when it is not part of the scan.
fn place(scan: &Scan, index: Option<&Index>, record: &Record) -> Result<Option<(Option<Value>, Value)>> {
    let values = match index {
        None => Some(Vec::new()),
        Some(index) => fields::indexed(scan.schema, index, &record.body)?,
    };
    let Some(mut values) = values else {
        return Ok(None);
    };
    let order = index.and_then(|index| index.order).and_then(|_| values.pop());
    if !scan.prefixes.contains(&values) {
        return Ok(None);
    }
    let place = (order, Value::from(record.key.clone()));
    let ranged = place.0.as_ref().unwrap_or(&place.1);
    let from = match &scan.lower {
        Bound::Open => true,
        Bound::Included(lower) => ranged >= lower,
        Bound::Excluded(lower) => ranged > lower,
    };
    let to = match &scan.upper {
        Bound::Open => true,
        Bound::Included(upper) => ranged <= upper,
        Bound::Excluded(upper) => ranged < upper,
    };
    let beyond = scan.after.as_ref().is_none_or(|after| {
        let after = (after.order.clone(), Value::from(after.key.clone()));
        match scan.direction {
            Direction::Ascending => place > after,
            Direction::Descending => place < after,
        }
    });
    Ok((from && to && beyond).then_some(place))
}

impl State {
    fn collection(&self, schema: &Schema) -> Result<&BTreeMap<Value, Record>> {
        self.collections.get(schema.collection).ok_or_else(|| undeclared(schema))
    }

    fn put(&mut self, collection: &'static str, key: Value, record: Option<Record>) {
        let collection = self.collections.entry(collection).or_default();
        match record {
            Some(record) => collection.insert(key, record),
            None => collection.remove(&key),
        };
    }

    fn apply(&mut self, number: usize, write: &Write, now: Time, undo: &mut Undo) -> Result<()> {
        let key = Value::from(write.key.clone());
        let before = self.collection(write.schema)?.get(&key).cloned();
        let visible = before.as_ref().filter(|record| record.visible(now));
        let body = match &write.action {
            Action::Insert { .. } if visible.is_some() => {
                return Err(Error::Duplicate { write: number, index: KEY_INDEX });
            }
            Action::Insert { body } => Some(body.clone()),
            Action::Replace { expect, body } if visible.is_some_and(|record| record.revision == *expect) => {
                Some(body.clone())
            }
            Action::Delete { expect: Some(expect) } if before.as_ref().is_some_and(|r| r.revision == *expect) => None,
            Action::Replace { .. } | Action::Delete { expect: Some(_) } => {
                return Err(Error::Stale { write: number });
            }
            Action::Delete { expect: None } => None,
            Action::Add { fields } => {
                Some(fields::added(write.schema, visible.map(|record| record.body.as_slice()), fields)?)
            }
        };
        let record = body.map(|body| self.record(write, body)).transpose()?;
        if let Some(record) = &record {
            self.make_room(number, write, &key, record, now, undo)?;
        }
        undo.push((write.schema.collection, key.clone(), before));
        self.put(write.schema.collection, key, record);
        Ok(())
    }

    fn record(&mut self, write: &Write, body: Vec<u8>) -> Result<Record> {
        self.revision += 1;
        let expires = fields::expiry(write.schema, &body)?;
        for index in write.schema.all_indexes() {
            fields::indexed(write.schema, &index, &body)?;
        }
        Ok(Record { key: write.key.clone(), revision: Revision::from_number(self.revision), expires, body })
    }

    /// Refuses a document whose unique values another visible one has; removes an expired one that has them.
    fn make_room(
        &mut self,
        number: usize,
        write: &Write,
        key: &Value,
        record: &Record,
        now: Time,
        undo: &mut Undo,
    ) -> Result<()> {
        for index in write.schema.indexes.iter().filter(|index| index.unique) {
            let Some(values) = fields::indexed(write.schema, index, &record.body)? else {
                continue;
            };
            let holder = self.collection(write.schema)?.iter().try_for_each(|(other, record)| {
                let same = fields::indexed(write.schema, index, &record.body).ok().flatten().as_ref() == Some(&values);
                if same && other != key {
                    ControlFlow::Break((other.clone(), record.clone()))
                } else {
                    ControlFlow::Continue(())
                }
            });
            match holder {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break((_, holder)) if holder.visible(now) => {
                    return Err(Error::Duplicate { write: number, index: index.name });
                }
                ControlFlow::Break((other, holder)) => {
                    undo.push((write.schema.collection, other.clone(), Some(holder)));
                    self.put(write.schema.collection, other, None);
                }
            }
        }
        Ok(())
    }
}

fn undeclared(schema: &Schema) -> Error {
    Error::Engine(format!("the collection `{}` was not declared", schema.collection))
}
