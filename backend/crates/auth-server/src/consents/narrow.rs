//! A person may give less than before: their role was taken away, and with it what only that role can give.

use httpkit::auth_wire::EndedKind;
use httpkit::{ScopeSet, UserId};
use store::{Query, Stored};

use super::Consent;
use super::document::BY_SUBJECT;
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result};
use crate::tidy;

/// How many consents are looked at in one read.
const AT_ONCE: usize = 200;

/// Takes out of everything that `sub` allowed any app what lies beyond `ceiling`. An app that held some of it loses its
/// grants and comes back with the rest, without being asked for what stays allowed. Telling it twice changes nothing.
///
/// # Errors
/// The store's.
pub(crate) async fn narrow(core: &Core, sub: UserId, ceiling: ScopeSet) -> Result<()> {
    let mut after = None;
    loop {
        let query = Query::index(BY_SUBJECT).equal([sub]).after(after).limit(AT_ONCE);
        let page = core.consents.scan(query).await?;
        after = page.next.clone();
        for consent in page.items {
            narrow_one(core, consent, ceiling).await?;
        }
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn narrow_one(core: &Core, mut stored: Stored<Consent>, ceiling: ScopeSet) -> Result<()> {
    for _ in 0..ATTEMPTS {
        let narrowed = stored.narrowed(ceiling);
        if narrowed == stored.document {
            return Ok(());
        }
        let (sub, client_id) = (stored.sub, stored.client.clone());
        let mut batch = core.store.batch();
        batch.replace(&stored, &narrowed);
        let what = EndedKind::Consent { sub, client_id: client_id.clone(), revision: narrowed.revision };
        core.record_ended(&mut batch, what, core.now());
        tidy::subject_later(core, &mut batch, sub);
        if core.commit_news(batch).await? {
            return Ok(());
        }
        let Some(again) = core.consents.get(&(sub, client_id.as_str().to_owned())).await? else { return Ok(()) };
        stored = again;
    }
    Err(Error::too_contended())
}
