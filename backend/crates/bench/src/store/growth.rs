//! What a look-up, a page of twenty and a durable write cost while one collection grows.
//!
//! Pages are measured in two ways. *Busy lists*: at each size a hundred lists are read, as the busy part of a community is;
//! what grows is the collection and not the part of it that is read. *Any list*: each page is drawn over everything there
//! is, which is the worst that readers can do to a memory. The second is then measured once more with what the store keeps in
//! memory when nobody says how much, and with 32 MB.
//!
//! Beside the collection that grows lies another of the smallest size. Both are read in turn, a few milliseconds each, and
//! the median of many turns counts: what else the machine does meets both alike, and hits few turns. Growth is the cost in
//! the large one over the cost in the small one in those same turns. A turn over busy lists reads all hundred twice and
//! measures the second time, since a turn of the other collection lies between.

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
const SMALLEST: usize = BUSY * EACH;
const PAGE: usize = 20;
/// Pages, or ten times as many look-ups, in one turn.
const TURN: usize = 100;
const TURNS: usize = 200;
const ROUNDS: usize = 5;
const IN_FLIGHT: usize = 64;
/// Look-ups are drawn from so many known documents.
const KNOWN: usize = 20_000;
const LITTLE_MEMORY: usize = 32 * 1024 * 1024;

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
    /// A page, and a look-up, in the collection of the smallest size in the same turns.
    small_scan: f64,
    small_read: f64,
}

/// Costs at each size, and at the last one with less memory.
pub struct Grown {
    points: Vec<Point>,
    default_memory: Point,
    little_memory: Point,
}

/// Grows a collection in `directory` and measures at each size.
pub async fn measure(directory: &Path, extent: Extent) -> Result<Grown, Failure> {
    let (sizes, maker): (&[usize], _) = match extent {
        Extent::Million => (&[SMALLEST, 30_000, 100_000, 300_000, 1_000_000], Maker::posts()),
        Extent::TenMillionSmall => (&[SMALLEST, 100_000, 1_000_000, 3_000_000, 10_000_000], Maker::small()),
    };
    let mut pair = Pair::open(directory, maker, cache(extent)).await?;
    pair.small.fill(SMALLEST).await?;
    let mut points = Vec::new();
    println!(
        "\n{:>12} {:>12} {:>12} {:>12} {:>12} {:>22}",
        "documents", "busy list", "any list", "look-up", "write", "small beside"
    );
    for &documents in sizes {
        pair.large.fill(documents).await?;
        points.push(pair.point().await?);
    }
    let default = Options::for_this_machine().cache_bytes;
    println!("and with the default memory of this machine, {} MB:", default >> 20);
    pair = pair.open_again(directory, default).await?;
    let default_memory = pair.point().await?;
    println!("and with {} MB:", LITTLE_MEMORY >> 20);
    pair = pair.open_again(directory, LITTLE_MEMORY).await?;
    let little_memory = pair.point().await?;
    pair.close().await?;
    Ok(Grown { points, default_memory, little_memory })
}

/// The memory that the store is given.
fn cache(extent: Extent) -> usize {
    match extent {
        Extent::Million => 2 * 1024 * 1024 * 1024,
        Extent::TenMillionSmall => 4 * 1024 * 1024 * 1024,
    }
}

/// The collection that grows, and one of the smallest size.
struct Pair {
    large: Grower,
    small: Grower,
}

impl Pair {
    async fn open(directory: &Path, maker: Maker, cache: usize) -> Result<Self, Failure> {
        let large = Grower::open(&directory.join("growth"), maker.clone(), cache).await?;
        let small = Grower::open(&directory.join("beside"), maker, cache).await?;
        Ok(Self { large, small })
    }

    /// The same files with other memory.
    async fn open_again(self, directory: &Path, cache: usize) -> Result<Self, Failure> {
        self.large.store.close().await?;
        self.small.store.close().await?;
        let Self { large, small } = Self::open(directory, self.large.maker, cache).await?;
        Ok(Self {
            large: Grower { made: self.large.made, known: self.large.known, ..large },
            small: Grower { made: self.small.made, known: self.small.known, ..small },
        })
    }

    async fn close(self) -> Result<(), Failure> {
        self.large.store.close().await?;
        Ok(self.small.store.close().await?)
    }

    async fn point(&self) -> Result<Point, Failure> {
        let (large, small) = (&self.large, &self.small);
        let (mut scan, mut any, mut read, mut write) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut small_scan, mut small_read) = (Vec::new(), Vec::new());
        let lists = large.made / EACH;
        // Every list once, so that a memory that can hold them does.
        large.scans(lists, 0, lists).await?;
        for turn in 0..TURNS {
            small_scan.push(small.busy(turn).await?);
            scan.push(large.busy(turn).await?);
            any.push(large.scans(lists, turn, TURN).await?);
            small_read.push(small.reads(turn).await?);
            read.push(large.reads(turn).await?);
        }
        for round in 0..ROUNDS {
            write.push(large.writes(round).await?);
        }
        let point = Point {
            documents: large.made,
            scan: median(scan),
            any: median(any),
            read: median(read),
            write: median(write),
            small_scan: median(small_scan),
            small_read: median(small_read),
        };
        let Point { documents, scan, any, read, write, small_scan, small_read } = point;
        println!(
            "{documents:>12} {scan:>9.1} us {any:>9.1} us {read:>9.2} us {write:>9.1} us {small_scan:>9.1}, {small_read:.2} us"
        );
        Ok(point)
    }
}

/// A collection.
struct Grower {
    store: Store,
    maker: Maker,
    made: usize,
    /// Some of the keys in it.
    known: Vec<store::Id>,
}

impl Grower {
    async fn open(file: &Path, maker: Maker, cache: usize) -> Result<Self, Failure> {
        Ok(Self { store: open(file, cache).await?, maker, made: 0, known: Vec::new() })
    }

    /// Grows the collection to that many documents, by as many authors as make [`EACH`] documents each; notes some keys.
    async fn fill(&mut self, documents: usize) -> Result<(), Failure> {
        let stride = (documents / KNOWN).max(1);
        if stride > 1 {
            self.known.clear();
        }
        while self.made < documents {
            let (first, last) = (self.made, documents.min(self.made + 1_000));
            let mut batch = self.store.batch();
            for number in first..last {
                let post = self.maker.make(number, scattered(number, documents / EACH));
                if number % stride == 0 {
                    self.known.push(post.id);
                }
                batch.insert(&Listed(post));
            }
            batch.commit().await?;
            self.made = last;
        }
        Ok(())
    }

    /// The time of a page of the busy lists, all of which were read a moment ago.
    async fn busy(&self, turn: usize) -> Result<f64, Failure> {
        self.scans(BUSY, turn, TURN).await?;
        self.scans(BUSY, turn, TURN).await
    }

    /// The time of a page, over so many `pages` of any of `lists` lists that are spread over all authors.
    async fn scans(&self, lists: usize, turn: usize, pages: usize) -> Result<f64, Failure> {
        let collection = self.store.collection::<Listed>();
        let apart = self.made / EACH / lists;
        let began = Instant::now();
        for step in 0..pages {
            let list = match pages == lists {
                true => step,
                false => scattered(step + turn * TURN, lists),
            };
            let query = Query::index(BY_AUTHOR).equal([author_id(list * apart)]).descending().limit(PAGE);
            let page = collection.scan(query).await?;
            if page.items.len() != PAGE {
                return Err(format!("a page has {} documents", page.items.len()).into());
            }
        }
        Ok(micros(began.elapsed(), pages))
    }

    async fn reads(&self, turn: usize) -> Result<f64, Failure> {
        let (collection, known) = (self.store.collection::<Listed>(), &self.known);
        let (began, each) = (Instant::now(), TURN * 10);
        for step in 0..each {
            let key = known[scattered(step + turn * each, known.len())];
            collection.get(&key).await?.ok_or("a document is gone")?;
        }
        Ok(micros(began.elapsed(), each))
    }

    /// The time from one durable document to the next when [`IN_FLIGHT`] are always under way. What was written is deleted
    /// again, so that the collection keeps its size.
    async fn writes(&self, round: usize) -> Result<f64, Failure> {
        let documents = self.made;
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
    let (default, little) = (&grown.default_memory, &grown.little_memory);
    let suffix = match extent {
        Extent::Million => "",
        Extent::TenMillionSmall => "_ten_million_small",
    };
    let row = |name: &str, now: f64, before: f64| Row::new(&format!("store_{name}{suffix}"), now, "us").over(before);
    Ok(vec![
        row("scan_growth", last.scan, last.small_scan),
        row("scan_any_growth", last.any, last.small_scan),
        row("scan_growth_default_memory", default.scan, default.small_scan),
        row("scan_any_growth_default_memory", default.any, default.small_scan),
        row("scan_any_growth_little_memory", little.any, little.small_scan),
        row("read_growth", last.read, last.small_read),
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
