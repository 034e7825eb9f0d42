//! The rows, on the screen and in `backend/target/bench/results.json`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Failure;

/// One figure. Names stay the same for ever: others compare by them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    name: String,
    value: f64,
    unit: String,
    baseline: Option<f64>,
    ratio: Option<f64>,
}

impl Row {
    /// A figure that stands alone.
    pub fn new(name: &str, value: f64, unit: &str) -> Self {
        Self { name: name.to_owned(), value, unit: unit.to_owned(), baseline: None, ratio: None }
    }

    /// Beside what the bare part gave in the same run.
    #[must_use]
    pub fn over(mut self, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self.ratio = Some(self.value / baseline);
        self
    }
}

/// All rows of a run.
#[derive(Default)]
pub struct Report(Vec<Row>);

impl Report {
    /// Prints `row` at once, and keeps it.
    pub fn add(&mut self, row: Row) {
        let beside = match (row.baseline, row.ratio) {
            (Some(baseline), Some(ratio)) => format!("   {ratio:.3} of {baseline:.3}"),
            _ => String::new(),
        };
        println!("{:<30} {:>12.3} {:<6}{beside}", row.name, row.value, row.unit);
        self.0.push(row);
    }

    /// [`Report::add`] for each.
    pub fn add_all(&mut self, rows: Vec<Row>) {
        rows.into_iter().for_each(|row| self.add(row));
    }

    /// Puts the rows into the results file; rows of other benchmarks stay as they are.
    pub fn write(self) -> Result<(), Failure> {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/bench/results.json");
        let mut rows: Vec<Row> = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(_) => Vec::new(),
        };
        rows.retain(|old| self.0.iter().all(|new| new.name != old.name));
        rows.extend(self.0);
        std::fs::create_dir_all(path.parent().ok_or("the results have no folder")?)?;
        std::fs::write(&path, serde_json::to_vec_pretty(&rows)?)?;
        println!("\nWritten to backend/target/bench/results.json");
        Ok(())
    }
}
