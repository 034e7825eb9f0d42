//! What one may say to the program.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Starts everything: both servers and the web app.
    Up,
    /// Starts the auth server alone.
    Auth,
    /// Starts the resource server alone; it needs a running auth server.
    Resource,
    /// Starts the web app's address alone; it hands everything else to a running resource server.
    Web,
    /// Starts everything and lets the whole world in, by a tunnel of `cloudflared` and an address drawn for it.
    Tunnel,
    /// Writes a backup of everything into a new directory, while Tapri runs or not.
    Backup {
        /// The directory to make.
        directory: PathBuf,
    },
    /// Puts a backup in the place of the data; Tapri must not be running.
    Restore {
        /// The backup.
        directory: PathBuf,
        /// Moves data that is there already aside, into a directory beside it.
        #[arg(long)]
        overwrite: bool,
        /// Leaves sign-ins and connected apps as they were then; also those that have ended since live again.
        #[arg(long)]
        keep_grants: bool,
    },
    /// Looks after the keys that sign tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Looks after people's accounts.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Looks at everything around Tapri that must be right, and says how to cure what is not; changes nothing.
    Doctor {
        /// Tells it to a program.
        #[arg(long)]
        json: bool,
    },
    /// Makes up a community, to try things out: people, posts with pictures, likes, comments, over the past months.
    Seed(SeedArguments),
    /// Looks after the stores.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Prints the OpenAPI document of all public routes.
    Openapi,
    /// Prints every setting with its default and what it means.
    Config,
    /// Prints the version.
    Version,
}

/// What can be done to keys.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum KeysCommand {
    /// Lists every key, what it does now, and until when it is believed.
    List,
    /// Makes the next key of each kind now; it is published at once, and signs when everybody knows it.
    Rotate,
    /// Gives up one key because somebody else may have it: what it made is refused everywhere within a second.
    Retire {
        /// The name of the key (see `tapri keys list`).
        // One name of 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: String,
        /// Not after its time, but now. There is no other way to retire a key by hand: the rest do so by themselves.
        #[arg(long, required = true)]
        now: bool,
    },
}

/// What can be done to accounts.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum AdminCommand {
    /// Takes over people from elsewhere with their bcrypt hashes, from a CSV file or JSON Lines; may be run again.
    ImportUsers {
        /// The file: username, email, password_hash; and if known display_name, email_confirmed, created_at.
        file: PathBuf,
        /// Only says what it would do.
        #[arg(long)]
        dry_run: bool,
    },
    /// Gives somebody a role, the first admin theirs; a running Tapri with the embedded store must be stopped for that.
    Role {
        /// Whose.
        username: String,
        /// Which.
        role: RoleName,
    },
}

/// A role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// What is their own.
    User,
    /// Moderates as well.
    Mod,
    /// Moderates and administers as well.
    Admin,
}

/// What can be done to stores.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum StoreCommand {
    /// Brings store files of an older version to this one's format; Tapri must not be running.
    Migrate {
        /// Only tries whether it would succeed, and says what it would do.
        #[arg(long)]
        dry_run: bool,
    },
    /// Copies everything that is stored from one place to another; run it again to go on with a copy that broke off.
    Copy(CopyArguments),
    /// Prints the commands that spread the collections over a sharded MongoDB cluster.
    ShardPlan {
        /// The database.
        #[arg(long, default_value = "tapri")]
        database: String,
        /// The names of the shards, to give each an equal part; without them the cluster decides.
        #[arg(long, value_delimiter = ',')]
        shards: Vec<String>,
    },
}

/// What community is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct SeedArguments {
    /// How many people.
    #[arg(long, default_value_t = 100)]
    pub people: usize,
    /// How many posts.
    #[arg(long, default_value_t = 1_000)]
    pub posts: usize,
    /// The same number gives the same community.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Everybody's password; without it one is drawn. Printed at the end.
    #[arg(long)]
    pub password: Option<String>,
    /// Adds to people who are there already, instead of refusing.
    #[arg(long)]
    pub more: bool,
}

/// From where to where. A place is a data directory, or the address of a MongoDB database (`mongodb://…`).
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct CopyArguments {
    /// Where everything is. No Tapri may be using it.
    #[arg(long, value_name = "PLACE")]
    pub from: String,
    /// Where it is to be: an empty place, or the one of a copy that broke off.
    #[arg(long, value_name = "PLACE")]
    pub to: String,
    /// Where the auth server has its own database, if it has one.
    #[arg(long, value_name = "ADDRESS")]
    pub from_auth: Option<String>,
    /// Where the auth server is to have its own database, if it is to.
    #[arg(long, value_name = "ADDRESS")]
    pub to_auth: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_given_up_by_any_name_and_only_now() {
        for words in [["-2nB_x-Yz", "--now"], ["--now", "-2nB_x-Yz"]] {
            let cli = Cli::try_parse_from(["tapri", "keys", "retire"].into_iter().chain(words)).expect("it is read");
            let retire = KeysCommand::Retire { kid: "-2nB_x-Yz".to_owned(), now: true };
            assert_eq!(cli.command, Command::Keys(retire));
        }
        assert!(Cli::try_parse_from(["tapri", "keys", "retire", "2nB_x-Yz"]).is_err());
        assert!(Cli::try_parse_from(["tapri", "keys", "retire", "--now"]).is_err());
    }
}
