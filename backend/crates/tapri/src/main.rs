//! The one binary: reads the settings and starts what it is told to. What it starts lives in other crates.
//!
//! To add a sub-command, add it to [`cli::Command`] with its line of help, and a branch to [`run`].

mod admin;
mod backup;
mod cli;
mod doctor;
mod failure;
mod house;
mod keys;
mod print;
mod progress;
mod seed;
mod store_tools;
mod tunnel;
mod words;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use httpkit::serve::stop_on_signals;
use httpkit::settings::Settings;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::backup::Restore;
use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::house::House;
use crate::tunnel::Tunnel;

/// Threads for work that blocks (files, name look-ups); passwords and pictures have pools of their own.
const BLOCKING_THREADS: usize = 32;

/// How long blocking work may still take once everything else has stopped.
const LAST_WORK: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("tapri: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Backup { directory } => backup::backup(&load(cli)?, directory),
        Command::Restore { directory, overwrite, keep_grants } => {
            let order = Restore { from: directory, overwrite: *overwrite, keep_grants: *keep_grants };
            runtime()?.block_on(backup::restore(&load(cli)?, order))
        }
        Command::Store(command) => runtime()?.block_on(store_tools::run(&load(cli)?, command)),
        Command::Keys(command) => {
            let settings = Arc::new(load(cli)?);
            let house = House::new(Arc::clone(&settings), cli.config.clone());
            runtime()?.block_on(keys::run(&house, &settings, command))
        }
        Command::Admin(command) => {
            let house = House::new(Arc::new(load(cli)?), cli.config.clone());
            runtime()?.block_on(admin::run(&house, command))
        }
        Command::Doctor { json } => runtime()?.block_on(doctor::run(load(cli)?, cli.config.clone(), *json)),
        Command::Seed(arguments) => {
            let house = House::new(Arc::new(load(cli)?), cli.config.clone());
            runtime()?.block_on(seed::run(&house, arguments))
        }
        Command::Openapi => print::openapi(),
        Command::Config => print::settings(),
        Command::Version => print::version(),
        Command::Up | Command::Auth | Command::Resource | Command::Web | Command::Tunnel => {
            let settings = Settings::load(cli.config.as_deref())?;
            httpkit::logging::start(&settings.log)?;
            serve(cli, settings)
        }
    }
}

/// Runs servers until a signal ends them.
fn serve(cli: &Cli, settings: Settings) -> Result<(), Failure> {
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        let stop = CancellationToken::new();
        stop_on_signals(stop.clone())?;
        survive_file_limits()?;
        match cli.command {
            Command::Tunnel => through_tunnel(cli, settings, stop).await,
            _ => House::new(Arc::new(settings), cli.config.clone()).run(&cli.command, stop).await,
        }
    });
    runtime.shutdown_timeout(LAST_WORK);
    served
}

/// A file that may not grow any further (`LimitFSIZE=`, `ulimit -f`) is a full disk to us: an error of the one write. The
/// signal that comes with it would end the program; whoever listens to it once is never ended by it again.
fn survive_file_limits() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    const SIGXFSZ: i32 = 25;
    signal(SignalKind::from_raw(SIGXFSZ))
        .map(drop)
        .map_err(|error| Failure::new(format!("no signal can be awaited: {error}")))
}

/// Everything, with a tunnel from outside that is there as long as it is.
async fn through_tunnel(cli: &Cli, mut settings: Settings, stop: CancellationToken) -> Result<(), Failure> {
    let opened = tokio::select! {
        opened = Tunnel::open(&settings) => opened,
        () = stop.cancelled() => return Ok(()),
    };
    let tunnel = opened?;
    tunnel.apply(&mut settings);
    let done = Arc::new(Notify::new());
    let watched = tokio::spawn(tunnel.watch(stop.clone(), Arc::clone(&done)));
    let served = House::new(Arc::new(settings), cli.config.clone()).run(&Command::Up, stop).await;
    done.notify_one();
    let tunnelled = watched.await.map_err(|_| Failure::new("the tunnel was lost sight of"))?;
    served.and(tunnelled)
}

/// The settings, for a command that says what it does by itself.
fn load(cli: &Cli) -> Result<Settings, Failure> {
    Ok(Settings::load(cli.config.as_deref())?)
}

fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()
        .map_err(|error| Failure::new(format!("no threads can be started: {error}")))
}
