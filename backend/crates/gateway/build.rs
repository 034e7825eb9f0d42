//! Puts the built web app into the binary: writes a table of its files, which `src/files.rs` includes.
//!
//! It compresses nothing: `FILE.br` and `FILE.gz` are taken where the build of the web app left them beside `FILE`. The
//! files are copied first, so that a web app being built anew at this moment cannot pull them away from the compiler.
//! Without a built web app the table is empty, and the gateway says how to build one.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "cargo names the folder for what is made here in the environment")]
fn main() -> io::Result<()> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../frontend/build");
    // Cargo watches only what exists; a missing folder would have it compile this crate anew every time.
    fs::create_dir_all(&built)?;
    println!("cargo::rerun-if-changed={}", built.display());

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let copies = out.join("site");
    if copies.exists() {
        fs::remove_dir_all(&copies)?;
    }
    fs::create_dir(&copies)?;

    let mut table = String::from("&[\n");
    for (number, path) in files_below(&built)?.iter().enumerate() {
        table.push_str(&entry(&built, path, &copies.join(number.to_string()))?);
    }
    table.push(']');
    fs::write(out.join("site.rs"), table)
}

/// Every file below `folder` except the compressed forms of others, in the order of their names.
fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.extension().is_some_and(|end| end == "br" || end == "gz") {
                files.push(path);
            }
        }
    }
    // By the text of the path, as the gateway looks them up; paths compare by their parts.
    files.sort_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
    Ok(files)
}

/// One line of the table: the file at `path`, copied to `copy`.
fn entry(root: &Path, path: &Path, copy: &Path) -> io::Result<String> {
    let content = fs::read(path)?;
    fs::write(copy, &content)?;
    let name = path.strip_prefix(root).expect("it was found below root").to_string_lossy().replace('\\', "/");
    let mut hash = DefaultHasher::new();
    content.hash(&mut hash);
    let media_type = mime_guess::from_path(path).first_or_octet_stream();
    let charset = if media_type.type_() == mime_guess::mime::TEXT { "; charset=utf-8" } else { "" };
    Ok(format!(
        "File {{ path: {:?}, tag: \"{:016x}\", media_type: \"{media_type}{charset}\", plain: include_bytes!({copy:?}), \
         brotli: {}, gzip: {} }},\n",
        format!("/{name}"),
        hash.finish(),
        compressed(path, copy, "br")?,
        compressed(path, copy, "gz")?,
    ))
}

/// The expression for a compressed form of `path`, if the build of the web app left one.
fn compressed(path: &Path, copy: &Path, end: &str) -> io::Result<String> {
    let with_end = |path: &Path| PathBuf::from(format!("{}.{end}", path.display()));
    let (source, target) = (with_end(path), with_end(copy));
    if !source.exists() {
        return Ok("None".into());
    }
    fs::copy(source, &target)?;
    Ok(format!("Some(include_bytes!({target:?}))"))
}
