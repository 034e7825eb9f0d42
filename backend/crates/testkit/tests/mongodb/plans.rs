//! How the server says that it would answer: every scan that the declared indexes allow, without reading a whole collection
//! and without sorting in memory.

use bson::{Bson, Document, doc};
use store::port::{Bound, Direction, Scan, Show};
use store::{Index, Key, Mongo, MongoOptions, Position, Schema, Time, Value};
use testkit::{Layout, Server, Tapri};

#[tokio::test(flavor = "multi_thread")]
async fn every_scan_of_every_collection_reads_its_index_in_order() {
    let tapri = Tapri::plan().layout(Layout::SharedDatabase).start().await;
    let uri = tapri.settings().store.uri.as_ref().expect("it runs on MongoDB").expose();
    let engine = Mongo::open(uri, MongoOptions::default()).await.expect("the server answers");
    let sorts = sorts_are_to_be_believed(uri).await;
    let schemas = [Server::Auth, Server::Resource].map(|server| tapri.schemas(server)).concat();
    assert!(schemas.len() > 15, "both servers declare their collections");
    let mut asked = 0;
    for schema in schemas {
        for scan in scans(schema) {
            for plan in engine.explain(&scan).await.expect("it is explained") {
                judge(&scan, &plan, sorts);
                asked += 1;
            }
        }
    }
    assert!(asked > 500, "only {asked} plans");
}

fn judge(scan: &Scan, plan: &Document, sorts: bool) {
    let stages = stages(plan);
    let what = || format!("{} by {:?}: {stages:?}\n{scan:?}\n{plan}", scan.schema.collection, scan.index);
    let reads_index = stages.iter().any(|stage| matches!(stage.as_str(), "IXSCAN" | "EXPRESS_IXSCAN" | "IDHACK"));
    assert!(reads_index && !stages.iter().any(|stage| stage == "COLLSCAN"), "{}", what());
    assert!(!sorts || !stages.iter().any(|stage| stage == "SORT"), "{}", what());
}

/// Every stage of the plan that won.
fn stages(plan: &Document) -> Vec<String> {
    let mut found = Vec::new();
    let winner = plan.get_document("queryPlanner").and_then(|planner| planner.get_document("winningPlan"));
    gather(&Bson::Document(winner.expect("an explanation has a plan").clone()), &mut found);
    found
}

fn gather(part: &Bson, found: &mut Vec<String>) {
    match part {
        Bson::Document(document) => {
            for (name, value) in document {
                match value.as_str() {
                    Some(stage) if name == "stage" => found.push(stage.to_owned()),
                    _ => gather(value, found),
                }
            }
        }
        Bson::Array(parts) => parts.iter().for_each(|part| gather(part, found)),
        _ => {}
    }
}

/// Whether this server says SORT only when it sorts: a scan that any index answers in order is tried first, and a server that
/// sees a sort there is not asked for more (`docs/storage.md` names one).
async fn sorts_are_to_be_believed(uri: &str) -> bool {
    let client = mongodb::Client::with_uri_str(uri).await.expect("the server answers");
    let database = client.default_database().expect("the address names it");
    let index = doc! { "createIndexes": "probe", "indexes": [{ "name": "by_a", "key": { "a": 1, "b": 1 } }] };
    database.run_command(index).await.expect("an index is made");
    let find = doc! { "find": "probe", "filter": { "a": 1 }, "sort": { "b": 1 }, "hint": "by_a" };
    let plan = database.run_command(doc! { "explain": find, "verbosity": "queryPlanner" }).await;
    !stages(&plan.expect("it is explained")).iter().any(|stage| stage == "SORT")
}

/// Every shape of scan that the collection's declaration allows.
fn scans(schema: &'static Schema) -> Vec<Scan> {
    let mut scans = Vec::new();
    for index in schema.all_indexes().map(Some).chain([None]) {
        for prefixes in prefixes(index.as_ref()) {
            for (lower, upper) in ranges() {
                for after in positions(index.as_ref()) {
                    for direction in [Direction::Ascending, Direction::Descending] {
                        scans.push(Scan {
                            schema,
                            index: index.map(|index| index.name),
                            prefixes: prefixes.clone(),
                            lower: lower.clone(),
                            upper: upper.clone(),
                            after: after.clone(),
                            direction,
                            limit: 21,
                            now: Time::from_millis(1_000),
                            show: Show::Visible,
                        });
                    }
                }
            }
        }
    }
    let expired: Vec<_> = scans.iter().filter(|_| schema.expires.is_some()).cloned().collect();
    scans.extend(expired.into_iter().map(|scan| Scan { show: Show::Expired, ..scan }));
    scans
}

/// One list, few, and as many as a busy feed has.
fn prefixes(index: Option<&Index>) -> Vec<Vec<Vec<Value>>> {
    let fields = index.map_or(0, |index| index.equal.len());
    let lists = |count: i64| (0..count).map(|list| vec![Value::from(list); fields]).collect();
    if fields == 0 { vec![lists(1)] } else { vec![lists(1), lists(3), lists(100)] }
}

fn ranges() -> [(Bound, Bound); 4] {
    let at = |value: i64| Bound::Included(Value::from(value));
    [(Bound::Open, Bound::Open), (at(1), Bound::Open), (Bound::Open, at(9)), (at(1), Bound::Excluded(9.into()))]
}

/// A first page, and one in the middle.
fn positions(index: Option<&Index>) -> [Option<Position>; 2] {
    let order = index.and_then(|index| index.order).map(|_| Value::from(5));
    [None, Some(Position { order, key: Key::bytes([5; 16]) })]
}
