//! What the store does in a second beside bare redb, on the same disk and in the same run.
//!
//! `cargo bench -p store` prints the rows and puts them into `backend/target/bench/results.json`, where rows of other
//! benchmarks stay. Both sides write and read the same bytes under the same keys; the store also encodes, keeps
//! a revision, and answers each writer by itself.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures how long things take, and says so")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redb::{Database, ReadableDatabase, TableDefinition};
use serde::{Deserialize, Serialize};
use store::{Document, Id, Options, Schema, SeededRandom, Store, StoreKey, SystemClock, Time};

const MEASURE: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;
const DOCUMENTS: usize = 50_000;
const IN_FLIGHT: usize = 64;
const CACHE: usize = 256 * 1024 * 1024;

/// About a kilobyte, as a post is.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Post {
    id: Id,
    author: Id,
    at: Time,
    likes: i64,
    title: String,
    caption: String,
}

static POSTS: Schema = Schema::new("posts");

impl Document for Post {
    type Key = Id;
    const SCHEMA: &'static Schema = &POSTS;
    fn key(&self) -> Id {
        self.id
    }
}

/// Ids as they come: ordered by time to the second, random within it.
fn post(number: u64, random: &SeededRandom) -> Post {
    let at = Time::from_seconds(1_790_000_000 + (number / 100) as i64);
    let (id, author) = (Id::generate_unsharded(at, random), Id::generate_unsharded(at, random));
    let title = format!("Midnight Chai {number}");
    Post { id, author, at, likes: number as i64, title, caption: "x".repeat(880) }
}

/// The same key and bytes as the store's own.
fn bytes(post: &Post) -> (Vec<u8>, Vec<u8>) {
    let store::Key::Bytes(key) = post.id.to_key() else { unreachable!("an id is bytes") };
    (key, bson::serialize_to_vec(post).expect("a post is BSON"))
}

const RAW: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("posts");

#[tokio::main(worker_threads = 2)]
async fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let directory = tempfile::tempdir_in(target()).expect("a directory beside the results");
    let random = SeededRandom::new(1);
    let posts: Arc<Vec<Post>> = Arc::new((0..DOCUMENTS as u64).map(|number| post(number, &random)).collect());
    let raw = Arc::new(fill_raw(&directory.path().join("raw"), &posts));
    let store = fill_store(&directory.path().join("store"), &posts).await;

    let (mut reads, mut raw_reads, mut kept_reads) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        raw_reads.push(read_raw(&raw, &posts));
        kept_reads.push(read_raw_kept(&raw, &posts));
        reads.push(read_store(&store, &posts).await);
    }
    let (mut writes, mut raw_writes) = (Vec::new(), Vec::new());
    let made = Arc::new(AtomicU64::new(DOCUMENTS as u64));
    for _ in 0..ROUNDS {
        raw_writes.push(write_raw(&raw, &made, &random));
        writes.push(write_store(&store, &made, &random).await);
    }
    println!("raw redb, snapshot and table kept: {:.0} reads/s", median(kept_reads));
    report(&[
        Row::new("store_read", median(reads), "reads/s", median(raw_reads)),
        Row::new("store_write_grouped", median(writes), "writes/s", median(raw_writes)),
    ]);
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

// ---- bare redb ----

fn fill_raw(path: &Path, posts: &[Post]) -> Database {
    let mut builder = redb::Builder::new();
    let database = builder.set_cache_size(CACHE).create(path).expect("a new file opens");
    for chunk in posts.chunks(5_000) {
        put_raw(&database, chunk.iter());
    }
    database
}

/// Writes these posts in one durable transaction.
fn put_raw<'a>(database: &Database, posts: impl Iterator<Item = &'a Post>) {
    let write = database.begin_write().expect("a transaction begins");
    {
        let mut table = write.open_table(RAW).expect("the table opens");
        for post in posts {
            let (key, value) = bytes(post);
            table.insert(key.as_slice(), value.as_slice()).expect("a document is put");
        }
    }
    write.commit().expect("the transaction is committed");
}

/// Two threads, a snapshot for each read, as a server without further thought would do it.
fn read_raw(database: &Arc<Database>, posts: &Arc<Vec<Post>>) -> f64 {
    on_two_threads(|thread| {
        let (database, posts) = (Arc::clone(database), Arc::clone(posts));
        move |step| {
            let read = database.begin_read().expect("a transaction begins");
            let table = read.open_table(RAW).expect("the table opens");
            let key = posts[place(thread, step)].id;
            let found = table.get(key.as_bytes().as_slice()).expect("the table is read");
            assert!(found.expect("the document is there").value().len() > 900);
        }
    })
}

/// Two threads, each with one snapshot and one open table for all its reads: nothing but the tree.
fn read_raw_kept(database: &Arc<Database>, posts: &Arc<Vec<Post>>) -> f64 {
    on_two_threads(|thread| {
        let read = database.begin_read().expect("a transaction begins");
        let table = read.open_table(RAW).expect("the table opens");
        let posts = Arc::clone(posts);
        move |step| {
            let key = posts[place(thread, step)].id;
            let found = table.get(key.as_bytes().as_slice()).expect("the table is read");
            assert!(found.expect("the document is there").value().len() > 900);
        }
    })
}

fn on_two_threads<F: FnMut(usize) + Send + 'static>(worker: impl Fn(usize) -> F) -> f64 {
    let began = Instant::now();
    let threads: Vec<_> = (0..2)
        .map(|thread| {
            let mut work = worker(thread);
            std::thread::spawn(move || {
                let mut done = 0;
                while began.elapsed() < MEASURE {
                    (0..100).for_each(|step| work(done + step));
                    done += 100;
                }
                done
            })
        })
        .collect();
    let done: usize = threads.into_iter().map(|thread| thread.join().expect("a reader ends")).sum();
    done as f64 / began.elapsed().as_secs_f64()
}

/// Durable commits of 64 documents each, one after the other.
fn write_raw(database: &Database, made: &AtomicU64, random: &SeededRandom) -> f64 {
    let (began, mut done) = (Instant::now(), 0);
    while began.elapsed() < MEASURE {
        let first = made.fetch_add(IN_FLIGHT as u64, Ordering::Relaxed);
        let posts: Vec<_> = (first..first + IN_FLIGHT as u64).map(|number| post(number, random)).collect();
        put_raw(database, posts.iter());
        done += IN_FLIGHT;
    }
    done as f64 / began.elapsed().as_secs_f64()
}

// ---- the store ----

async fn fill_store(path: &Path, posts: &[Post]) -> Store {
    let options = Options { cache_bytes: CACHE, ..Options::default() };
    let store = Store::open(path, SystemClock, options).expect("a new file opens");
    store.ensure(&[&POSTS]).await.expect("the schema is well-formed");
    for chunk in posts.chunks(1_000) {
        let mut batch = store.batch();
        for post in chunk {
            batch.insert(post);
        }
        batch.commit().await.expect("the documents are put");
    }
    store
}

/// Two tasks, each read as a handler makes it: through the collection, into the document's type.
async fn read_store(store: &Store, posts: &Arc<Vec<Post>>) -> f64 {
    let began = Instant::now();
    let tasks: Vec<_> = (0..2)
        .map(|task| {
            let (posts, collection) = (Arc::clone(posts), store.collection::<Post>());
            tokio::spawn(async move {
                let mut done = 0;
                while began.elapsed() < MEASURE {
                    for step in done..done + 100 {
                        let wanted = &posts[place(task, step)];
                        let found = collection.get(&wanted.id).await.expect("the store is read");
                        assert!(found.expect("the document is there").likes == wanted.likes);
                    }
                    done += 100;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.expect("a reader ends");
    }
    done as f64 / began.elapsed().as_secs_f64()
}

/// Sixty-four tasks, each of which waits until its document is durable before it makes the next.
async fn write_store(store: &Store, made: &Arc<AtomicU64>, random: &SeededRandom) -> f64 {
    let began = Instant::now();
    let tasks: Vec<_> = (0..IN_FLIGHT)
        .map(|_| {
            let (collection, made, random) = (store.collection::<Post>(), Arc::clone(made), random.clone());
            tokio::spawn(async move {
                let mut done = 0;
                while began.elapsed() < MEASURE {
                    let number = made.fetch_add(1, Ordering::Relaxed);
                    collection.insert(&post(number, &random)).await.expect("a document is put");
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.expect("a writer ends");
    }
    f64::from(done) / began.elapsed().as_secs_f64()
}

/// A walk over all documents without a pattern.
fn place(worker: usize, step: usize) -> usize {
    (worker * 7919 + step * 48_271) % DOCUMENTS
}

// ---- the rows ----

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    name: String,
    value: f64,
    unit: String,
    baseline: Option<f64>,
    ratio: Option<f64>,
}

impl Row {
    fn new(name: &str, value: f64, unit: &str, baseline: f64) -> Self {
        let (name, unit) = (name.to_owned(), unit.to_owned());
        Self { name, value, unit, baseline: Some(baseline), ratio: Some(value / baseline) }
    }
}

/// `backend/target`, on the disk that is measured.
fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}

/// Prints the rows and puts them in the place of those of the same names.
fn report(new: &[Row]) {
    for row in new {
        println!("{:<22} {:>10.0} {:<9} {:>6.2} of raw redb", row.name, row.value, row.unit, row.ratio.unwrap_or(0.0));
    }
    let path = target().join("bench/results.json");
    let known = std::fs::read(&path).unwrap_or_else(|_| b"[]".to_vec());
    let mut rows: Vec<serde_json::Value> = serde_json::from_slice(&known).expect("the results are a list of rows");
    rows.retain(|row| new.iter().all(|new| row["name"] != new.name.as_str()));
    rows.extend(new.iter().map(|row| serde_json::to_value(row).expect("a row is JSON")));
    std::fs::create_dir_all(target().join("bench")).expect("the results have a directory");
    std::fs::write(&path, serde_json::to_vec_pretty(&rows).expect("rows are JSON")).expect("the results are written");
}
