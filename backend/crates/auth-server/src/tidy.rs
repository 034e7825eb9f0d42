//! Clearing away, at leisure, what died because something that it hung on ended. Nothing here makes anything end: that is
//! done when it is decided, and whoever refreshes or redeems looks for itself. Without it the dead would lie until they
//! would have been idle too long; with it, storage is as large as what lives.

use std::sync::Arc;

use httpkit::jobs::{JobError, JobKind};
use httpkit::{ClientId, UserId};
use serde::{Deserialize, Serialize};
use store::{Batch, Position, Query, Stored, Value};

use crate::consents::{BY_CLIENT, Consent};
use crate::core::Core;
use crate::error::{Result, lost_race};
use crate::grants::{BY_SUBJECT, Grant, GrantKind};
use crate::{oauth, sessions, subjects};

const PAGE: usize = 200;

/// Something ended that sessions or app grants of this user may have hung on.
#[derive(Serialize, Deserialize)]
pub(crate) struct Subject {
    sub: UserId,
}

impl JobKind for Subject {
    const NAME: &'static str = "tidy_subject";
}

/// An app was deleted: what people allowed it goes too.
#[derive(Serialize, Deserialize)]
pub(crate) struct Client {
    client: ClientId,
}

impl JobKind for Client {
    const NAME: &'static str = "tidy_client";
}

/// Puts the tidying of `sub` into the batch that ends something of theirs. Who commits it wakes the queue.
pub(crate) fn subject_later(core: &Core, batch: &mut Batch, sub: UserId) {
    batch.insert(&core.jobs.job(&Subject { sub }).expect("an id can be written"));
}

/// The same for the app `client`, which the batch deletes.
pub(crate) fn client_later(core: &Core, batch: &mut Batch, client: ClientId) {
    batch.insert(&core.jobs.job(&Client { client }).expect("an id can be written"));
}

pub(crate) async fn subject(core: Arc<Core>, Subject { sub }: Subject) -> Result<(), JobError> {
    for kind in [GrantKind::Session, GrantKind::App] {
        mark_dead(&core, sub, kind).await?;
    }
    Ok(())
}

/// Marks what can never be used again as ended, so that it goes with what has expired.
async fn mark_dead(core: &Core, sub: UserId, kind: GrantKind) -> Result<()> {
    let mut after = None::<Position>;
    loop {
        let query = Query::index(BY_SUBJECT).equal([Value::from(sub), kind.into()]);
        let page = core.grants.scan(query.after(after).limit(PAGE)).await?;
        for grant in page.items {
            let Ok(ended) = grant.ended(core.now(), &core.lifetimes) else { continue };
            if holds(core, &grant).await? {
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

/// Whether everything that `grant` hangs on is there.
async fn holds(core: &Core, grant: &Stored<Grant>) -> Result<bool> {
    match grant.kind {
        // The floors are read after the session, so that one which moved up with its floor is left alone: then it was
        // written after it was read here, and the write above fails.
        GrantKind::Session => {
            let floors = subjects::floors(core, grant.sub).await?;
            Ok(sessions::is_alive(grant, floors, core.now()))
        }
        GrantKind::App => match core.clients.get(&grant.client.clone().into()).await? {
            Some(client) => oauth::holds(core, &client, grant.id).await,
            None => Ok(false),
        },
    }
}

/// Forgets what people allowed an app that is gone, a page at a time: the next page is another job, however many there are.
pub(crate) async fn client(core: Arc<Core>, Client { client }: Client) -> Result<(), JobError> {
    if core.clients.exists(&client.clone().into()).await? {
        return Ok(());
    }
    let page = core.consents.scan(Query::index(BY_CLIENT).equal([client.as_str()]).limit(PAGE)).await?;
    let mut batch = core.store.batch();
    for consent in &page.items {
        batch.delete::<Consent>(&(consent.sub, consent.client.clone().into()));
        subject_later(&core, &mut batch, consent.sub);
    }
    if page.next.is_some() {
        client_later(&core, &mut batch, client);
    }
    batch.commit().await?;
    core.jobs.wake();
    Ok(())
}
