//! Bare redb, doing comparable work as a server without further thought would: a snapshot for each read, a commit for each
//! group of writes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use redb::{Database, ReadableDatabase, TableDefinition};

use super::posts::{Maker, Post, raw_bytes, scattered};
use crate::Failure;
use crate::load::per_second;

const DOCUMENTS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("posts");
/// Author, moment, key.
const LIST: TableDefinition<'_, &[u8], ()> = TableDefinition::new("list");

/// A database of redb's own.
pub struct Raw {
    database: Arc<Database>,
}

impl Raw {
    /// One that holds `posts`.
    pub fn fill(path: &Path, cache: usize, posts: &[Post]) -> Result<Self, Failure> {
        let database = Arc::new(redb::Builder::new().set_cache_size(cache).create(path)?);
        for chunk in posts.chunks(5_000) {
            put(&database, chunk)?;
            list(&database, chunk)?;
        }
        Ok(Self { database })
    }

    /// Look-ups a second by two threads.
    pub fn reads(&self, posts: &Arc<Vec<Post>>, duration: Duration) -> Result<f64, Failure> {
        on_two_threads(duration, |thread| {
            let (database, posts) = (Arc::clone(&self.database), Arc::clone(posts));
            move |step| {
                let read = database.begin_read()?;
                let key = posts[scattered(2 * step + thread, posts.len())].id;
                let found = read.open_table(DOCUMENTS)?.get(key.as_bytes().as_slice())?;
                found.filter(|found| found.value().len() > 900).map(drop).ok_or_else(|| "it is not there".into())
            }
        })
    }

    /// Lists of an author's newest twenty a second, by two threads.
    pub fn ranges(&self, authors: &Arc<Vec<store::Id>>, duration: Duration) -> Result<f64, Failure> {
        on_two_threads(duration, |thread| {
            let (database, authors) = (Arc::clone(&self.database), Arc::clone(authors));
            move |step| {
                let read = database.begin_read()?;
                let (list, documents) = (read.open_table(LIST)?, read.open_table(DOCUMENTS)?);
                let author = authors[scattered(2 * step + thread, authors.len())];
                let end = [author.as_bytes().as_slice(), &[0xff; 8]].concat();
                let mut found = 0;
                for entry in list.range(author.as_bytes().as_slice()..end.as_slice())?.rev().take(20) {
                    let (entry, _) = entry?;
                    let key = &entry.value()[24..];
                    found += documents.get(key)?.map_or(0, |found| usize::from(found.value().len() > 900));
                }
                if found == 20 { Ok(()) } else { Err(format!("{found} instead of twenty").into()) }
            }
        })
    }

    /// Durable documents a second, so many to a commit, one commit after the other.
    pub fn writes(&self, maker: &Maker, made: &AtomicUsize, group: usize, duration: Duration) -> Result<f64, Failure> {
        let (began, mut done) = (Instant::now(), 0);
        while began.elapsed() < duration {
            let first = made.fetch_add(group, Ordering::Relaxed);
            let posts: Vec<_> = (first..first + group).map(|number| maker.make(number, number)).collect();
            put(&self.database, &posts)?;
            done += group as u64;
        }
        Ok(per_second(done, began.elapsed()))
    }
}

/// Writes these posts in one durable transaction.
fn put(database: &Database, posts: &[Post]) -> Result<(), Failure> {
    let write = database.begin_write()?;
    {
        let mut table = write.open_table(DOCUMENTS)?;
        for post in posts {
            let (key, value) = raw_bytes(post)?;
            table.insert(key.as_slice(), value.as_slice())?;
        }
    }
    Ok(write.commit()?)
}

fn list(database: &Database, posts: &[Post]) -> Result<(), Failure> {
    let write = database.begin_write()?;
    {
        let mut table = write.open_table(LIST)?;
        for post in posts {
            let at = post.at.as_millis().to_be_bytes();
            let entry = [post.author.as_bytes().as_slice(), &at, post.id.as_bytes()].concat();
            table.insert(entry.as_slice(), ())?;
        }
    }
    Ok(write.commit()?)
}

fn on_two_threads<F>(duration: Duration, worker: impl Fn(usize) -> F) -> Result<f64, Failure>
where
    F: FnMut(usize) -> Result<(), Failure> + Send + 'static,
{
    let began = Instant::now();
    let threads: Vec<_> = (0..2)
        .map(|thread| {
            let mut work = worker(thread);
            std::thread::spawn(move || {
                let mut done = 0;
                while began.elapsed() < duration {
                    for step in done..done + 50 {
                        work(step)?;
                    }
                    done += 50;
                }
                Ok::<_, Failure>(done as u64)
            })
        })
        .collect();
    let mut done = 0;
    for thread in threads {
        done += thread.join().map_err(|_| "a reader panicked")??;
    }
    Ok(per_second(done, began.elapsed()))
}
