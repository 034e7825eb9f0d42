//! Reads manifests and sources just well enough to tell who names whom. No parser of Rust or TypeScript: a breach that
//! hides from this would hide from a reviewer too.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub fn backend() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every crate that the manifest of `name` names, for building and for testing.
pub fn dependencies(name: &str) -> Vec<String> {
    let manifest = fs::read_to_string(backend().join("crates").join(name).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
    let named = tables.iter().filter_map(|table| manifest.get(*table)?.as_table());
    named.flat_map(|table| table.keys().cloned()).collect()
}

/// One file of source.
pub struct Source {
    /// Where it is, absolute.
    pub file: PathBuf,
    /// Below which folder its modules begin.
    root: PathBuf,
    /// Its text without whole lines of comment.
    code: String,
}

/// The sources of a crate, without its tests.
pub fn rust_sources(name: &str) -> Vec<Source> {
    let all = read_all(&backend().join("crates").join(name).join("src"), &["rs"]);
    all.into_iter().filter(|source| !source.is_for_tests()).collect()
}

/// The sources of the web app.
pub fn frontend_sources() -> Vec<Source> {
    let is_ours = |source: &Source| source.room() != "paraglide";
    let all = read_all(&backend().join("../frontend/src"), &["ts", "js", "svelte"]);
    all.into_iter().filter(is_ours).collect()
}

fn read_all(root: &Path, endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().path();
            if file.is_dir() {
                folders.push(file);
            } else if file.extension().is_some_and(|ending| endings.iter().any(|it| ending == *it)) {
                found.push(read(root, file));
            }
        }
    }
    found
}

fn read(root: &Path, file: PathBuf) -> Source {
    let text = fs::read_to_string(&file).unwrap();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    Source { file, root: root.to_path_buf(), code }
}

impl Source {
    /// What a breach reads like.
    pub fn names(&self, what: &str) -> String {
        format!("{} names {what}", self.file.display())
    }

    /// Whether the file is compiled for tests only.
    fn is_for_tests(&self) -> bool {
        self.file
            .components()
            .any(|part| ["testing", "testing.rs", "tests", "tests.rs"].iter().any(|it| part.as_os_str() == *it))
    }

    /// The names of the collections that are declared here.
    pub fn collections(&self) -> Vec<String> {
        let declarations = ["Schema::new(\"", " &schema(\""].iter().flat_map(|call| self.code.split(call).skip(1));
        declarations.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    }

    /// Whether the code has `text` in it.
    pub fn mentions(&self, text: &str) -> bool {
        self.code.contains(text)
    }

    /// The slice of the crate that the file belongs to: the first folder, or the file, below `src`.
    pub fn slice(&self) -> Option<&str> {
        let first = self.file.strip_prefix(&self.root).ok()?.components().next()?.as_os_str().to_str()?;
        Some(first.strip_suffix(".rs").unwrap_or(first))
    }

    /// Every path of its own crate that the file names, as parts, by `crate::` or `super::`.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        for (at, _) in self.code.match_indices("crate::") {
            let inside_a_word = self.code[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == '$');
            if !inside_a_word {
                expand(&mut &self.code[at + "crate::".len()..], Vec::new(), &mut all);
            }
        }
        // From the file of a slice, `super` is the crate itself; deeper down it stays within the slice.
        if self.file.parent() == Some(&self.root) {
            for (at, _) in self.code.match_indices("super::") {
                expand(&mut &self.code[at + "super::".len()..], Vec::new(), &mut all);
            }
        }
        all
    }

    /// The part of the web app that the file belongs to: `routes`, or a folder of `lib`.
    pub fn room(&self) -> String {
        let mut parts = self.file.strip_prefix(&self.root).unwrap().components();
        let first = parts.next().unwrap().as_os_str().to_string_lossy().into_owned();
        if first == "lib" { parts.next().unwrap().as_os_str().to_string_lossy().into_owned() } else { first }
    }

    /// The parts of the web app that the file imports from, other than its own.
    pub fn imported_rooms(&self) -> Vec<String> {
        let by_alias = self.code.split("'$lib/").skip(1);
        let rooms = by_alias.map(|rest| rest.split(['/', '\'']).next().unwrap_or_default().to_owned());
        rooms.filter(|room| *room != self.room()).collect()
    }
}

/// Reads the tree of a `use` (or one plain path) and adds every path in it to `all`.
fn expand(rest: &mut &str, mut path: Vec<String>, all: &mut Vec<Vec<String>>) {
    loop {
        *rest = rest.trim_start();
        if let Some(inside) = rest.strip_prefix('{') {
            *rest = inside;
            while !rest.is_empty() && !rest.starts_with('}') {
                expand(rest, path.clone(), all);
                // Over `as other` to the next branch, or to the end of this one.
                let end = rest.find([',', '}']).unwrap_or(rest.len());
                *rest = rest[end..].strip_prefix(',').unwrap_or(&rest[end..]).trim_start();
            }
            *rest = rest.strip_prefix('}').unwrap_or(rest);
            return;
        }
        let end = rest.find(|it: char| !(it.is_alphanumeric() || it == '_')).unwrap_or(rest.len());
        path.push(rest[..end].to_owned());
        *rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(further) => *rest = further,
            None => {
                all.push(path);
                return;
            }
        }
    }
}

#[test]
fn a_tree_of_uses_is_read_to_its_leaves() {
    let mut all = Vec::new();
    expand(&mut "{posts::{self, Post as P}, likes, feed::repo::Feed};", Vec::new(), &mut all);
    let all: Vec<String> = all.iter().map(|path| path.join("::")).collect();
    assert_eq!(all, ["posts::self", "posts::Post", "likes", "feed::repo::Feed"]);
}
