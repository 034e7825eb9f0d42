#!/usr/bin/env bash
# `make run`: everything a newcomer needs, then Tapri itself, with its data in ./data (or TAPRI_DATA).
# The release profile costs some minutes once; it is what serves pictures and passwords at full speed and in little
# memory, so what one tries here is what one would run for others. Ctrl-C stops it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need cargo "Tapri's servers need Rust 1.95: see https://rustup.rs"
need cc "Tapri's servers need a C compiler. Install one with: sudo apt-get install build-essential"

"$ROOT/scripts/web.sh"
say "Building Tapri (the first time takes some minutes)"
cargo build --manifest-path "$ROOT/backend/Cargo.toml" --release --locked -p tapri

cd "$ROOT"
exec backend/target/release/tapri up "$@"
