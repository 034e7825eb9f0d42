//! Schemas that change between two starts of a server.

use serde::{Deserialize, Serialize};

use super::{THINGS, Thing, numbers, open, thing};
use crate::{Document, Error, Index, Query, Schema};

/// The same documents under another declaration, as a later version of the program might have it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Later(Thing);

static LATER: Schema = Schema::new("things")
    .indexes(&[Index::new("by_group").equal(&["group"]).order("name"), Index::new("by_rank").order("rank").unique()]);

impl Document for Later {
    type Key = String;
    const SCHEMA: &'static Schema = &LATER;
    fn key(&self) -> String {
        self.0.key()
    }
}

static UNIQUE_GROUP: Schema = Schema::new("things").indexes(&[Index::new("one_a_group").equal(&["group"]).unique()]);

#[tokio::test]
async fn new_and_changed_indexes_are_built_from_what_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = open(&path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    for number in [3, 1, 2] {
        store.collection().insert(&thing(number)).await.unwrap();
    }
    drop(store);

    let store = open(&path).unwrap();
    store.ensure(&[&LATER]).await.unwrap();
    let later = store.collection::<Later>();
    let ranks = |documents: Vec<Later>| documents.into_iter().map(|later| later.0.rank).collect::<Vec<_>>();
    let by_rank = later.scan(Query::index("by_rank").descending()).await.unwrap();
    assert_eq!(ranks(by_rank.into_documents()), [3, 2, 1]);
    let by_name = later.scan(Query::index("by_group").any_of([[0], [1]]).at_least("thing 0002")).await.unwrap();
    assert_eq!(ranks(by_name.into_documents()), [3]);
    let same_rank = Later(Thing { name: "other".into(), ..thing(3) });
    assert!(later.insert(&same_rank).await.unwrap_err().is_duplicate_of("by_rank"));
    drop((later, store));

    let store = open(&path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    assert_eq!(numbers(&store).await, [1, 2, 3]);
    store.collection().insert(&same_rank.0).await.unwrap();
}

#[tokio::test]
async fn an_index_that_documents_contradict_is_refused_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = open(&path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    for number in [0, 3] {
        store.collection().insert(&thing(number)).await.unwrap();
    }
    drop(store);
    let store = open(&path).unwrap();
    let Err(Error::Engine(reason)) = store.ensure(&[&UNIQUE_GROUP]).await else {
        panic!("two documents of one group are unique");
    };
    assert!(reason.contains("`one_a_group` of `things`"), "{reason}");
    store.ensure(&[&THINGS]).await.unwrap();
    assert_eq!(numbers(&store).await, [0, 3]);
}
