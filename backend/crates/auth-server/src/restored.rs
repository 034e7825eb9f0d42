//! What is done to an auth server's store when it was put back from a backup: everything that was given out ends.
//!
//! A backup remembers grants that have ended since, and generations of refresh tokens that are long spent. So every grant
//! ends, and the keys of access tokens, of refresh tokens and of seals go: the next start makes new ones, and nothing that
//! was signed or sealed before, whenever that was, is good for anything. Clients, consents, floors and the keys of ID
//! tokens stay: people sign in again, and apps are not asked for again what they have.

use httpkit::settings::Settings;
use store::{Position, Query, Store, Time};

use crate::grants::Grant;
use crate::keys::{KeyDocument, KeyUse};
use crate::lifetimes::Lifetimes;
use crate::schemas::schemas;

const PAGE: usize = 200;

/// Ends all sessions and all grants of apps that are in `store`, which no server may be using. Returns how many were alive.
///
/// # Errors
/// The store's. What has ended by then stays ended; doing it again does the rest.
pub async fn end_all_grants(store: &Store, settings: &Settings, now: Time) -> store::Result<u64> {
    store.ensure(schemas()).await?;
    forget_keys(store).await?;
    let lifetimes = Lifetimes::new(settings);
    let (mut ended, mut after) = (0, None::<Position>);
    loop {
        let page = store.collection::<Grant>().scan(Query::by_key().after(after).limit(PAGE)).await?;
        let mut batch = store.batch();
        for grant in &page.items {
            ended += u64::from(grant.is_live(now));
            if let Ok(document) = grant.ended(now, &lifetimes) {
                batch.replace(grant, &document);
            }
        }
        batch.commit().await?;
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(ended),
        }
    }
}

async fn forget_keys(store: &Store) -> store::Result<()> {
    let gone = [KeyUse::Access, KeyUse::Refresh, KeyUse::Seal].map(|key_use| format!("{}:", key_use.name()));
    let keys = store.collection::<KeyDocument>().scan(Query::by_key().limit(store::MAX_PAGE)).await?;
    let mut batch = store.batch();
    for key in keys.items.iter().filter(|key| gone.iter().any(|beginning| key.id.starts_with(beginning))) {
        batch.delete::<KeyDocument>(&key.id);
    }
    batch.commit().await
}
