//! Kill -9 in the middle of writing: every acknowledged batch is whole and there, no batch is half there, and the
//! indexes agree with the documents.
//!
//! Each round starts this program again as a writer, reads what it acknowledges, and kills it at a random moment: mostly
//! while it writes, sometimes while it opens the file and repairs what the round before left of it. Then everything in the
//! file is read and compared with what was acknowledged. Some rounds share a file, so that repairs follow repairs.
//! `-- --rounds 1000` makes many, `-- --seed 7` repeats the moments of a run.

#![expect(clippy::disallowed_methods, reason = "the moment of a kill is one of the real clock")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use store::{Document, Error, Index, Options, Query, Random as _, Schema, SeededRandom, Store, Stored, SystemClock};

/// How many rounds are made unless said otherwise.
const ROUNDS: u64 = 50;

/// So many rounds in a row use one file. More would take longer to check each time.
const ROUNDS_A_FILE: u64 = 10;

/// How many tasks write at once.
const WRITERS: i64 = 8;

/// A writer is killed within this time of its first acknowledgement; one that is to die early, of its start.
const LONGEST: Duration = Duration::from_millis(100);
const EARLY: Duration = Duration::from_millis(12);

/// One in so many writers is to die early.
const EARLY_ONES: u64 = 6;

/// A writer that has acknowledged nothing by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// One of the two documents that each batch writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Half {
    name: String,
    writer: i64,
    batch: i64,
    padding: String,
}

static HALVES: Schema = Schema::new("halves").indexes(&[
    Index::new("by_writer").equal(&["writer"]).order("batch"),
    Index::new("by_place").equal(&["name"]).unique(),
]);

impl Document for Half {
    type Key = String;
    const SCHEMA: &'static Schema = &HALVES;
    fn key(&self) -> String {
        self.name.clone()
    }
}

/// The last batch of a writer, replaced by each, so that its index entry moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Head {
    writer: String,
    batch: i64,
}

static HEADS: Schema = Schema::new("heads").indexes(&[Index::new("by_batch").order("batch")]);

impl Document for Head {
    type Key = String;
    const SCHEMA: &'static Schema = &HEADS;
    fn key(&self) -> String {
        self.writer.clone()
    }
}

/// What moves: each batch writes the writer's next one and deletes the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Torch {
    name: String,
    writer: i64,
}

static TORCHES: Schema = Schema::new("torches").indexes(&[Index::new("one_a_writer").equal(&["writer"]).unique()]);

impl Document for Torch {
    type Key = String;
    const SCHEMA: &'static Schema = &TORCHES;
    fn key(&self) -> String {
        self.name.clone()
    }
}

/// How many batches a writer made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Count {
    #[serde(rename = "_id")]
    writer: String,
    #[serde(default)]
    batches: i64,
}

static COUNTS: Schema = Schema::new("counts").counter();

impl Document for Count {
    type Key = String;
    const SCHEMA: &'static Schema = &COUNTS;
    fn key(&self) -> String {
        self.writer.clone()
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
    let runtime = runtime.expect("a runtime can be started");
    if let Some(path) = value("--write") {
        runtime.block_on(write_until_killed(Path::new(path)));
        return ExitCode::FAILURE;
    }
    // Like any other test it stays silent when another one was asked for by name.
    let filter = arguments.iter().find(|argument| !argument.starts_with('-') && argument.parse::<u64>().is_err());
    if filter.is_some_and(|filter| !"crash".contains(filter.as_str())) || arguments.iter().any(|a| a == "--list") {
        return ExitCode::SUCCESS;
    }
    let number = |name| value(name).map(|number| number.parse().expect("a number"));
    let seed = number("--seed").unwrap_or_else(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::from(since.subsec_nanos()))
    });
    let report = runtime.block_on(kill_again_and_again(number("--rounds").unwrap_or(ROUNDS), seed));
    report.print(seed);
    if report.losses.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What came of it.
#[derive(Default)]
struct Report {
    rounds: u64,
    /// Writers that were killed before they had acknowledged anything.
    early: u64,
    /// Batches that were acknowledged.
    acknowledged: u64,
    /// Batches that were read back, those of a file again after each of its rounds.
    checked: u64,
    /// The longest that a file took to open after a kill.
    longest_opening: Duration,
    losses: Vec<String>,
}

impl Report {
    fn print(&self, seed: u64) {
        for loss in &self.losses {
            print(loss);
        }
        print(&format!(
            "crash: {} kills ({} before the first acknowledgement), {} batches acknowledged, {} read back, longest \
             opening {} ms, losses: {} (seed {seed})",
            self.rounds,
            self.early,
            self.acknowledged,
            self.checked,
            self.longest_opening.as_millis(),
            self.losses.len(),
        ));
    }
}

async fn kill_again_and_again(rounds: u64, seed: u64) -> Report {
    let random = SeededRandom::new(seed);
    let mut report = Report::default();
    let mut directory = tempfile::tempdir().expect("a directory for the file");
    let mut known = BTreeMap::new();
    for round in 0..rounds {
        if round % ROUNDS_A_FILE == 0 {
            directory = tempfile::tempdir().expect("a directory for the file");
            known.clear();
        }
        let path = directory.path().join("store");
        let acknowledged = run_writer(&path, &random, &mut known);
        report.early += u64::from(acknowledged == 0);
        report.acknowledged += acknowledged;
        report.rounds += 1;
        if let Err(loss) = check(&path, &known, &mut report).await {
            report.losses.push(format!("round {round}: {loss}"));
            // What is lost stays lost: the next round shall tell of its own.
            directory = tempfile::tempdir().expect("a directory for the file");
            known.clear();
        }
        if (round + 1).is_multiple_of(100) {
            print(&format!("crash: {} of {rounds} kills, losses: {}", round + 1, report.losses.len()));
        }
    }
    report
}

fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("somebody reads what is printed");
}

async fn open(path: &Path) -> Store {
    let store = Store::open(path, SystemClock, Options::default()).expect("the file opens after a kill");
    store.ensure(&[&HALVES, &HEADS, &TORCHES, &COUNTS]).await.expect("the schemas are as before");
    store
}

// ---- the process that is killed ----

async fn write_until_killed(path: &Path) {
    let store = open(path).await;
    let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(store.clone(), writer))).collect();
    for writer in writers {
        writer.await.expect("a writer does not end");
    }
}

async fn write(store: Store, writer: i64) {
    let head = store.collection::<Head>().get(&writer.to_string()).await.expect("the head can be read");
    let mut batch = head.as_ref().map_or(0, |head| head.batch + 1);
    let mut head = head;
    loop {
        write_batch(&store, writer, batch, head.as_ref()).await.expect("a batch is written");
        print(&format!("{writer} {batch}"));
        head = store.collection().get(&writer.to_string()).await.expect("the head can be read");
        batch += 1;
    }
}

async fn write_batch(store: &Store, writer: i64, batch: i64, head: Option<&Stored<Head>>) -> Result<(), Error> {
    let new = Head { writer: writer.to_string(), batch };
    let mut writes = store.batch();
    writes.insert(&half(writer, batch, "left"));
    match head {
        Some(head) => writes.replace(head, &new),
        None => writes.insert(&new),
    };
    writes.add::<Count>(&writer.to_string(), "batches", 1).insert(&half(writer, batch, "right"));
    if batch > 0 {
        writes.delete::<Torch>(&torch(writer, batch - 1).name);
    }
    writes.insert(&torch(writer, batch));
    writes.commit().await
}

fn half(writer: i64, batch: i64, side: &str) -> Half {
    let padding = "x".repeat((batch as usize * 37) % 700);
    Half { name: format!("{writer}/{batch}/{side}"), writer, batch, padding }
}

fn torch(writer: i64, batch: i64) -> Torch {
    Torch { name: format!("{writer}/{batch}"), writer }
}

// ---- the process that kills ----

/// Starts a writer, kills it at a random moment, and notes the last batch that each of its tasks acknowledged.
fn run_writer(path: &Path, random: &SeededRandom, known: &mut BTreeMap<i64, i64>) -> u64 {
    let (mut writer, lines) = Writer::start(path);
    let mut acknowledged = 0;
    let mut note = |line: String| {
        let (task, batch) = line.split_once(' ').expect("a line is a task and a batch");
        known.insert(task.parse().expect("a task"), batch.parse().expect("a batch"));
        acknowledged += 1;
    };
    let mut moment = Instant::now() + share(EARLY, random);
    if !draw(random).is_multiple_of(EARLY_ONES) {
        note(lines.recv_timeout(PATIENCE).expect("the writer writes"));
        moment = Instant::now() + share(LONGEST, random);
    }
    loop {
        match lines.recv_timeout(moment.saturating_duration_since(Instant::now())) {
            Ok(line) => note(line),
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => panic!("the writer ended by itself"),
        }
    }
    writer.0.kill().expect("the writer can be killed");
    // What it still wrote before it died was acknowledged too.
    lines.into_iter().for_each(note);
    acknowledged
}

fn draw(random: &SeededRandom) -> u64 {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// A random part of it, to the microsecond.
fn share(of: Duration, random: &SeededRandom) -> Duration {
    Duration::from_micros(draw(random) % of.as_micros() as u64)
}

/// A writing process; it never outlives its round.
struct Writer(Child);

impl Writer {
    /// Starts it. The lines that it prints arrive as they are printed; the channel ends with the process.
    fn start(path: &Path) -> (Self, Receiver<String>) {
        let this = std::env::current_exe().expect("this program has a path");
        let child = Command::new(this).arg("--write").arg(path).stdout(Stdio::piped()).spawn();
        let mut writer = Self(child.expect("this program can be started again"));
        let mut out = BufReader::new(writer.0.stdout.take().expect("its output is a pipe"));
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            loop {
                let mut line = String::new();
                let read = out.read_line(&mut line).expect("the pipe can be read");
                // A line that the kill cut short has no end: it was not acknowledged.
                if read == 0 || !line.ends_with('\n') || sender.send(line.trim_end().to_owned()).is_err() {
                    return;
                }
            }
        });
        (writer, lines)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // It is dead already unless the test failed; then its end is not waited for in vain.
        let _ = self.0.kill();
        self.0.wait().expect("a killed process ends");
    }
}

/// Compares everything in the file with what was acknowledged; the error says what is wrong.
async fn check(path: &Path, known: &BTreeMap<i64, i64>, report: &mut Report) -> Result<(), String> {
    let began = Instant::now();
    let store = open(path).await;
    report.longest_opening = report.longest_opening.max(began.elapsed());
    let heads = store.collection::<Head>();
    let mut found = Vec::new();
    for writer in 0..WRITERS {
        let head = heads.get(&writer.to_string()).await.expect("the head can be read");
        let last = head.as_ref().map_or(-1, |head| head.batch);
        let acknowledged = known.get(&writer).copied().unwrap_or(-1);
        if last < acknowledged {
            return Err(format!("writer {writer}: batch {acknowledged} was acknowledged, the last one is {last}"));
        }
        check_writer(&store, writer, last).await?;
        report.checked += (last + 1) as u64;
        found.extend(head.map(Stored::into_document));
    }
    found.sort_by(|a, b| (a.batch, &a.writer).cmp(&(b.batch, &b.writer)));
    let by_batch = heads.scan(Query::index("by_batch")).await.expect("the index can be read");
    same("the index of heads", &by_batch.into_documents(), &found)?;
    let halves = 2 * found.iter().map(|head| head.batch + 1).sum::<i64>();
    same("all halves by key", &all::<Half>(&store, Query::by_key()).await.len(), &(halves as usize))?;
    same("all torches by key", &all::<Torch>(&store, Query::by_key()).await.len(), &found.len())
}

/// All of a writer's batches up to the last one are there, both halves of each, and nothing else is.
async fn check_writer(store: &Store, writer: i64, last: i64) -> Result<(), String> {
    let expected: Vec<_> =
        (0..=last).flat_map(|batch| ["left", "right"].map(|side| half(writer, batch, side))).collect();
    let listed = all::<Half>(store, Query::index("by_writer").equal([writer])).await;
    if listed != expected {
        return Err(format!("writer {writer}: the list does not hold both halves of all {} batches", last + 1));
    }
    let halves = store.collection::<Half>();
    for half in &expected {
        let by_name = halves.find("by_place", &[half.name.as_str().into()]).await.expect("the index can be read");
        same("a half by its unique index", &by_name.as_deref(), &Some(half))?;
    }
    let torches = store.collection::<Torch>();
    let held = torches.find("one_a_writer", &[writer.into()]).await.expect("the index can be read");
    same("the torch", &held.map(Stored::into_document), &(last >= 0).then(|| torch(writer, last)))?;
    let count = store.collection::<Count>().get(&writer.to_string()).await.expect("the count can be read");
    same("the count", &count.map_or(0, |count| count.batches), &(last + 1))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} instead of {expected:?}")) }
}

/// Everything that the query describes.
async fn all<D: Document>(store: &Store, query: Query) -> Vec<D> {
    let (mut found, mut next) = (Vec::new(), None);
    loop {
        let page = store.collection::<D>().scan(query.clone().limit(1000).after(next)).await;
        let page = page.expect("the collection can be read");
        next = page.next.clone();
        found.extend(page.into_documents());
        if next.is_none() {
            return found;
        }
    }
}
