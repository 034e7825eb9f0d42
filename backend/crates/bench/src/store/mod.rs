//! `bench store`: what the embedded store does in a second beside bare redb ([`raw`]), on the same disk and in the same
//! run ([`speed`]), and what a look-up, a page and a write cost while the collection grows a hundredfold ([`growth`]).
//!
//! Both sides write and read the same bytes under the same keys; the store also encodes and decodes, keeps a revision and
//! a checksum, and answers each writer by itself.

mod curve;
mod growth;
mod posts;
mod raw;
mod speed;

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::report::Report;

/// How far a collection is grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Posts of a kilobyte, to a million.
    Million,
    /// Documents of a hundred bytes, to ten million.
    TenMillionSmall,
}

/// Measures all of it; prints the rows, writes them, and draws the curve.
pub async fn run(extent: Extent) -> Result<(), Failure> {
    let mut report = Report::default();
    // On the disk where the results lie, not in a temporary directory that may be memory.
    let directory = tempfile::tempdir_in(target())?;
    if extent == Extent::Million {
        report.add_all(speed::measure(directory.path()).await?);
    }
    let grown = growth::measure(directory.path(), extent).await?;
    report.add_all(growth::rows(&grown, extent)?);
    let drawing = docs().join(growth::drawing_name(extent));
    std::fs::write(&drawing, growth::draw(&grown, extent))?;
    println!("\nDrawn in {}", drawing.strip_prefix(root()).unwrap_or(&drawing).display());
    report.write()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn target() -> PathBuf {
    root().join("backend/target")
}

fn docs() -> PathBuf {
    root().join("docs/images")
}
