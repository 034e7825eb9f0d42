//! What a look-up, a page of twenty and a durable write cost while one collection grows.
//!
//! Pages are measured in two ways. *Busy lists*: at each size a hundred lists are read, as the busy part of a community is;
//! what grows is the collection and not the part of it that is read. *Any list*: each page is drawn over everything there
//! is, which is the worst that readers can do to a memory. The second is then measured once more with the store's default
//! memory, which a million documents exceed thirtyfold.

use std::path::Path;
use std::time::{Duration, Instant};

use store::{Options, Query, Store};

use super::Extent;
use super::curve::{Curve, Line};
use super::posts::{BY_AUTHOR, Listed, Maker, author_id, scattered};
use super::speed::open;
use crate::Failure;
use crate::load::median;
use crate::report::Row;

/// Documents that an author has, on average, and so the length of a list.
const EACH: usize = 100;
/// How many lists are busy: all of them at the smallest size.
const BUSY: usize = 100;
const PAGE: usize = 20;
const MEASURE: Duration = Duration::from_secs(1);
const ROUNDS: usize = 5;
const IN_FLIGHT: usize = 64;
/// Look-ups are drawn from so many known documents.
const KNOWN: usize = 20_000;

/// What things cost at one size, in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    documents: usize,
    /// A page of a busy list.
    scan: f64,
    /// A page of any list.
    any: f64,
    read: f64,
    write: f64,
}

/// Costs at each size, and at the last one with the default memory.
pub struct Grown {
    points: Vec<Point>,
    little_memory: Point,
}

/// Grows a collection in `directory` and measures at each size.
pub async fn measure(directory: &Path, extent: Extent) -> Result<Grown, Failure> {
    let (sizes, maker): (&[usize], _) = match extent {
        Extent::Million => (&[10_000, 30_000, 100_000, 300_000, 1_000_000], Maker::posts()),
        Extent::TenMillionSmall => (&[10_000, 100_000, 1_000_000, 3_000_000, 10_000_000], Maker::small()),
    };
    let store = open(&directory.join("growth"), cache(extent)).await?;
    let mut grower = Grower { store: &store, maker, made: 0 };
    let mut known = Vec::new();
    let mut points = Vec::new();
    println!("\n{:>12} {:>12} {:>12} {:>12} {:>12}", "documents", "busy list", "any list", "look-up", "write");
    for &documents in sizes {
        grower.fill(documents, &mut known).await?;
        points.push(grower.point(documents, &known).await?);
    }
    store.close().await?;
    let maker = grower.maker;
    println!("and with the default memory of {} MB:", Options::default().cache_bytes >> 20);
    let store = open(&directory.join("growth"), Options::default().cache_bytes).await?;
    let last = sizes.last().copied().unwrap_or_default();
    let little_memory = Grower { store: &store, maker, made: last }.point(last, &known).await?;
    store.close().await?;
    Ok(Grown { points, little_memory })
}

/// The memory that the store is given.
fn cache(extent: Extent) -> usize {
    match extent {
        Extent::Million => 2 * 1024 * 1024 * 1024,
        Extent::TenMillionSmall => 4 * 1024 * 1024 * 1024,
    }
}

struct Grower<'a> {
    store: &'a Store,
    maker: Maker,
    made: usize,
}

impl Grower<'_> {
    /// Grows the collection to that many documents, by as many authors as make [`EACH`] documents each; notes some keys.
    async fn fill(&mut self, documents: usize, known: &mut Vec<store::Id>) -> Result<(), Failure> {
        let stride = (documents / KNOWN).max(1);
        if stride > 1 {
            known.clear();
        }
        while self.made < documents {
            let (first, last) = (self.made, documents.min(self.made + 1_000));
            let mut batch = self.store.batch();
            for number in first..last {
                let post = self.maker.make(number, scattered(number, documents / EACH));
                if number % stride == 0 {
                    known.push(post.id);
                }
                batch.insert(&Listed(post));
            }
            batch.commit().await?;
            self.made = last;
        }
        Ok(())
    }

    async fn point(&self, documents: usize, known: &[store::Id]) -> Result<Point, Failure> {
        let (mut scans, mut any, mut reads, mut writes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            scans.push(self.scans(documents, BUSY, round).await?);
            any.push(self.scans(documents, documents / EACH, round).await?);
            reads.push(self.reads(known, round).await?);
        }
        for round in 0..ROUNDS {
            writes.push(self.writes(documents, round).await?);
        }
        let point =
            Point { documents, scan: median(scans), any: median(any), read: median(reads), write: median(writes) };
        let Point { scan, any, read, write, .. } = point;
        println!("{documents:>12} {scan:>9.1} us {any:>9.1} us {read:>9.2} us {write:>9.1} us");
        Ok(point)
    }

    /// The time of a page, of any of `lists` lists that are spread over all authors.
    async fn scans(&self, documents: usize, lists: usize, round: usize) -> Result<f64, Failure> {
        let collection = self.store.collection::<Listed>();
        let apart = documents / EACH / lists;
        let (began, mut done) = (Instant::now(), 0);
        while began.elapsed() < MEASURE {
            let author = author_id(scattered(done + round * 1_000_003, lists) * apart);
            let page = collection.scan(Query::index(BY_AUTHOR).equal([author]).descending().limit(PAGE)).await?;
            if page.items.len() != PAGE {
                return Err(format!("a page has {} documents", page.items.len()).into());
            }
            done += 1;
        }
        Ok(micros(began.elapsed(), done))
    }

    async fn reads(&self, known: &[store::Id], round: usize) -> Result<f64, Failure> {
        let collection = self.store.collection::<Listed>();
        let (began, mut done) = (Instant::now(), 0);
        while began.elapsed() < MEASURE {
            for step in done..done + 100 {
                let key = known[scattered(step + round * 1_000_003, known.len())];
                collection.get(&key).await?.ok_or("a document is gone")?;
            }
            done += 100;
        }
        Ok(micros(began.elapsed(), done))
    }

    /// The time from one durable document to the next when [`IN_FLIGHT`] are always under way. What was written is deleted
    /// again, so that the collection keeps its size.
    async fn writes(&self, documents: usize, round: usize) -> Result<f64, Failure> {
        let each = (documents / 10).clamp(1_000, 20_000) / IN_FLIGHT;
        let authors = documents / EACH;
        let began = Instant::now();
        let tasks: Vec<_> = (0..IN_FLIGHT)
            .map(|task| {
                let (maker, collection) = (self.maker.clone(), self.store.collection::<Listed>());
                tokio::spawn(async move {
                    let mut written = Vec::with_capacity(each);
                    for step in 0..each {
                        let number = documents + (round * IN_FLIGHT + task) * each + step;
                        let post = maker.make(number, scattered(number, authors));
                        written.push(post.id);
                        collection.insert(&Listed(post)).await?;
                    }
                    Ok::<_, store::Error>(written)
                })
            })
            .collect();
        let mut written = Vec::new();
        for task in tasks {
            written.extend(task.await??);
        }
        let time = micros(began.elapsed(), written.len());
        for chunk in written.chunks(500) {
            let mut batch = self.store.batch();
            for id in chunk {
                batch.delete::<Listed>(id);
            }
            batch.commit().await?;
        }
        Ok(time)
    }
}

fn micros(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e6 / count.max(1) as f64
}

/// The last size over the first.
pub fn rows(grown: &Grown, extent: Extent) -> Result<Vec<Row>, Failure> {
    let (Some(first), Some(last)) = (grown.points.first(), grown.points.last()) else {
        return Err("nothing was measured".into());
    };
    let suffix = match extent {
        Extent::Million => "",
        Extent::TenMillionSmall => "_ten_million_small",
    };
    let row = |name: &str, now: f64, before: f64| Row::new(&format!("store_{name}{suffix}"), now, "us").over(before);
    Ok(vec![
        row("scan_growth", last.scan, first.scan),
        row("scan_any_growth", last.any, first.any),
        row("scan_any_growth_default_memory", grown.little_memory.any, first.any),
        row("read_growth", last.read, first.read),
        row("write_growth", last.write, first.write),
    ])
}

/// Where the drawing lies in `docs/images`.
pub fn drawing_name(extent: Extent) -> &'static str {
    match extent {
        Extent::Million => "store-growth.svg",
        Extent::TenMillionSmall => "store-growth-ten-million.svg",
    }
}

/// The curve.
pub fn draw(grown: &Grown, extent: Extent) -> String {
    let of = match extent {
        Extent::Million => "documents of 1 kB",
        Extent::TenMillionSmall => "documents of 0.1 kB",
    };
    let line = |name: &'static str, colour: &'static str, cost: fn(&Point) -> f64| Line {
        name,
        colour,
        points: grown.points.iter().map(|point| (point.documents as f64, cost(point))).collect(),
    };
    Curve {
        title: format!("What an operation costs while a collection grows, in microseconds ({of})"),
        lines: vec![
            line("page of any list", "#a16207", |point| point.any),
            line("page of a busy list", "#c2410c", |point| point.scan),
            line("durable write", "#0f766e", |point| point.write),
            line("look-up", "#4338ca", |point| point.read),
        ],
    }
    .to_svg()
}
