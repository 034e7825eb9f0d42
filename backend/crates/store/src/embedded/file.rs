//! Opening the file, and saying in words why it cannot be opened.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, StorageError, TableDefinition};

use crate::{Error, Result};

/// What this code reads and writes. A change of [`layout`](super::layout) is a new version, and a new step of
/// [`migrate`](super::migrate).
pub(super) const FORMAT: u64 = 2;

/// Facts about the file itself: its format and how often it was opened.
pub(super) const FACTS: TableDefinition<'_, &str, u64> = TableDefinition::new("_store");

/// The indexes that each collection had when it was last declared.
pub(super) const SCHEMAS: TableDefinition<'_, &str, &str> = TableDefinition::new("_schemas");

/// How the name of a file ends that is not whole yet, behind the number of the process that makes it.
const HALF_MADE: &str = ".new";

/// Where the bytes are kept. A seam for tests: what is behind it in production is always a file.
pub(super) trait Storage: Send + 'static {
    /// Opens the database in it, creating one where there is nothing.
    fn create(&self, builder: &Builder) -> Result<Database>;

    /// How the storage is called in errors.
    fn name(&self) -> String;

    /// How many bytes may still be written, where that is known.
    fn free(&self) -> Option<u64>;
}

/// A file, readable by its owner only.
pub(super) struct DataFile(pub(super) PathBuf);

impl Storage for DataFile {
    fn create(&self, builder: &Builder) -> Result<Database> {
        if !self.0.exists() {
            create_whole(&self.0)?;
        }
        let file = OpenOptions::new().read(true).write(true).open(&self.0);
        let file = file.map_err(|error| unopened(&self.name(), &error))?;
        let open = || builder.create_with_backend(FileBackend::new(file)?);
        let database = open().map_err(|error| refused(&self.name(), error))?;
        remove_half_made(&self.0);
        Ok(database)
    }

    fn name(&self) -> String {
        self.0.display().to_string()
    }

    fn free(&self) -> Option<u64> {
        let directory = self.0.parent().filter(|parent| !parent.as_os_str().is_empty());
        let disk = rustix::fs::statvfs(directory.unwrap_or(Path::new("."))).ok()?;
        disk.f_bavail.checked_mul(disk.f_frsize)
    }
}

/// Makes an empty database beside `path` and links it there, so that a kill leaves either no file or one that opens; of two
/// processes that do so at once, the second finds what the first has made.
fn create_whole(path: &Path) -> Result<()> {
    let name = path.display().to_string();
    let unopened = |error: io::Error| unopened(&name, &error);
    let beside = with_ending(path, &format!(".{}{HALF_MADE}", std::process::id()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&beside).map_err(unopened)?;
    let made = (|| {
        let create = || Builder::new().create_with_backend(FileBackend::new(file)?)?.close();
        create().map_err(|error| refused(&name, error))?;
        match fs::hard_link(&beside, path) {
            // Whoever was first may have tidied ours away.
            Err(_) if path.exists() => Ok(()),
            Err(error) => Err(unopened(error)),
            Ok(()) => sync_directory(path).map_err(unopened),
        }
    })();
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => made.and(Err(unopened(error))),
        _ => made,
    }
}

/// Removes what a kill left while a file was made for the first time. Called by whoever has the whole file open, so nobody
/// else can be making it to any purpose; what cannot be removed stands in nobody's way.
fn remove_half_made(path: &Path) {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let other = entry.file_name();
        let process =
            other.to_str().and_then(|other| other.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(HALF_MADE));
        if process.is_some_and(|process| !process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit())) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Without this, a power cut could take back the new file's name, and with it all that was acknowledged.
fn sync_directory(path: &Path) -> io::Result<()> {
    match fs::canonicalize(path)?.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

/// Whether a process has that file open. One that is not there, is damaged or of another kind is not in use.
pub fn is_in_use(path: &Path) -> bool {
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let file = OpenOptions::new().read(true).write(true).open(path).ok()?;
        Some(Builder::new().create_with_backend(FileBackend::new(file).ok()?).map(drop))
    }));
    matches!(opened, Ok(Some(Err(DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch))))
}

/// Opens a file that is there, whatever its format, and creates none.
pub(super) fn open_existing(path: &Path) -> Result<Database> {
    let name = path.display().to_string();
    if let Err(error) = fs::metadata(path) {
        return Err(match error.kind() {
            io::ErrorKind::NotFound => Error::Engine(format!("there is no file `{name}`")),
            _ => unopened(&name, &error),
        });
    }
    unpanicked(&name, || DataFile(path.to_owned()).create(&Builder::new()))
}

/// Opens the database, repairing what a crash left, and checks that it is one of ours that this code can read.
pub(super) fn open(storage: &dyn Storage, cache_bytes: usize) -> Result<Database> {
    let name = storage.name();
    let mut builder = Builder::new();
    builder.set_cache_size(cache_bytes);
    // redb checks checksums after a crash only; a file that was altered after a clean end may make it panic.
    unpanicked(&name, || {
        let database = storage.create(&builder)?;
        check_format(&database, &name)?;
        Ok(database)
    })
}

/// Does work that meets what a damaged file has in it.
pub(super) fn unpanicked<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(broken(name)))
}

fn check_format(database: &Database, name: &str) -> Result<()> {
    match format_of(database, name)? {
        None => write_format(database).map_err(|error| failed(name, &error)),
        Some(FORMAT) => Ok(()),
        Some(older) if older < FORMAT => Err(Error::Engine(format!(
            "`{name}` was written by an older version of this program (format {older}, this one reads {FORMAT}): make a \
             backup, then migrate it with `store migrate`"
        ))),
        Some(newer) => Err(too_new(name, newer)),
    }
}

/// The format of the file; `None` for one in which there is nothing at all yet.
pub(super) fn format_of(database: &Database, name: &str) -> Result<Option<u64>> {
    let read = || -> std::result::Result<(bool, Option<u64>), redb::Error> {
        let transaction = database.begin_read()?;
        let empty = transaction.list_tables()?.next().is_none() && transaction.list_multimap_tables()?.next().is_none();
        if empty {
            return Ok((true, None));
        }
        match transaction.open_table(FACTS) {
            Ok(facts) => Ok((false, ReadableTable::get(&facts, "format")?.map(|format| format.value()))),
            Err(redb::TableError::Storage(error)) => Err(error.into()),
            Err(_) => Ok((false, None)),
        }
    };
    match read().map_err(|error| failed(name, &error))? {
        (true, _) => Ok(None),
        (false, Some(format @ 1..)) => Ok(Some(format)),
        (false, _) => Err(foreign(name)),
    }
}

/// The file is of a format that this code has never heard of.
pub(super) fn too_new(name: &str, newer: u64) -> Error {
    Error::Engine(format!(
        "`{name}` was written by a newer version of this program (format {newer}, this one reads {FORMAT}): \
         start that version again"
    ))
}

fn write_format(database: &Database) -> std::result::Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(FACTS)?.insert("format", FORMAT)?;
    transaction.open_table(SCHEMAS)?;
    transaction.commit()?;
    Ok(())
}

/// Counts this opening and returns its number: revisions begin with it, so that none is ever given out twice.
pub(super) fn begin_epoch(database: &Database, name: &str) -> Result<u64> {
    let count = || -> std::result::Result<u64, redb::Error> {
        let transaction = database.begin_write()?;
        let epoch = {
            let mut facts = transaction.open_table(FACTS)?;
            let epoch = facts.get("epoch")?.map_or(0, |epoch| epoch.value()) + 1;
            facts.insert("epoch", epoch)?;
            epoch
        };
        transaction.commit()?;
        Ok(epoch)
    };
    count().map_err(|error| failed(name, &error))
}

/// What went wrong while the file was in use. It may be better later.
pub(super) fn failed(name: &str, error: &redb::Error) -> Error {
    match error {
        redb::Error::Io(error) if is_full(error) => full(name),
        redb::Error::Io(error) => Error::Unavailable(format!("`{name}` cannot be read or written: {error}")),
        redb::Error::Corrupted(_) => broken(name),
        redb::Error::DatabaseClosed => Error::Unavailable(format!("`{name}` was closed")),
        error => Error::Unavailable(format!("`{name}` failed: {error}")),
    }
}

pub(super) fn refused(name: &str, error: DatabaseError) -> Error {
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => Error::Engine(format!(
            "`{name}` is in use by another process: stop that one, or give this one another data directory"
        )),
        DatabaseError::UpgradeRequired(_) => foreign(name),
        // How redb says that the first bytes are not those of a database of its own.
        DatabaseError::Storage(StorageError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => foreign(name),
        DatabaseError::Storage(StorageError::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => broken(name),
        DatabaseError::Storage(StorageError::Io(error)) => unopened(name, &error),
        DatabaseError::Storage(StorageError::Corrupted(_)) => broken(name),
        error => Error::Engine(format!("`{name}` cannot be opened: {error}")),
    }
}

pub(super) fn unopened(name: &str, error: &io::Error) -> Error {
    Error::Engine(match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            format!("`{name}` cannot be written: give this user the right to, or choose another data directory")
        }
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            format!("`{name}` cannot be created: its directory does not exist")
        }
        io::ErrorKind::IsADirectory => format!("`{name}` is a directory, not a store file"),
        _ if is_full(error) => format!("the disk with `{name}` is full: make room and start again"),
        _ => format!("`{name}` cannot be opened: {error}"),
    })
}

fn foreign(name: &str) -> Error {
    Error::Engine(format!("`{name}` is not a store file: choose another data directory, or restore a backup"))
}

/// The disk, or what this user or this process may have of it.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

pub(super) fn full(name: &str) -> Error {
    Error::Unavailable(format!("the disk with `{name}` is full: make room, and it goes on"))
}

pub(super) fn broken(name: &str) -> Error {
    Error::Engine(format!("`{name}` is damaged: restore a backup"))
}
