//! The list of a backup: which files it has, how long they are and what they hash to. It is written last, so that a backup
//! that has one is whole.

use std::fs;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::files::{self, Hashed};
use crate::failure::Failure;

/// Its name in the backup.
const FILE: &str = "backup.json";

/// The form of the list and of the directory. A change of either is a new one.
const FORMAT: u32 = 1;

/// The list.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// Which version made it.
    made_by: String,
    /// When it was begun, RFC 3339.
    pub made_at: String,
    /// The servers whose stores are in it.
    pub stores: Vec<String>,
    /// Everything else than this list.
    pub files: Vec<Stored>,
}

/// A file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stored {
    /// Where it lies, from the backup and from the data directory, with `/` between.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Stored {
    /// The line of a file.
    pub fn new(path: String, file: Hashed) -> Self {
        Self { path, bytes: file.bytes, sha256: file.sha256 }
    }
}

impl Manifest {
    /// A list in which there is nothing yet.
    pub fn new(made_at: String) -> Self {
        let made_by = concat!("tapri ", env!("CARGO_PKG_VERSION")).to_owned();
        Self { format: FORMAT, made_by, made_at, stores: Vec::new(), files: Vec::new() }
    }

    /// How many bytes all files have.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Writes it into the backup, durable when it returns.
    pub fn write(&self, backup: &Path) -> Result<(), Failure> {
        let path = backup.join(FILE);
        files::write_whole(&path, &serde_json::to_vec_pretty(self)?).map_err(|error| files::unwritten(&path, &error))
    }

    /// Reads that of `backup`.
    ///
    /// # Errors
    /// There is none, or it is not one of ours.
    pub fn read(backup: &Path) -> Result<Self, Failure> {
        let shown = backup.display();
        let bytes = fs::read(backup.join(FILE)).map_err(|_| {
            Failure::new(format!("`{shown}` is no whole backup: it has no {FILE}, which is written last"))
        })?;
        let strange = || Failure::new(format!("the list `{shown}/{FILE}` is damaged: take another backup"));
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|_| strange())?;
        if manifest.format > FORMAT {
            return Err(Failure::new(format!(
                "`{shown}` was made by a newer version ({}): restore it with that one",
                manifest.made_by
            )));
        }
        // Nothing outside the data directory is ever written, whatever the list says.
        let inside =
            |file: &Stored| Path::new(&file.path).components().all(|part| matches!(part, Component::Normal(_)));
        if manifest.files.iter().all(inside) { Ok(manifest) } else { Err(strange()) }
    }
}
