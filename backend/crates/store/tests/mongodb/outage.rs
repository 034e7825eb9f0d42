//! The server goes away and comes back, under one engine that stays open.

#![expect(clippy::disallowed_methods, reason = "it measures how long an answer took")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use store::conformance::server::{Database, Line, Proxy};
use store::{Document, Error, Index, Mongo, MongoOptions, Query, Result, Schema, ShardKey, Store, SystemClock};
use tokio::sync::{Semaphore, watch};

/// One of a pair that is written together.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Half {
    name: String,
    writer: i64,
    number: i64,
}

static HALVES: Schema = Schema::new("halves")
    .shard_key(ShardKey::Key)
    .indexes(&[Index::new("by_writer").equal(&["writer"]).order("number")]);

impl Document for Half {
    type Key = String;
    const SCHEMA: &'static Schema = &HALVES;
    fn key(&self) -> String {
        self.name.clone()
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Count {
    #[serde(rename = "_id")]
    name: String,
    #[serde(default)]
    pairs: i64,
}

static COUNTS: Schema = Schema::new("counts").counter().shard_key(ShardKey::Key);

impl Document for Count {
    type Key = String;
    const SCHEMA: &'static Schema = &COUNTS;
    fn key(&self) -> String {
        self.name.clone()
    }
}

const LIMIT: Duration = Duration::from_secs(3);

async fn through(database: &Database, proxy: &Proxy) -> Store {
    let uri = format!("{}&serverSelectionTimeoutMS=1000", database.uri_through(proxy.address()));
    let options = MongoOptions { timeout: LIMIT, ..MongoOptions::default() };
    let engine = Mongo::open(&uri, options).await.expect("the server answers");
    let store = Store::new(Arc::new(engine), SystemClock);
    store.ensure(&[&HALVES, &COUNTS]).await.expect("they are declared");
    store
}

async fn write_pair(store: &Store, writer: i64, number: i64) -> Result<()> {
    let half = |side: &str| Half { name: format!("{writer}/{number}/{side}"), writer, number };
    let mut batch = store.batch();
    batch.add::<Count>(&format!("{writer}"), "pairs", 1).insert(&half("left")).insert(&half("right"));
    batch.commit().await
}

/// Tries until it succeeds: the server is back, and the engine finds out by itself.
async fn once_it_is_back(store: &Store, writer: i64) -> Duration {
    let began = Instant::now();
    for number in 0.. {
        match write_pair(store, writer, number).await {
            Ok(()) => break,
            Err(Error::Unavailable(_)) => assert!(began.elapsed() < Duration::from_secs(20), "it does not recover"),
            Err(error) => panic!("{error}"),
        }
    }
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_is_unavailable_in_time_and_found_again() {
    let database = Database::fresh();
    let proxy = Proxy::start(database.server()).await;
    let store = through(&database, &proxy).await;
    write_pair(&store, 0, 0).await.expect("the line is whole");
    for (writer, line) in [(1, Line::Cut), (2, Line::Silent)] {
        proxy.set(line);
        let halves = store.collection::<Half>();
        let begun = Instant::now();
        let (name, list) = ("0/0/left".to_owned(), Query::index("by_writer").equal([0]));
        let alone = Half { name: format!("alone {writer}"), writer, number: -2 };
        let (got, scanned, written, alone) =
            tokio::join!(halves.get(&name), halves.scan(list), write_pair(&store, writer, -1), halves.insert(&alone));
        let took = begun.elapsed();
        for outcome in [got.map(drop), scanned.map(drop), written, alone] {
            assert!(matches!(outcome, Err(Error::Unavailable(_))), "{line:?}: {outcome:?}");
        }
        assert!(took < LIMIT + Duration::from_secs(1), "{line:?}: {took:?}");
        proxy.set(Line::Whole);
        once_it_is_back(&store, writer).await;
        assert!(store.collection::<Half>().exists(&"0/0/left".into()).await.expect("it is read"));
    }
}

/// The line is cut again and again while four writers work; what was acknowledged is whole, and nothing is half there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_under_traffic_no_batch_is_lost_or_halved() {
    const WRITERS: i64 = 4;
    const CUTS: u32 = 12;
    let database = Database::fresh();
    let proxy = Proxy::start(database.server()).await;
    let store = through(&database, &proxy).await;
    let (stop, turns) = (watch::Sender::new(false), Arc::new(Semaphore::new(0)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (store, stop, turns) = (store.clone(), stop.subscribe(), Arc::clone(&turns));
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for number in 0.. {
                    if *stop.borrow() {
                        break;
                    }
                    match write_pair(&store, writer, number).await {
                        Ok(()) => acknowledged.push(number),
                        Err(Error::Unavailable(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                    turns.add_permits(1);
                }
                acknowledged
            })
        })
        .collect();
    for cut in 0..CUTS {
        // At another moment of a batch each time.
        turns.acquire_many(3 + cut % 5).await.expect("nobody closes it").forget();
        proxy.set(Line::Cut);
        proxy.set(Line::Whole);
    }
    stop.send_replace(true);
    for (writer, task) in (0..WRITERS).zip(writers) {
        let acknowledged = task.await.expect("a writer ends");
        let halves = store.collection::<Half>();
        let page = halves.scan(Query::index("by_writer").equal([writer]).limit(1_000)).await.expect("it is read");
        let there: Vec<_> = page.into_documents().into_iter().map(|half| half.number).collect();
        assert!(!acknowledged.is_empty());
        assert!(there.chunks(2).all(|pair| matches!(pair, [left, right] if left == right)), "half a batch: {there:?}");
        assert!(acknowledged.iter().all(|number| there.contains(number)), "{acknowledged:?} but {there:?}");
        let count =
            store.collection::<Count>().get(&format!("{writer}")).await.expect("it is read").expect("it is there");
        assert_eq!(count.pairs as usize * 2, there.len(), "counted with the documents");
    }
}
