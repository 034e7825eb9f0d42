//! What limits do, told once and tried on every place where they can be counted: in memory here, in a real Redis server
//! in `redis.rs`, which is a test of its own.
//!
//! To add a behaviour: a function in `behaviours.rs` and its line in the list at the end of that file.

#![expect(clippy::unwrap_used, reason = "a test stops where it breaks")]

mod behaviours;
mod in_memory;
