//! What the auth server does at leisure: deleting what has expired, writing down when apps were last used, and tidying
//! away what died because something that it hung on ended.
//!
//! Nothing here makes anything end; that is done when it is decided. A chore that a killed process never came to costs
//! some room until the dead documents expire by themselves.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use httpkit::{ClientId, UserId};
use store::{Position, Query, Value};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::consents::{BY_CLIENT, Consent};
use crate::core::Core;
use crate::error::{Result, lost_race};
use crate::grants::{BY_SUBJECT, GrantKind};
use crate::oauth;

/// How often there is a look at what has expired.
const PERIOD: Duration = Duration::from_secs(30);
/// Expired documents deleted in one go.
const SWEEP: usize = 500;
const PAGE: usize = 200;
/// More than this is not remembered: the documents expire by themselves.
const MOST_CHORES: usize = 10_000;

/// Something to tidy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Chore {
    /// Something ended that app grants of this user may have hung on.
    Tidy(UserId),
    /// An app was deleted: what people allowed it goes too.
    ClientDeleted(ClientId),
}

/// What is to be tidied.
#[derive(Debug, Default)]
pub(crate) struct Chores {
    list: Mutex<HashSet<Chore>>,
    added: Notify,
}

impl Chores {
    pub(crate) fn add(&self, chore: Chore) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() < MOST_CHORES && list.insert(chore) {
            self.added.notify_one();
        }
    }

    fn take(&self) -> HashSet<Chore> {
        std::mem::take(&mut *self.list.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Works until `stop`; then answers everybody who waits for news, and writes down what is only in memory.
pub(crate) async fn run(core: &Core, stop: CancellationToken) {
    let mut period = tokio::time::interval(PERIOD);
    period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = core.chores.added.notified() => log(do_chores(core).await),
            _ = period.tick() => {
                log(core.keys.tend().await.map_err(Into::into));
                log(sweep(core).await);
                log(core.last_used.write(core).await);
            }
        }
    }
    core.news.stop();
    log(core.last_used.write(core).await);
}

fn log(result: Result<()>) {
    if let Err(error) = result {
        tracing::warn!(%error, "tidying up failed and is tried again later: {error}");
    }
}

async fn sweep(core: &Core) -> Result<()> {
    while core.store.sweep(SWEEP).await? == SWEEP {}
    Ok(())
}

/// Does what there is to do now.
pub(crate) async fn do_chores(core: &Core) -> Result<()> {
    for chore in core.chores.take() {
        match chore {
            Chore::Tidy(sub) => end_dead_app_grants(core, sub).await?,
            Chore::ClientDeleted(client) => forget_consents(core, &client).await?,
        }
    }
    Ok(())
}

/// Marks the user's app grants that can never be used again, so that they need not stay until they would have been idle.
async fn end_dead_app_grants(core: &Core, sub: UserId) -> Result<()> {
    let mut after = None::<Position>;
    loop {
        let query = Query::index(BY_SUBJECT).equal([Value::from(sub), GrantKind::App.into()]);
        let page = core.grants.scan(query.after(after).limit(PAGE)).await?;
        for grant in page.items {
            let client = core.clients.get(&grant.client.clone().into()).await?;
            let is_bound = match &client {
                Some(client) => oauth::holds(core, client, grant.id).await?,
                None => false,
            };
            let Ok(ended) = grant.ended(core.now(), &core.lifetimes) else { continue };
            if is_bound {
                continue;
            }
            match core.grants.replace(&grant, &ended).await {
                Ok(()) => {}
                Err(error) if lost_race(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Deletes what people allowed an app that is gone.
async fn forget_consents(core: &Core, client: &ClientId) -> Result<()> {
    if core.clients.exists(&client.clone().into()).await? {
        return Ok(());
    }
    loop {
        let page = core.consents.scan(Query::index(BY_CLIENT).equal([client.as_str()]).limit(PAGE)).await?;
        if page.items.is_empty() {
            return Ok(());
        }
        let mut batch = core.store.batch();
        for consent in &page.items {
            batch.delete::<Consent>(&(consent.sub, consent.client.clone().into()));
        }
        batch.commit().await?;
        for consent in page.items {
            end_dead_app_grants(core, consent.sub).await?;
        }
    }
}
