//! What one may say to the program.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// A photo-sharing community that you host yourself.
#[derive(Debug, Parser)]
#[command(name = "tapri", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// A file with the settings that differ from the defaults (see `tapri config`).
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Starts everything: both servers and the web app.
    Up,
    /// Starts the auth server alone.
    Auth,
    /// Starts the resource server alone; it needs a running auth server.
    Resource,
    /// Starts the web app's address alone; it hands everything else to a running resource server.
    Web,
    /// Prints the OpenAPI document of all public routes.
    Openapi,
    /// Prints every setting with its default and what it means.
    Config,
    /// Prints the version.
    Version,
}
