//! Files of a backup: found, copied and hashed in one reading, readable by their owner only, durable when it is said.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::HEXLOWER;

use crate::failure::Failure;

const CHUNK: usize = 256 * 1024;

/// What a file is known by.
#[derive(Debug, PartialEq, Eq)]
pub struct Hashed {
    /// How long it is.
    pub bytes: u64,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// What came of copying a file.
pub enum Copied {
    /// It is there, whole and durable.
    File(Hashed),
    /// It was gone before it could be opened.
    Vanished,
}

/// The files below `what` in `root`, or `what` itself, as paths from `root` in order; nothing where it is not. Folders of
/// the names in `without` are left out, and what is still being written.
pub fn below(root: &Path, what: &str, without: &[&str]) -> Result<Vec<String>, Failure> {
    let (mut found, mut open) = (Vec::new(), vec![what.to_owned()]);
    while let Some(relative) = open.pop() {
        let path = root.join(&relative);
        let unread = |error: io::Error| Failure::new(format!("`{}` cannot be read: {error}", path.display()));
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(unread(error)),
            Ok(metadata) if !metadata.is_dir() => {
                found.push(relative);
                continue;
            }
            Ok(_) => {}
        }
        for entry in fs::read_dir(&path).map_err(unread)? {
            let name = entry.map_err(unread)?.file_name();
            let name = name.to_str().ok_or_else(|| unread(io::ErrorKind::InvalidData.into()))?;
            if !without.contains(&name) && !name.ends_with(".part") && !name.ends_with(".new") {
                open.push(format!("{relative}/{name}"));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Copies a file to where none is; the folders above are made.
pub fn copy(from: &Path, to: &Path) -> Result<Copied, Failure> {
    let mut input = match File::open(from) {
        Ok(input) => input,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Copied::Vanished),
        Err(error) => return Err(Failure::new(format!("`{}` cannot be read: {error}", from.display()))),
    };
    let copied = (|| {
        private_directory(to.parent().unwrap_or(Path::new(".")))?;
        let mut output = private_file(to)?;
        let hashed = each_chunk(&mut input, |chunk| output.write_all(chunk))?;
        output.sync_all()?;
        Ok(Copied::File(hashed))
    })();
    copied.map_err(|error| unwritten(to, &error))
}

/// Reads a file through.
pub fn hash(path: &Path) -> Result<Hashed, Failure> {
    let hashed = File::open(path).and_then(|mut file| each_chunk(&mut file, |_| Ok(())));
    hashed.map_err(|error| Failure::new(format!("`{}` cannot be read: {error}", path.display())))
}

fn each_chunk(input: &mut File, mut with: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<Hashed> {
    let (mut context, mut bytes, mut chunk) = (Context::new(&SHA256), 0, vec![0; CHUNK]);
    loop {
        let read = input.read(&mut chunk)?;
        if read == 0 {
            return Ok(Hashed { bytes, sha256: HEXLOWER.encode(context.finish().as_ref()) });
        }
        context.update(&chunk[..read]);
        with(&chunk[..read])?;
        bytes += read as u64;
    }
}

/// Writes a small file: durable when this returns.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = private_file(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    sync_directory(path.parent().unwrap_or(Path::new(".")))
}

/// Makes renames in `directory`, and the files that were made there, durable.
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a directory, and those above it, that only its owner can enter.
pub fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Why something could not be written, in one sentence.
pub fn unwritten(path: &Path, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::StorageFull => Failure::new(format!("the disk with `{}` is full: make room", path.display())),
        _ => Failure::new(format!("`{}` cannot be written: {error}", path.display())),
    }
}
