//! Random schedules: whatever is written and asked, in whatever order, the engine says what the model says.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tokio::runtime::Handle;

use super::World;
use super::documents::{self, Item};
use crate::{Batch, Clock, MockClock, Position, Query, Result, Revision, Store, Time};

/// How many schedules are tried, and how long each may be.
const CASES: u32 = 48;
const STEPS: usize = 24;

/// Few names, groups and labels, so that writes meet each other.
const NAMES: u8 = 8;

#[derive(Debug, Clone)]
enum Step {
    Commit(Vec<Write>),
    Scan(Scan),
    Wait(u8),
    Sweep,
}

#[derive(Debug, Clone)]
enum Write {
    Insert(Fields),
    /// Replaces what is there: at the revision that it has, or at one that it never had.
    Replace(Fields, bool),
    Delete(u8),
}

#[derive(Debug, Clone)]
struct Fields {
    name: u8,
    group: i64,
    rank: Option<i64>,
    label: Option<u8>,
    minutes: Option<u8>,
}

#[derive(Debug, Clone)]
struct Scan {
    index: Option<&'static str>,
    groups: Vec<i64>,
    lower: Option<(i64, bool)>,
    upper: Option<(i64, bool)>,
    descending: bool,
    limit: usize,
}

/// Runs the schedules on the engine and on the model, step by step, and compares every answer.
pub async fn random_schedules_agree_with_the_model(world: World) {
    let model = Store::memory(world.clock.clone());
    model.ensure(documents::SCHEMAS).await.unwrap();
    let handle = Handle::current();
    let run = move || {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        // A fixed seed, so that a run that fails can be run again.
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let both = Both { engine: world.store.clone(), model, clock: world.clock.clone() };
        let both = Arc::new(both);
        TestRunner::new_with_rng(config, rng).run(&prop::collection::vec(step(), 1..STEPS), |steps| {
            handle.block_on(both.run(steps))
        })
    };
    if let Err(failure) = tokio::task::spawn_blocking(run).await.unwrap() {
        panic!("{failure}");
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec(write(), 1..5).prop_map(Step::Commit),
        4 => scan().prop_map(Step::Scan),
        1 => (0..3_u8).prop_map(Step::Wait),
        1 => Just(Step::Sweep),
    ]
}

fn write() -> impl Strategy<Value = Write> {
    prop_oneof![
        3 => fields().prop_map(Write::Insert),
        3 => (fields(), prop::bool::weighted(0.8)).prop_map(|(fields, fresh)| Write::Replace(fields, fresh)),
        2 => (0..NAMES).prop_map(Write::Delete),
    ]
}

fn fields() -> impl Strategy<Value = Fields> {
    let label = prop::option::weighted(0.5, 0..4_u8);
    let minutes = prop::option::weighted(0.3, 0..4_u8);
    (0..NAMES, 0..3_i64, prop::option::weighted(0.8, -2..3_i64), label, minutes)
        .prop_map(|(name, group, rank, label, minutes)| Fields { name, group, rank, label, minutes })
}

fn scan() -> impl Strategy<Value = Scan> {
    let index = prop_oneof![Just(None), Just(Some("by_rank")), Just(Some("by_group"))];
    let bound = || prop::option::weighted(0.3, (-2..3_i64, any::<bool>()));
    let groups = prop::collection::vec(0..4_i64, 0..4);
    (index, groups, bound(), bound(), any::<bool>(), 1..6_usize).prop_map(
        |(index, groups, lower, upper, descending, limit)| Scan { index, groups, lower, upper, descending, limit },
    )
}

/// The engine under test and the model, at the same time.
struct Both {
    engine: Store,
    model: Store,
    clock: MockClock,
}

impl Both {
    async fn run(&self, steps: Vec<Step>) -> std::result::Result<(), TestCaseError> {
        for store in [&self.engine, &self.model] {
            let mut batch = store.batch();
            (0..NAMES).for_each(|number| {
                batch.delete::<Item>(&name(number));
            });
            batch.commit().await.unwrap();
        }
        for step in steps {
            let now = self.clock.now();
            match step {
                Step::Commit(writes) => {
                    let engine = commit(&self.engine, &writes, now).await;
                    prop_assert_eq!(engine, commit(&self.model, &writes, now).await);
                }
                Step::Scan(scan) => {
                    let engine = scan_all(&self.engine, &scan).await;
                    prop_assert_eq!(engine, scan_all(&self.model, &scan).await);
                }
                Step::Wait(minutes) => self.clock.advance(Duration::from_secs(u64::from(minutes) * 60)),
                Step::Sweep => {
                    prop_assert_eq!(self.engine.sweep(100).await, self.model.sweep(100).await);
                }
            }
            prop_assert_eq!(everything(&self.engine).await, everything(&self.model).await);
        }
        Ok(())
    }
}

fn name(number: u8) -> String {
    format!("item {number}")
}

async fn commit(store: &Store, writes: &[Write], now: Time) -> Result<()> {
    let mut batch = store.batch();
    for write in writes {
        add(store, &mut batch, write, now).await;
    }
    batch.commit().await
}

async fn add(store: &Store, batch: &mut Batch, write: &Write, now: Time) {
    match write {
        Write::Insert(fields) => batch.insert(&fields.item(now)),
        Write::Replace(fields, fresh) => {
            let stored = store.collection::<Item>().get(&name(fields.name)).await.unwrap();
            let never = Revision::from_number(-1);
            let revision = stored.filter(|_| *fresh).map_or(never, |stored| stored.revision);
            batch.replace_at(revision, &fields.item(now))
        }
        Write::Delete(number) => batch.delete::<Item>(&name(*number)),
    };
}

impl Fields {
    fn item(&self, now: Time) -> Item {
        Item {
            name: name(self.name),
            group: self.group,
            rank: self.rank,
            label: self.label.map(|label| format!("label {label}")),
            until: self.minutes.map(|minutes| now + Duration::from_secs(u64::from(minutes) * 60)),
        }
    }
}

/// All documents of the scan, and the positions between its pages.
async fn scan_all(store: &Store, scan: &Scan) -> (Vec<Item>, Vec<Position>) {
    let (mut items, mut positions) = (Vec::new(), Vec::new());
    loop {
        let query = scan.query().after(positions.last().cloned());
        let page = store.collection::<Item>().scan(query).await.unwrap();
        let next = page.next.clone();
        items.extend(page.into_documents());
        match next {
            Some(next) => positions.push(next),
            None => return (items, positions),
        }
    }
}

impl Scan {
    fn query(&self) -> Query {
        let mut query = match self.index {
            None => Query::by_key(),
            Some(index) => Query::index(index).any_of(self.groups.iter().map(|group| [*group])),
        };
        if self.index == Some("by_rank") {
            query = match self.lower {
                None => query,
                Some((value, true)) => query.at_least(value),
                Some((value, false)) => query.above(value),
            };
            query = match self.upper {
                None => query,
                Some((value, true)) => query.at_most(value),
                Some((value, false)) => query.below(value),
            };
        }
        if self.descending {
            query = query.descending();
        }
        query.limit(self.limit)
    }
}

/// The whole collection as every way of reading shows it.
async fn everything(store: &Store) -> Vec<Vec<Item>> {
    let items = store.collection::<Item>();
    let groups = || [[0_i64], [1], [2]];
    let mut views = Vec::new();
    for query in [Query::by_key(), Query::index("by_rank").any_of(groups()), Query::index("by_group").any_of(groups())] {
        views.push(items.scan(query).await.unwrap().into_documents());
    }
    let names: Vec<_> = (0..NAMES).map(name).collect();
    let found = items.get_many(&names).await.unwrap();
    views.push(found.into_iter().flatten().map(|item| item.into_document()).collect());
    for label in 0..4 {
        let value = format!("label {label}").into();
        let found = items.find("by_label", &[value]).await.unwrap();
        views.push(found.into_iter().map(|item| item.into_document()).collect());
    }
    views
}
