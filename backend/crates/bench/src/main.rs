//! What Tapri does in a second, beside what this machine can do: beside every figure stands what the bare parts (an empty
//! axum server, raw redb, raw bcrypt) give in the same run, for only such ratios compare between machines.
//!
//! `bench` measures the released binary as a person's machine runs it: a client that starts `tapri up` on a fresh data
//! directory, speaks HTTP, and knows nothing of the inside. `bench store` measures the store by itself, `bench auth` what
//! apps get and how fast it is over, `bench strangers` whether time tells who has an account. All write their rows through
//! [`report`]. One module a subject; a new measurement is a function that returns [`Row`]s and a line in
//! [`measure`], a new kind of run is a module with a `run` and a line in [`main`].

#![expect(clippy::print_stdout, reason = "a benchmark's output is what it prints")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures the real clock")]

mod auth;
mod baseline;
mod community;
mod flows;
mod load;
mod logins;
mod people;
mod report;
mod server;
mod store;
mod strangers;

use std::error::Error;

use report::{Report, Row};
use server::Tapri;

/// Anything that stops a measurement.
type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => runtime.block_on(measure()),
        ["store"] => runtime.block_on(store::run(store::Extent::Million)),
        ["store", "--ten-million"] => runtime.block_on(store::run(store::Extent::TenMillionSmall)),
        ["auth"] => runtime.block_on(auth::run()),
        ["strangers"] => runtime.block_on(strangers::run()),
        // The hello server of the baseline is this same program, started again: a process of its own, like Tapri.
        ["hello", _port] => runtime.block_on(baseline::serve_hello()),
        other => Err(format!(
            "`bench {}`: there are `bench`, `bench auth`, `bench strangers` and `bench store [--ten-million]`",
            other.join(" ")
        )
        .into()),
    }
}

async fn measure() -> Result<(), Failure> {
    let mut report = Report::default();
    let directory = tempfile::tempdir()?;
    let first = Tapri::start(directory.path()).await?;
    first.stop().await?;

    let tapri = Tapri::start(directory.path()).await?;
    report.add(Row::new("start_seconds", tapri.started_in.as_secs_f64(), "s"));
    report.add(Row::new("rss_idle_mb", tapri.resident_mb()?, "MB"));

    let town = people::Town::build(&tapri).await?;
    report.add_all(community::reads(&tapri, &town).await?);
    report.add_all(community::creations(&tapri, &town).await?);
    report.add_all(flows::sessions(&tapri, &town).await?);
    report.add_all(flows::codes(&tapri, &town).await?);
    report.add_all(logins::logins(&tapri, &town).await?);
    report.add_all(strangers::strangers().await?);
    report.add(Row::new("rss_after_load_mb", tapri.resident_mb()?, "MB"));
    tapri.stop().await?;
    report.write()
}
