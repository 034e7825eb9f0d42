//! Attacks that must fail. One test a row of the list of attacks that the project keeps, named after the row's number, so
//! that `cargo test -p testkit row_` runs them all; what the list wants in parallel runs in parallel too. [`rows`] names
//! those that must be there.

mod browsers;
mod clients;
mod codes;
mod consent_page;
mod devices;
mod forged_tokens;
mod input;
mod keys;
mod kills;
mod logout;
mod metadata;
mod outgoing;
mod passwords;
mod proofs;
mod pushed;
mod redirects;
mod refresh_tokens;
mod rows;
mod secrets;
mod self_registered;
