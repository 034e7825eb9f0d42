//! Indexes on the server: made once, checked at every start.

use serde::{Deserialize, Serialize};
use store::conformance::server::Database;
use store::{Document, Error, Index, Mongo, Schema, Store, SystemClock, port::Engine};

static NOTES: Schema = Schema::new("notes")
    .indexes(&[Index::new("by_rank").equal(&["owner"]).order("rank"), Index::new("by_title").equal(&["title"])]);
static UNIQUE: Schema = Schema::new("notes").indexes(&[Index::new("by_title").equal(&["title"]).unique()]);
static CHANGED: Schema = Schema::new("notes").indexes(&[Index::new("by_rank").equal(&["rank"])]);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    name: String,
    title: String,
}

static TITLED: Schema = Schema::new("notes");

impl Document for Note {
    type Key = String;
    const SCHEMA: &'static Schema = &TITLED;
    fn key(&self) -> String {
        self.name.clone()
    }
}

fn refusal(outcome: Result<(), Error>) -> String {
    outcome.expect_err("it is refused").to_string()
}

#[tokio::test]
async fn an_index_that_is_something_else_is_refused_with_the_cure() {
    let database = Database::fresh();
    let engine = database.open().await;
    engine.ensure(&NOTES).await.expect("a first start makes them");
    database.open().await.ensure(&NOTES).await.expect("a second start finds them");
    for changed in [&UNIQUE, &CHANGED] {
        let name = changed.indexes[0].name;
        let words = refusal(database.open().await.ensure(changed).await);
        assert!(words.contains(&format!("the index `{name}` of `notes`")), "{words}");
        assert!(words.contains(&format!("db.notes.dropIndex(\"{name}\")")), "{words}");
    }
    engine.ensure(&NOTES).await.expect("nothing was changed");
}

#[tokio::test]
async fn documents_that_contradict_a_new_unique_index_stop_the_start() {
    let database = Database::fresh();
    let store = Store::new(std::sync::Arc::new(database.open().await), SystemClock);
    store.ensure(&[&TITLED]).await.expect("no index is to be made");
    for name in ["a", "b"] {
        let note = Note { name: name.into(), title: "chai".into() };
        store.collection().insert(&note).await.expect("nothing is unique yet");
    }
    let words = refusal(database.open().await.ensure(&UNIQUE).await);
    assert!(words.contains("a unique index of `notes` cannot be made: documents agree in it"), "{words}");
    assert!(store.collection::<Note>().exists(&"a".into()).await.expect("it is read"));
}

/// Two servers of one database, started at the same moment for the first time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_first_starts_at_once_both_succeed() {
    let database = Database::fresh();
    let start = || async {
        let engine: Mongo = database.open().await;
        engine.ensure(&NOTES).await
    };
    let (one, other) = tokio::join!(start(), start());
    assert_eq!((one, other), (Ok(()), Ok(())));
}
