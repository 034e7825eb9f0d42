//! What only this engine does: its file, its repair, its reading as little as it can. All else is the conformance suite.

mod declaring;
mod disk;
mod dumping;
mod failures;
mod files;
mod migrating;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Document, Index, MockClock, Options, Query, Result, Schema, Store};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Thing {
    name: String,
    group: i64,
    rank: i64,
}

static THINGS: Schema = Schema::new("things").indexes(&[Index::new("by_group").equal(&["group"]).order("rank")]);

impl Document for Thing {
    type Key = String;
    const SCHEMA: &'static Schema = &THINGS;
    fn key(&self) -> String {
        self.name.clone()
    }
}

fn thing(number: i64) -> Thing {
    Thing { name: format!("thing {number:04}"), group: number % 3, rank: number }
}

fn open(path: &Path) -> Result<Store> {
    Store::open(path, MockClock::default(), Options::default())
}

/// The numbers of the things that are there, as the keys and, must it be so, the index tell it.
async fn numbers(store: &Store) -> Vec<i64> {
    let things = store.collection::<Thing>();
    let by_key = things.scan(Query::by_key().limit(1000)).await.unwrap();
    let by_group = Query::index("by_group").any_of([[0], [1], [2]]).limit(1000);
    let by_group = things.scan(by_group).await.unwrap().into_documents();
    assert_eq!(by_key.into_documents(), by_group);
    by_group.into_iter().map(|thing| thing.rank).collect()
}
