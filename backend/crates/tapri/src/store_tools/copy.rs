//! `tapri store copy`: every document of both servers from one place to another, whatever engines keep them.

use std::sync::Arc;
use std::time::Duration;

use httpkit::secrets::Server;
use httpkit::settings::Settings;
use store::port::Engine;
use store::{CopiedCollection, CopyOrder, Schema, ShardKey, Stage};

use super::place::Place;
use crate::cli::CopyArguments;
use crate::failure::Failure;
use crate::progress::{Bar, count};
use crate::words;

/// Where each server's half-finished copy is kept account of.
static AUTH_MARKS: Schema = Schema::new("auth_copying").shard_key(ShardKey::Key);
static RESOURCE_MARKS: Schema = Schema::new("resource_copying").shard_key(ShardKey::Key);

fn marks(server: Server) -> &'static Schema {
    match server {
        Server::Auth => &AUTH_MARKS,
        Server::Resource => &RESOURCE_MARKS,
    }
}

/// How long a database is waited for: it lets go of what a killed process had begun after a minute.
const PATIENCE: Duration = Duration::from_secs(90);

/// Copies, or goes on copying, and compares.
pub async fn run(settings: &Settings, arguments: &CopyArguments) -> Result<(), Failure> {
    let from = Place::parse(&arguments.from, arguments.from_auth.as_deref())?;
    let to = Place::parse(&arguments.to, arguments.to_auth.as_deref())?;
    if from == to {
        return Err(Failure::new(format!("`{from}` cannot be copied onto itself")));
    }
    let auth = Pair::open(settings, &from, &to, Server::Auth).await?;
    let resource = Pair::open(settings, &from, &to, Server::Resource).await?;
    let done = both(&auth, &resource).await;
    // What the first failure was is worth more than what closing says.
    let closed = auth.close().await.and(resource.close().await);
    done?;
    closed?;
    words::say(&format!("Everything of {from} is in {to}, counted and compared.\n"));
    words::say(&what_else(&from, &to));
    Ok(())
}

/// Refuses to serve from what is half a copy: some documents would be missing, and the copy could not be gone on with.
pub async fn refuse_half_copied(engine: &dyn Engine, server: Server) -> Result<(), Failure> {
    if store::is_half_copied(engine, marks(server)).await? {
        return Err(Failure::new(format!(
            "the store of the {} server is half a copy: let the same `tapri store copy` come to its end, or use another place",
            server.name()
        )));
    }
    Ok(())
}

/// One server's store, on both sides.
struct Pair {
    server: Server,
    from: Arc<dyn Engine>,
    to: Arc<dyn Engine>,
    source: String,
}

impl Pair {
    async fn open(settings: &Settings, from: &Place, to: &Place, server: Server) -> Result<Self, Failure> {
        let source = from.to_string();
        let from = from.open(settings, server, false).await?;
        Ok(Self { server, from, to: to.open(settings, server, true).await?, source })
    }

    fn order(&self) -> CopyOrder<'_> {
        let schemas = match self.server {
            Server::Auth => auth_server::schemas(),
            Server::Resource => resource_server::schemas(),
        };
        let marks = marks(self.server);
        CopyOrder { from: &*self.from, to: &*self.to, schemas, marks, source: &self.source, patience: PATIENCE }
    }

    async fn copy(&self) -> Result<(), Failure> {
        let mut bars = Bars { server: self.server, stage: None };
        let copied = self.order().run(&mut |progress| bars.show(progress)).await?;
        bars.end(&copied);
        Ok(())
    }

    async fn close(&self) -> store::Result<()> {
        self.from.close().await.and(self.to.close().await)
    }
}

/// Neither target is let go of as long as the other is half: a copy that is killed at any moment is gone on with.
async fn both(auth: &Pair, resource: &Pair) -> Result<(), Failure> {
    if !resource.order().is_finished().await? {
        auth.copy().await?;
        resource.copy().await?;
        resource.order().finish().await?;
    }
    auth.order().forget().await?;
    Ok(resource.order().forget().await?)
}

/// One bar a stage.
struct Bars {
    server: Server,
    stage: Option<(Stage, Bar, u64)>,
}

impl Bars {
    fn show(&mut self, progress: store::Progress) {
        if self.stage.as_ref().is_none_or(|(stage, ..)| *stage != progress.stage) {
            self.close();
            let doing = match progress.stage {
                Stage::Reading => "reading",
                Stage::Copying => "copying",
                Stage::Comparing => "comparing",
            };
            let bar = Bar::new(format!("{} store: {doing}", self.server.name()));
            self.stage = Some((progress.stage, bar, 0));
        }
        if let Some((_, bar, done)) = &mut self.stage {
            *done = progress.done;
            match progress.total {
                Some(total) => bar.at(progress.done, total),
                None => bar.counted(progress.done),
            }
        }
    }

    fn close(&mut self) {
        if let Some((_, bar, done)) = self.stage.take() {
            bar.end(&count(done, "document", "documents"));
        }
    }

    fn end(mut self, copied: &[CopiedCollection]) {
        self.close();
        for collection in copied.iter().filter(|collection| collection.documents > 0) {
            let hash: String = collection.hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
            words::say(&format!("{:>12}  {hash}  {}\n", collection.documents, collection.collection));
        }
    }
}

/// What a copy of the stores is not.
fn what_else(from: &Place, to: &Place) -> String {
    let files = "the pictures (`resource/media`) and the secrets (`auth/secrets`, `resource/secrets`, `service-credential`; \
                 readable by their owner only)";
    match (from, to) {
        (Place::Directory(from), Place::Directory(to)) => {
            format!("Still to be copied from `{}` to `{}`: {files}.\n", from.display(), to.display())
        }
        (Place::Directory(from), Place::Database { .. }) => format!(
            "Still needed: {files}. They stay in `{}`; set `store.uri` to the new address, keep `data` as it is, and start \
             Tapri.\n",
            from.display()
        ),
        (Place::Database { .. }, Place::Directory(to)) => format!(
            "Still to be copied to `{}`, if they are not there: {files}. Then set `data` to it and leave `store.uri` empty.\n",
            to.display()
        ),
        (Place::Database { .. }, Place::Database { .. }) => {
            format!("Set `store.uri` to the new address. {} stay where they are.\n", capitalised(files))
        }
    }
}

fn capitalised(words: &str) -> String {
    words.get(..1).map_or_else(String::new, |first| first.to_uppercase() + &words[1..])
}
