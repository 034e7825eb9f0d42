//! From the format of an older version to this one's, step by step.
//!
//! All steps are one transaction: a kill at any moment leaves the file as it was. A dry run takes the same steps and
//! takes them back at the end, so that what it says is what will happen. For a new format: raise
//! [`FORMAT`](super::file::FORMAT), write a [`Step`] from the one before, and add it to [`STEPS`].

use std::ops::Bound;
use std::path::Path;

use redb::{Database, ReadableTable, WriteTransaction};

use super::failure::{Failure, Outcome};
use super::file::{self, FACTS, FORMAT, SCHEMAS};
use super::layout::{Documents, Record};
use crate::{Error, Result};

/// How many documents are held in memory at once.
const CHUNK: usize = 1_000;

/// What a migration did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The format before.
    pub from: u64,
    /// The format after.
    pub to: u64,
    /// The steps between, in words.
    pub steps: Vec<&'static str>,
    /// Documents that were written anew.
    pub documents: u64,
}

impl Migration {
    /// Whether there was nothing to do.
    pub fn is_empty(&self) -> bool {
        self.from == self.to
    }
}

/// From one format to the next.
struct Step {
    from: u64,
    what: &'static str,
    run: fn(&mut Work<'_>) -> Outcome<()>,
}

const STEPS: &[Step] = &[Step { from: 1, what: "each document gets a checksum", run: add_checksums }];

/// A transaction in which steps are taken.
struct Work<'a> {
    transaction: &'a WriteTransaction,
    name: &'a str,
    /// Documents that were written anew.
    documents: u64,
    /// Is told that number now and then.
    progress: &'a mut dyn FnMut(u64),
}

/// Brings the file to the present format, or (`dry_run`) only tries whether that would succeed. `progress` is told how
/// many documents are done. The file must not be in use.
///
/// # Errors
/// A sentence: the file is of a newer format, of another kind, in use, or damaged; it is then as it was.
pub fn migrate(path: &Path, dry_run: bool, progress: &mut dyn FnMut(u64)) -> Result<Migration> {
    let name = path.display().to_string();
    let database = file::open_existing(path)?;
    let migrated = file::unpanicked(&name, || migrate_database(&database, &name, dry_run, progress));
    // After a failure there is nothing to flush, and what a damaged page does to closing adds nothing to the sentence.
    match migrated {
        Ok(migration) => {
            database.close().map_err(|error| file::refused(&name, error))?;
            Ok(migration)
        }
        Err(error) => {
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(database)));
            Err(error)
        }
    }
}

fn migrate_database(
    database: &Database,
    name: &str,
    dry_run: bool,
    progress: &mut dyn FnMut(u64),
) -> Result<Migration> {
    let from = file::format_of(database, name)?.unwrap_or(FORMAT);
    if from > FORMAT {
        return Err(file::too_new(name, from));
    }
    let mut migration = Migration { from, to: FORMAT, steps: Vec::new(), documents: 0 };
    if migration.is_empty() {
        return Ok(migration);
    }
    take_steps(database, name, &mut migration, dry_run, progress).map_err(|failure| match failure {
        Failure::Refused(error) => error,
        Failure::File(error) => file::failed(name, &error),
    })?;
    Ok(migration)
}

fn take_steps(
    database: &Database,
    name: &str,
    migration: &mut Migration,
    dry_run: bool,
    progress: &mut dyn FnMut(u64),
) -> Outcome<()> {
    let transaction = database.begin_write()?;
    let mut work = Work { transaction: &transaction, name, documents: 0, progress };
    for format in migration.from..migration.to {
        let step = STEPS.iter().find(|step| step.from == format);
        let step = step.ok_or_else(|| Error::Engine(format!("there is no way from format {format} of `{name}`")))?;
        (step.run)(&mut work)?;
        migration.steps.push(step.what);
    }
    migration.documents = work.documents;
    transaction.open_table(FACTS)?.insert("format", migration.to)?;
    if dry_run {
        transaction.abort()?
    } else {
        transaction.commit()?
    }
    Ok(())
}

impl Work<'_> {
    fn damaged(&self) -> Failure {
        file::broken(self.name).into()
    }

    /// The names of the collections.
    fn collections(&self) -> Outcome<Vec<String>> {
        let schemas = self.transaction.open_table(SCHEMAS)?;
        let names = schemas.iter()?.map(|schema| schema.map(|(name, _)| name.value().to_owned()));
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Writes every record of a collection as `change` makes it of its encoded key and its bytes.
    fn rewrite(&mut self, collection: &str, change: impl Fn(&[u8], &[u8]) -> Option<Vec<u8>>) -> Outcome<()> {
        let mut table = self.transaction.open_table(Documents::new(collection))?;
        let mut last: Option<Vec<u8>> = None;
        loop {
            let from = last.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
            let mut chunk = Vec::new();
            for record in table.range::<&[u8]>((from, Bound::Unbounded))?.take(CHUNK) {
                let (key, bytes) = record?;
                let changed = change(key.value(), bytes.value()).ok_or_else(|| self.damaged())?;
                chunk.push((key.value().to_vec(), changed));
            }
            for (key, bytes) in &chunk {
                table.insert(key.as_slice(), bytes.as_slice())?;
            }
            self.documents += chunk.len() as u64;
            (self.progress)(self.documents);
            match chunk.pop() {
                Some((key, _)) => last = Some(key),
                None => return Ok(()),
            }
        }
    }
}

/// In format 1 a record was revision, expiry and document.
fn add_checksums(work: &mut Work<'_>) -> Outcome<()> {
    for collection in work.collections()? {
        work.rewrite(&collection, |key, bytes| {
            let (revision, rest) = bytes.split_first_chunk()?;
            let (expires, body) = rest.split_first_chunk()?;
            let mut record = Record::write_raw(key, i64::from_be_bytes(*expires), body);
            Record::set_revision(&mut record, crate::Revision::from_number(i64::from_be_bytes(*revision)));
            Some(record)
        })?;
    }
    Ok(())
}
