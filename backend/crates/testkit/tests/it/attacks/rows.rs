//! Which attacks have a test: reads the sources beside this file, and fails when a row that must be there is missing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every row but those about second factors and passkeys, which are not there to be attacked.
const ROWS: [std::ops::RangeInclusive<u32>; 2] = [1..=44, 47..=58];

/// Rows whose test is still to be written. This list may only shrink.
const STILL_TO_COME: &[u32] = &[];

#[test]
fn every_attack_has_its_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/attacks");
    let tested: BTreeSet<u32> = sources(&folder).iter().flat_map(|source| rows_in(source)).collect();
    for row in ROWS.into_iter().flatten() {
        let excused = STILL_TO_COME.contains(&row);
        assert!(tested.contains(&row) || excused, "row {row} has no test; it is called row_{row:02}_…");
        assert!(!(tested.contains(&row) && excused), "row {row} has a test: take it off the list");
    }
}

fn sources(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the sources lie beside the test");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    sources.map(|path| fs::read_to_string(path).expect("a readable source")).collect()
}

/// The numbers of the tests `fn row_NN_…`.
fn rows_in(source: &str) -> Vec<u32> {
    let names = source.split("fn row_").skip(1);
    names.filter_map(|name| name.get(..2)?.parse().ok()).collect()
}
