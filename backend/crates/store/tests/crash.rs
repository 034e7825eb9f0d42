//! Kill -9 in the middle of writing: every acknowledged batch is whole and there, no batch is half there, and the
//! indexes agree with the documents.
//!
//! Each round starts this program again as a writer, reads what it acknowledges, and kills it after a number of
//! acknowledgements that the round's number decides. All rounds use one file. `-- --rounds 1000` makes many.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

use serde::{Deserialize, Serialize};
use store::{Document, Error, Index, Options, Query, Schema, Store, Stored, SystemClock};

/// How many rounds are made unless said otherwise.
const ROUNDS: u64 = 6;

/// How many tasks write at once.
const WRITERS: i64 = 8;

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
    let rounds = value("--rounds").map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let directory = tempfile::tempdir().expect("a directory for the file");
    let path = directory.path().join("store");
    let (mut known, mut acknowledged) = (BTreeMap::new(), 0);
    for round in 0..rounds {
        acknowledged += run_writer(&path, round, &mut known);
        runtime.block_on(check(&path, &known));
    }
    print(&format!("crash: {rounds} kills, {acknowledged} acknowledged batches, none lost or halved"));
    ExitCode::SUCCESS
}

fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("somebody reads what is printed");
}

async fn open(path: &Path) -> Store {
    let store = Store::open(path, SystemClock, Options::default()).expect("the file opens after a kill");
    store.ensure(&[&HALVES, &HEADS, &COUNTS]).await.expect("the schemas are as before");
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
    writes.commit().await
}

fn half(writer: i64, batch: i64, side: &str) -> Half {
    let padding = "x".repeat((batch as usize * 37) % 700);
    Half { name: format!("{writer}/{batch}/{side}"), writer, batch, padding }
}

// ---- the process that kills ----

/// Starts a writer, kills it, and notes the last batch that each of its tasks acknowledged.
fn run_writer(path: &Path, round: u64, known: &mut BTreeMap<i64, i64>) -> u64 {
    let mut writer = Writer::start(path);
    // Spread without a pattern that the file's own rhythm could follow.
    let last = 20 + round.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 400;
    let mut acknowledged = 0;
    let lines = BufReader::new(writer.0.stdout.take().expect("its output is a pipe")).lines();
    for line in lines {
        let line = line.expect("the pipe can be read");
        let (task, batch) = line.split_once(' ').expect("a line is a task and a batch");
        known.insert(task.parse().expect("a task"), batch.parse().expect("a batch"));
        acknowledged += 1;
        if acknowledged == last {
            // What it still writes before it dies is read on: it was acknowledged too.
            writer.0.kill().expect("the writer can be killed");
        }
    }
    assert!(acknowledged >= last, "the writer ended by itself");
    acknowledged
}

/// A writing process; it never outlives its round.
struct Writer(Child);

impl Writer {
    fn start(path: &Path) -> Self {
        let this = std::env::current_exe().expect("this program has a path");
        let child = Command::new(this).arg("--write").arg(path).stdout(Stdio::piped()).spawn();
        Self(child.expect("this program can be started again"))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // It is dead already unless the test failed; then its end is not waited for in vain.
        let _ = self.0.kill();
        self.0.wait().expect("a killed process ends");
    }
}

async fn check(path: &Path, known: &BTreeMap<i64, i64>) {
    let store = open(path).await;
    let heads = store.collection::<Head>();
    let mut found = Vec::new();
    for writer in 0..WRITERS {
        let head = heads.get(&writer.to_string()).await.expect("the head can be read");
        let last = head.as_ref().map_or(-1, |head| head.batch);
        let acknowledged = known.get(&writer).copied().unwrap_or(-1);
        assert!(last >= acknowledged, "writer {writer}: batch {acknowledged} was acknowledged, the last one is {last}");
        check_writer(&store, writer, last).await;
        found.extend(head.map(Stored::into_document));
    }
    found.sort_by(|a, b| (a.batch, &a.writer).cmp(&(b.batch, &b.writer)));
    let by_batch = heads.scan(Query::index("by_batch")).await.expect("the index can be read");
    assert_eq!(by_batch.into_documents(), found);
}

/// All of a writer's batches up to the last one are there, both halves of each, and nothing else is.
async fn check_writer(store: &Store, writer: i64, last: i64) {
    let halves = store.collection::<Half>();
    let (mut listed, mut next) = (Vec::new(), None);
    loop {
        let query = Query::index("by_writer").equal([writer]).limit(1000).after(next);
        let page = halves.scan(query).await.expect("the index can be read");
        next = page.next.clone();
        listed.extend(page.into_documents());
        if next.is_none() {
            break;
        }
    }
    let expected: Vec<_> =
        (0..=last).flat_map(|batch| ["left", "right"].map(|side| half(writer, batch, side))).collect();
    assert!(listed == expected, "writer {writer}: the list does not hold both halves of all {} batches", last + 1);
    let names: Vec<_> = expected.iter().map(|half| half.name.clone()).collect();
    let by_key = halves.get_many(&names).await.expect("documents can be read");
    assert!(by_key.iter().all(Option::is_some), "writer {writer}: the list names what is not there");
    for half in expected.iter().rev().take(4) {
        let by_name = halves.find("by_place", &[half.name.as_str().into()]).await.expect("the index can be read");
        assert_eq!(by_name.as_deref(), Some(half));
    }
    let count = store.collection::<Count>().get(&writer.to_string()).await.expect("the count can be read");
    assert_eq!(count.map_or(0, |count| count.batches), last + 1, "writer {writer}: its count");
}
