//! Takes the Rust quick start out of docs/oauth.md, so that what people read there is what is compiled and run here.

use std::path::Path;
use std::{env, fs};

fn main() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/oauth.md");
    println!("cargo::rerun-if-changed={}", document.display());
    let text = fs::read_to_string(&document).expect("docs/oauth.md is readable");
    let (_, after) = text.split_once("```rust\n").expect("docs/oauth.md has a quick start in Rust");
    let (lines, _) = after.split_once("```").expect("the quick start ends");
    let target = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("quick_start.rs");
    fs::write(target, format!("{{\n{lines}person\n}}\n")).expect("the folder is cargo's own");
}
