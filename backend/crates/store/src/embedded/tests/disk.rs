//! A disk for tests: it can refuse to write, and it can lose its power.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use redb::{Builder, Database, StorageBackend};

use crate::embedded::file::Storage;
use crate::{Error, Result};

/// A disk in memory. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    bytes: Mutex<Bytes>,
    full: AtomicBool,
    broken: AtomicBool,
}

#[derive(Debug, Default)]
struct Bytes {
    now: Vec<u8>,
    /// What a power cut leaves.
    synced: Vec<u8>,
}

impl Disk {
    /// Whether writes fail for want of room.
    pub(super) fn set_full(&self, full: bool) {
        self.0.full.store(full, Ordering::SeqCst);
    }

    /// Whether syncs fail.
    pub(super) fn set_broken(&self, broken: bool) {
        self.0.broken.store(broken, Ordering::SeqCst);
    }

    /// A disk with what would be left of this one after a power cut.
    pub(super) fn after_power_cut(&self) -> Self {
        let synced = self.bytes().synced.clone();
        let disk = Self::default();
        *disk.bytes() = Bytes { now: synced.clone(), synced };
        disk
    }

    /// Turns over the bits of a part of it.
    pub(super) fn damage(&self, at: usize, count: usize) {
        let mut bytes = self.bytes();
        for byte in bytes.now.iter_mut().skip(at).take(count) {
            *byte = !*byte;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes().now.len()
    }

    fn bytes(&self) -> MutexGuard<'_, Bytes> {
        self.0.bytes.lock().unwrap()
    }

    fn check_room(&self) -> io::Result<()> {
        match self.0.full.load(Ordering::SeqCst) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

impl Storage for Disk {
    fn create(&self, builder: &Builder) -> Result<Database> {
        let database = builder.create_with_backend(self.clone());
        database.map_err(|error| Error::Engine(format!("the disk cannot be opened: {error}")))
    }

    fn name(&self) -> String {
        "disk".to_owned()
    }

    fn free(&self) -> Option<u64> {
        None
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = self.bytes();
        let from = offset as usize;
        let part = bytes.now.get(from..from + out.len());
        out.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.check_room()?;
        self.bytes().now.resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.0.broken.load(Ordering::SeqCst) {
            return Err(io::Error::other("the disk does not answer"));
        }
        let mut bytes = self.bytes();
        bytes.synced = bytes.now.clone();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.check_room()?;
        let from = offset as usize;
        self.bytes().now[from..from + data.len()].copy_from_slice(data);
        Ok(())
    }
}
