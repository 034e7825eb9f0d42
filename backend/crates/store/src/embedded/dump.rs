//! A file as it was at one moment, written out while it is in use, and read into a new file.
//!
//! What is written is everything that one redb read transaction sees: no commit can change it, and no writer waits for it.
//! Pages that are freed meanwhile stay in the file until the dump has ended, so the file may grow by what is written in
//! that time. The format of the tables is not interpreted, so a file of an older format is dumped as it is.
//!
//! The stream: [`MAGIC`], the number of entries, then for each table its kind, its name and its entries, each as two
//! lengths and two byte strings; after the last entry of a table the length [`END`], after the last table the kind `.`.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use redb::{
    Builder, Database, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition,
    TableHandle, WriteTransaction,
};

use super::file::{self, DataFile, FACTS, FORMAT, SCHEMAS, Storage};
use super::layout::{Documents, Entries};
use super::snapshot::Snapshot;
use crate::{Error, Result};

const MAGIC: &[u8; 16] = b"store dump 1\0\0\0\0";
const END: u32 = u32::MAX;
/// No name and no record is longer; what says so is no dump.
const LONGEST: u32 = 64 * 1024 * 1024;

/// A file as it was at one moment.
pub struct Dump {
    source: Source,
    name: String,
}

enum Source {
    /// Of an engine that goes on working.
    Snapshot(Arc<Snapshot>),
    /// Of a file that nobody serves; locked as long as this lives.
    File(ReadTransaction, #[expect(dead_code, reason = "it holds the lock")] Database),
}

/// How much a dump held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dumped {
    /// Entries of all tables: documents, and places in indexes.
    pub entries: u64,
    /// The bytes of their keys and values.
    pub bytes: u64,
}

impl Dump {
    pub(super) fn of_snapshot(snapshot: Arc<Snapshot>) -> Self {
        Self { name: snapshot.name().to_owned(), source: Source::Snapshot(snapshot) }
    }

    /// The file at `path`, which no process may have open; what a crash left in it is repaired first.
    ///
    /// # Errors
    /// A sentence: it is not there, in use, of another kind, of a newer format, or damaged.
    pub fn of_file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let database = file::open_existing(path)?;
        match file::format_of(&database, &name)? {
            Some(newer) if newer > FORMAT => return Err(file::too_new(&name, newer)),
            _ => {}
        }
        let transaction = database.begin_read().map_err(|error| file::failed(&name, &error.into()))?;
        Ok(Self { source: Source::File(transaction, database), name })
    }

    /// Writes it; blocks. `progress` is told the entries that are done and how many there are.
    ///
    /// # Errors
    /// A sentence: the file or `out` failed.
    pub fn write_to(&self, out: &mut dyn Write, progress: &mut dyn FnMut(u64, u64)) -> Result<Dumped> {
        let transaction = match &self.source {
            Source::Snapshot(snapshot) => snapshot.transaction(),
            Source::File(transaction, _) => transaction,
        };
        let mut writer = Writer { out, done: Dumped::default(), total: 0, progress };
        file::unpanicked(&self.name, || {
            writer.whole(transaction).map_err(|error| match error {
                Stopped::File(error) => file::failed(&self.name, &error),
                Stopped::Stream(error) => Error::Unavailable(format!("a dump could not be written: {error}")),
            })
        })?;
        Ok(writer.done)
    }
}

/// Which end failed.
enum Stopped {
    File(redb::Error),
    Stream(io::Error),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

impl<E: Into<redb::Error>> From<RedbError<E>> for Stopped {
    fn from(error: RedbError<E>) -> Self {
        Self::File(error.0.into())
    }
}

/// So that redb's errors and those of the stream, both of which are an `io::Error` to the compiler, stay apart.
struct RedbError<E>(E);

fn redb<T, E>(result: Result<T, E>) -> Result<T, RedbError<E>> {
    result.map_err(RedbError)
}

struct Writer<'a> {
    out: &'a mut dyn Write,
    done: Dumped,
    total: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl Writer<'_> {
    fn whole(&mut self, transaction: &ReadTransaction) -> Result<(), Stopped> {
        let mut names: Vec<String> = redb(transaction.list_tables())?.map(|table| table.name().to_owned()).collect();
        names.sort_unstable();
        for name in &names {
            self.total += match kind_of(name) {
                Kind::Facts => redb(redb(transaction.open_table(FACTS))?.len())?,
                Kind::Schemas => redb(redb(transaction.open_table(SCHEMAS))?.len())?,
                Kind::Documents => redb(redb(transaction.open_table(Documents::new(name)))?.len())?,
                Kind::Entries => redb(redb(transaction.open_table(Entries::new(name)))?.len())?,
            };
        }
        self.out.write_all(MAGIC)?;
        self.out.write_all(&self.total.to_be_bytes())?;
        for name in &names {
            self.table(transaction, name)?;
        }
        self.out.write_all(b".")?;
        (self.progress)(self.done.entries, self.total);
        Ok(self.out.flush()?)
    }

    fn table(&mut self, transaction: &ReadTransaction, name: &str) -> Result<(), Stopped> {
        let kind = kind_of(name);
        self.out.write_all(&[kind as u8])?;
        self.bytes(name.as_bytes())?;
        match kind {
            Kind::Facts => self.entries(transaction, FACTS, |fact| fact.to_be_bytes().to_vec())?,
            Kind::Schemas => self.entries(transaction, SCHEMAS, |text| text.as_bytes().to_vec())?,
            Kind::Documents => {
                let table = redb(transaction.open_table(Documents::new(name)))?;
                for entry in redb(table.iter())? {
                    let (key, value) = redb(entry)?;
                    self.entry(key.value(), value.value())?;
                }
            }
            Kind::Entries => {
                let table = redb(transaction.open_table(Entries::new(name)))?;
                for entry in redb(table.iter())? {
                    self.entry(redb(entry)?.0.value(), &[])?;
                }
            }
        }
        Ok(self.out.write_all(&END.to_be_bytes())?)
    }

    /// The entries of a table with names for keys: there are few.
    fn entries<V: redb::Value + 'static>(
        &mut self,
        transaction: &ReadTransaction,
        table: TableDefinition<'_, &'static str, V>,
        bytes: impl Fn(V::SelfType<'_>) -> Vec<u8>,
    ) -> Result<(), Stopped> {
        let table = redb(transaction.open_table(table))?;
        for entry in redb(table.iter())? {
            let (key, value) = redb(entry)?;
            self.entry(key.value().as_bytes(), &bytes(value.value()))?;
        }
        Ok(())
    }

    fn entry(&mut self, key: &[u8], value: &[u8]) -> Result<(), Stopped> {
        self.bytes(key)?;
        self.bytes(value)?;
        self.done.entries += 1;
        self.done.bytes += (key.len() + value.len()) as u64;
        if self.done.entries.is_multiple_of(1_000) {
            (self.progress)(self.done.entries, self.total);
        }
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Keys and records are far smaller than 32 bits can say: a document has 16 MiB at most.
        self.out.write_all(&(bytes.len() as u32).to_be_bytes())?;
        self.out.write_all(bytes)
    }
}

/// What a table holds; the number is its mark in the stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Facts = b'F' as isize,
    Schemas = b'S' as isize,
    Documents = b'D' as isize,
    Entries = b'E' as isize,
}

fn kind_of(name: &str) -> Kind {
    match name {
        "_store" => Kind::Facts,
        "_schemas" => Kind::Schemas,
        entries if entries.contains('/') => Kind::Entries,
        _ => Kind::Documents,
    }
}

/// Makes a new file at `path` of a dump; blocks. It is there whole and durable when this returns. `progress` is told the
/// entries that are done and how many there are.
///
/// # Errors
/// A sentence: there is a file already, the dump breaks off or is none, or the disk is full. Then no file is left.
pub fn load_dump(input: &mut dyn Read, path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Dumped> {
    let name = path.display().to_string();
    if path.exists() {
        return Err(Error::Engine(format!("`{name}` is there already")));
    }
    let loaded = (|| {
        let database = DataFile(path.to_owned()).create(&Builder::new())?;
        let write = database.begin_write().map_err(|error| file::failed(&name, &error.into()))?;
        let dumped =
            Reader { input, done: Dumped::default(), progress }.whole(&write).map_err(|error| match error {
                Stopped::File(error) => file::failed(&name, &error),
                Stopped::Stream(error) => Error::Unavailable(format!("a dump could not be read: {error}")),
            })?;
        write.commit().map_err(|error| file::failed(&name, &error.into()))?;
        database.close().map_err(|error| file::refused(&name, error))?;
        Ok(dumped)
    })();
    if loaded.is_err() {
        // The error says what is wrong; that half a file stays behind as well would change nothing in it.
        let _ = std::fs::remove_file(path);
    }
    loaded
}

struct Reader<'a> {
    input: &'a mut dyn Read,
    done: Dumped,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl Reader<'_> {
    fn whole(mut self, write: &WriteTransaction) -> Result<Dumped, Stopped> {
        if &self.array::<16>()? != MAGIC {
            return Err(strange().into());
        }
        let total = u64::from_be_bytes(self.array()?);
        loop {
            let [kind] = self.array()?;
            if kind == b'.' {
                break;
            }
            let name = self.text()?;
            if kind_of(&name) as u8 != kind {
                return Err(strange().into());
            }
            self.table(write, &name, total)?;
        }
        (self.progress)(self.done.entries, total);
        if self.done.entries == total { Ok(self.done) } else { Err(strange().into()) }
    }

    fn table(&mut self, write: &WriteTransaction, name: &str, total: u64) -> Result<(), Stopped> {
        match kind_of(name) {
            Kind::Facts => {
                let mut table = redb(write.open_table(FACTS))?;
                while let Some((key, value)) = self.entry(total)? {
                    let fact = u64::from_be_bytes(value.try_into().map_err(|_| strange())?);
                    redb(table.insert(utf8(&key)?, fact))?;
                }
            }
            Kind::Schemas => {
                let mut table = redb(write.open_table(SCHEMAS))?;
                while let Some((key, value)) = self.entry(total)? {
                    redb(table.insert(utf8(&key)?, utf8(&value)?))?;
                }
            }
            Kind::Documents => {
                let mut table = redb(write.open_table(Documents::new(name)))?;
                while let Some((key, value)) = self.entry(total)? {
                    redb(table.insert(key.as_slice(), value.as_slice()))?;
                }
            }
            Kind::Entries => {
                let mut table = redb(write.open_table(Entries::new(name)))?;
                while let Some((key, _)) = self.entry(total)? {
                    redb(table.insert(key.as_slice(), ()))?;
                }
            }
        }
        Ok(())
    }

    fn entry(&mut self, total: u64) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
        let length = u32::from_be_bytes(self.array()?);
        if length == END {
            return Ok(None);
        }
        let key = self.take(length)?;
        let length = u32::from_be_bytes(self.array()?);
        let value = self.take(length)?;
        self.done.entries += 1;
        self.done.bytes += (key.len() + value.len()) as u64;
        if self.done.entries.is_multiple_of(1_000) {
            (self.progress)(self.done.entries, total);
        }
        Ok(Some((key, value)))
    }

    fn text(&mut self) -> io::Result<String> {
        let length = u32::from_be_bytes(self.array()?);
        String::from_utf8(self.take(length)?).map_err(|_| strange())
    }

    fn take(&mut self, length: u32) -> io::Result<Vec<u8>> {
        if length > LONGEST {
            return Err(strange());
        }
        let mut bytes = vec![0; length as usize];
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn utf8(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| strange())
}

fn strange() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is no dump of a store, or breaks off")
}
