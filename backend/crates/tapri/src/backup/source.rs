//! Where a store is read from: the server that has it open, or the file when none has.

use std::io::{self, BufReader, BufWriter, Read};
use std::os::unix::net::UnixStream;
use std::path::Path;

use store::{Dump, Dumped, load_dump};

use super::door::in_reach;
use crate::failure::Failure;
use crate::house::STORE_FILE;

const BUFFER: usize = 256 * 1024;

/// Copies one moment of the store in `directory` into the new file `to`.
pub fn copy(directory: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Dumped, Failure> {
    match in_reach(directory).and_then(|near| UnixStream::connect(&near.path)) {
        Ok(stream) => load(stream, to, progress),
        // Nobody serves it, or a killed process left the socket behind.
        Err(_) => copy_file(&directory.join(STORE_FILE), to, progress),
    }
}

fn load(input: impl Read, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Dumped, Failure> {
    Ok(load_dump(&mut BufReader::with_capacity(BUFFER, input), to, progress)?)
}

fn copy_file(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Dumped, Failure> {
    let dump = Dump::of_file(from)?;
    let (reader, writer) = io::pipe()?;
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || {
            let mut out = BufWriter::with_capacity(BUFFER, writer);
            dump.write_to(&mut out, &mut |_, _| ())
        });
        let loaded = load(reader, to, progress);
        // Why the file could not be read says more than that the dump broke off.
        match writing.join() {
            Ok(Err(error)) if loaded.is_err() => Err(error.into()),
            _ => loaded,
        }
    })
}
