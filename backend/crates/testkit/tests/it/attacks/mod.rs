//! Attacks that must fail. One test a row of the list of attacks that the project keeps, named after the row's number, so
//! that `cargo test -p testkit row_` runs them all; what the list wants in parallel runs in parallel too. Rows about
//! features that do not exist yet have no test yet.

mod browsers;
mod clients;
mod codes;
mod forged_tokens;
mod input;
mod redirects;
mod refresh_tokens;
