//! `tapri store …`: what is done to stores from outside, while no server uses them.
//!
//! To add a tool, add it to [`crate::cli::StoreCommand`], write it as a module here, and call it in [`run`].

mod copy;
mod migrate;
mod place;
mod shard_plan;

use httpkit::settings::Settings;

pub use copy::refuse_half_copied;

use crate::cli::StoreCommand;
use crate::failure::Failure;

/// Does what `command` says.
pub async fn run(settings: &Settings, command: &StoreCommand) -> Result<(), Failure> {
    match command {
        StoreCommand::Migrate { dry_run } => migrate::run(settings, *dry_run),
        StoreCommand::Copy(order) => copy::run(settings, order).await,
        StoreCommand::ShardPlan { database, shards } => shard_plan::run(database, shards),
    }
}
