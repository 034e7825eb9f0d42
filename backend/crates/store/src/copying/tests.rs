//! Copies that are whole, that break off at any moment, and that are refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

use super::*;
use crate::{Document, Embedded, Index, Memory, MockClock, Options, Query, Store};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Note {
    name: String,
    rank: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Time>,
}

static NOTES: Schema = Schema::new("notes").indexes(&[Index::new("by_rank").order("rank")]).expires("until");

impl Document for Note {
    type Key = String;
    const SCHEMA: &'static Schema = &NOTES;
    fn key(&self) -> String {
        self.name.clone()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Count {
    #[serde(rename = "_id")]
    name: String,
    #[serde(default)]
    seen: i64,
    #[serde(default)]
    liked: i64,
}

static COUNTS: Schema = Schema::new("counts").counter();

impl Document for Count {
    type Key = String;
    const SCHEMA: &'static Schema = &COUNTS;
    fn key(&self) -> String {
        self.name.clone()
    }
}

static MARKS: Schema = Schema::new("copying");
const SCHEMAS: &[&Schema] = &[&NOTES, &COUNTS];
const NOTES_THERE: i64 = 1_203;

/// A store with more notes than one page, some of which have expired, and counters.
async fn lived_in() -> (Arc<Memory>, Store) {
    let engine = Arc::new(Memory::default());
    let store = Store::new(engine.clone(), MockClock::default());
    store.ensure(SCHEMAS).await.unwrap();
    for rank in 0..NOTES_THERE {
        let until = (rank % 10 == 0).then_some(Time::from_seconds(1_000));
        store.collection().insert(&Note { name: format!("note {rank}"), rank, until }).await.unwrap();
    }
    let mut batch = store.batch();
    batch.add::<Count>(&"a".to_owned(), "seen", 3).add::<Count>(&"a".to_owned(), "liked", -2);
    batch.commit().await.unwrap();
    (engine, store)
}

async fn copy(from: &dyn Engine, to: &dyn Engine, source: &str) -> Result<Vec<CopiedCollection>> {
    let order = CopyOrder { from, to, schemas: SCHEMAS, marks: &MARKS, source, patience: Duration::ZERO };
    let mut copied = Vec::new();
    if !order.is_finished().await? {
        copied = order.run(&mut |_| ()).await?;
        order.finish().await?;
    }
    order.forget().await?;
    Ok(copied)
}

/// A target that dies: its commits fail from a number on, the last of them after it was done.
struct Mortal<'a> {
    engine: &'a dyn Engine,
    left: AtomicI64,
}

#[async_trait::async_trait]
impl Engine for Mortal<'_> {
    async fn ensure(&self, schema: &'static Schema) -> Result<()> {
        self.engine.ensure(schema).await
    }

    async fn get(&self, schema: &'static Schema, keys: &[Key], now: Time) -> Result<Vec<Option<Raw>>> {
        self.engine.get(schema, keys, now).await
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<Raw>> {
        self.engine.scan(scan).await
    }

    async fn commit(&self, writes: Vec<Write>, now: Time) -> Result<()> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if left >= 0 {
            self.engine.commit(writes, now).await?;
        }
        if left > 0 { Ok(()) } else { Err(Error::Unavailable("it died".to_owned())) }
    }

    async fn close(&self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_copy_has_everything_and_nothing_of_the_copying() {
    let (from, store) = lived_in().await;
    let directory = tempfile::tempdir().unwrap();
    let to = Arc::new(Embedded::open(&directory.path().join("copy"), Options::default()).unwrap());
    let mut told = Vec::new();
    let order = CopyOrder {
        from: &*from,
        to: &*to,
        schemas: SCHEMAS,
        marks: &MARKS,
        source: "memory",
        patience: Duration::ZERO,
    };
    let copied = order.run(&mut |progress| told.push(progress)).await.unwrap();
    order.forget().await.unwrap();
    assert_eq!([copied[0].documents, copied[1].documents], [NOTES_THERE as u64, 1], "expired ones are copied too");
    let all = NOTES_THERE as u64 + 1;
    assert_eq!(told.last(), Some(&Progress { stage: Stage::Comparing, done: all, total: Some(all) }));
    assert_eq!(to.scan(everything(&MARKS)).await.unwrap(), []);

    let twin = Store::new(to.clone(), MockClock::default());
    twin.ensure(SCHEMAS).await.unwrap();
    let ranks = Query::index("by_rank").descending().limit(300);
    let [there, here] = [&store, &twin].map(|store| store.collection::<Note>());
    assert_eq!(
        here.scan(ranks.clone()).await.unwrap().into_documents(),
        there.scan(ranks).await.unwrap().into_documents()
    );
    assert_eq!(here.get(&"note 10".to_owned()).await.unwrap(), None, "what has expired is invisible there too");
    let count = twin.collection::<Count>().get(&"a".to_owned()).await.unwrap().unwrap();
    assert_eq!((count.seen, count.liked), (3, -2));

    // And back, with the same hashes.
    let back = Memory::default();
    assert_eq!(copy(&*to, &back, "file").await.unwrap(), copied);
}

fn everything(schema: &'static Schema) -> Scan {
    Scan {
        schema,
        index: None,
        prefixes: vec![Vec::new()],
        lower: Bound::Open,
        upper: Bound::Open,
        after: None,
        direction: Direction::Ascending,
        limit: 10_000,
        now: NOW,
        show: Show::Visible,
    }
}

#[tokio::test]
async fn a_copy_that_dies_anywhere_goes_on_where_it_was() {
    let (from, _) = lived_in().await;
    let whole = copy(&*from, &Memory::default(), "memory").await.unwrap();
    // The claim, three pages of notes, one of counters, two for the end.
    for deaths in 0..8 {
        let to = Memory::default();
        for commits in 0..=deaths {
            let mortal = Mortal { engine: &to, left: AtomicI64::new(commits) };
            if copy(&*from, &mortal, "memory").await.is_ok() {
                break;
            }
        }
        match copy(&*from, &to, "memory").await {
            // The second time nothing was left to do but to forget.
            Ok(copied) => assert!(copied == whole || copied.is_empty(), "{copied:?}"),
            // Its last word was lost, but it had ended: what is there is a store like any other.
            Err(error) => assert!(error.to_string().contains("not empty"), "{error}"),
        }
        assert_eq!(to.scan(everything(&NOTES)).await.unwrap().len(), NOTES_THERE as usize);
    }
}

#[tokio::test]
async fn a_target_with_anything_else_in_it_is_refused() {
    let (from, _) = lived_in().await;
    let to = Memory::default();
    copy(&*from, &to, "memory").await.unwrap();
    let error = copy(&*from, &to, "memory").await.unwrap_err().to_string();
    assert!(error.contains("not empty (`notes`"), "{error}");

    let to = Memory::default();
    let mortal = Mortal { engine: &to, left: AtomicI64::new(2) };
    assert!(copy(&*from, &mortal, "memory").await.is_err());
    let error = copy(&*from, &to, "elsewhere").await.unwrap_err().to_string();
    assert!(error.contains("half a copy of `memory`"), "{error}");
    let error = copy(&to, &Memory::default(), "half").await.unwrap_err().to_string();
    assert!(error.contains("half a copy itself"), "{error}");
    copy(&*from, &to, "memory").await.unwrap();
    copy(&to, &Memory::default(), "whole").await.unwrap();
}

#[tokio::test]
async fn what_changes_meanwhile_is_found() {
    let (from, store) = lived_in().await;
    let to = Memory::default();
    let mortal = Mortal { engine: &to, left: AtomicI64::new(3) };
    assert!(copy(&*from, &mortal, "memory").await.is_err());
    store
        .collection::<Note>()
        .modify(&"note 1".to_owned(), |note| {
            note.rank = -1;
            Ok::<_, Error>(crate::Change::Write)
        })
        .await
        .unwrap();
    let error = copy(&*from, &to, "memory").await.unwrap_err().to_string();
    assert!(error.contains("`notes` is not the same on both sides"), "{error}");
}
