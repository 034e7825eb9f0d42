//! Reads, lists of twenty and durable writes a second, each beside bare redb in the same run; the rounds of the two
//! interleave, and the median counts.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use store::{Embedded, Options, Query, Store, SystemClock};

use super::posts::{BY_AUTHOR, Listed, Maker, Post, author_id, scattered};
use super::raw::Raw;
use crate::Failure;
use crate::load::{median, per_second};
use crate::report::Row;

const MEASURE: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;
const DOCUMENTS: usize = 50_000;
const AUTHORS: usize = 500;
const IN_FLIGHT: usize = 64;
const CACHE: usize = 256 * 1024 * 1024;

/// The rows, in a fresh `directory`.
pub async fn measure(directory: &Path) -> Result<Vec<Row>, Failure> {
    let maker = Maker::posts();
    let posts: Arc<Vec<Post>> =
        Arc::new((0..DOCUMENTS).map(|number| maker.make(number, scattered(number, AUTHORS))).collect());
    let authors = Arc::new((0..AUTHORS).map(author_id).collect::<Vec<_>>());
    let raw = Raw::fill(&directory.join("raw"), CACHE, &posts)?;
    let store = open(&directory.join("speed"), CACHE).await?;
    fill(&store, &posts).await?;

    let mut read = Pair::default();
    let mut range = Pair::default();
    for _ in 0..ROUNDS {
        read.raw.push(raw.reads(&posts, MEASURE)?);
        read.store.push(reads(&store, &posts).await?);
        range.raw.push(raw.ranges(&authors, MEASURE)?);
        range.store.push(ranges(&store, &authors).await?);
    }
    let made = Arc::new(AtomicUsize::new(DOCUMENTS));
    let mut alone = Pair::default();
    let mut grouped = Pair::default();
    for _ in 0..ROUNDS {
        alone.raw.push(raw.writes(&maker, &made, 1, MEASURE)?);
        alone.store.push(writes(&store, &maker, &made, 1).await?);
        grouped.raw.push(raw.writes(&maker, &made, IN_FLIGHT, MEASURE)?);
        grouped.store.push(writes(&store, &maker, &made, IN_FLIGHT).await?);
    }
    store.close().await?;
    Ok(vec![
        read.row("store_read"),
        range.row("store_range_20"),
        alone.row("store_write_alone"),
        grouped.row("store_write_grouped"),
    ])
}

/// What the two gave, round by round.
#[derive(Default)]
struct Pair {
    raw: Vec<f64>,
    store: Vec<f64>,
}

impl Pair {
    fn row(self, name: &str) -> Row {
        Row::new(name, median(self.store), "1/s").over(median(self.raw))
    }
}

/// A store in that file, with both collections.
pub async fn open(path: &Path, cache: usize) -> Result<Store, Failure> {
    let options = Options { cache_bytes: cache, ..Options::default() };
    let store = Store::new(Arc::new(Embedded::open(path, options)?), SystemClock);
    store.ensure(&[<Post as store::Document>::SCHEMA, <Listed as store::Document>::SCHEMA]).await?;
    Ok(store)
}

async fn fill(store: &Store, posts: &[Post]) -> Result<(), Failure> {
    for chunk in posts.chunks(500) {
        let mut batch = store.batch();
        for post in chunk {
            batch.insert(post).insert(&Listed(post.clone()));
        }
        batch.commit().await?;
    }
    Ok(())
}

/// Two tasks, each read as a handler makes it: through the collection, into the document's type.
async fn reads(store: &Store, posts: &Arc<Vec<Post>>) -> Result<f64, Failure> {
    on_tasks(2, |task| {
        let (posts, collection) = (Arc::clone(posts), store.collection::<Post>());
        move |step| {
            let (posts, collection) = (Arc::clone(&posts), collection.clone());
            async move {
                let wanted = &posts[scattered(2 * step + task, posts.len())];
                let found = collection.get(&wanted.id).await?;
                found.filter(|found| found.likes == wanted.likes).map(drop).ok_or_else(|| "it is not there".into())
            }
        }
    })
    .await
}

async fn ranges(store: &Store, authors: &Arc<Vec<store::Id>>) -> Result<f64, Failure> {
    on_tasks(2, |task| {
        let (authors, collection) = (Arc::clone(authors), store.collection::<Listed>());
        move |step| {
            let author = authors[scattered(2 * step + task, authors.len())];
            let collection = collection.clone();
            async move {
                let query = Query::index(BY_AUTHOR).equal([author]).descending().limit(20);
                let page = collection.scan(query).await?;
                if page.items.len() == 20 { Ok(()) } else { Err("not twenty".into()) }
            }
        }
    })
    .await
}

/// So many tasks, each of which waits until its document is durable before it makes the next.
pub async fn writes(store: &Store, maker: &Maker, made: &Arc<AtomicUsize>, tasks: usize) -> Result<f64, Failure> {
    on_tasks(tasks, |_| {
        let (collection, made, maker) = (store.collection::<Post>(), Arc::clone(made), maker.clone());
        move |_| {
            let number = made.fetch_add(1, Ordering::Relaxed);
            let (collection, post) = (collection.clone(), maker.make(number, number));
            async move { Ok(collection.insert(&post).await?) }
        }
    })
    .await
}

async fn on_tasks<F, Turn>(tasks: usize, worker: impl Fn(usize) -> F) -> Result<f64, Failure>
where
    F: FnMut(usize) -> Turn + Send + 'static,
    Turn: Future<Output = Result<(), Failure>> + Send,
{
    let began = Instant::now();
    let tasks: Vec<_> = (0..tasks)
        .map(|task| {
            let mut turn = worker(task);
            tokio::spawn(async move {
                let mut done = 0;
                while began.elapsed() < MEASURE {
                    turn(done).await?;
                    done += 1;
                }
                Ok::<_, Failure>(done as u64)
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await??;
    }
    Ok(per_second(done, began.elapsed()))
}
