//! Somebody's account is deleted: all that they held and all that they allowed ends, and their own apps go.
//!
//! Their floors stay as high as they can be, under an id that nobody will ever have again, so that no racer brings anything
//! back. Telling it twice changes nothing the second time.

use httpkit::UserId;
use httpkit::auth_wire::CredentialChanged;
use store::Query;

use crate::consents::{BY_SUBJECT, Consent};
use crate::core::Core;
use crate::error::Result;
use crate::{clients, sessions};

/// How many consents go at once.
const PAGE: usize = 200;

/// Ends everything of `sub`.
///
/// # Errors
/// The store's.
pub(crate) async fn leave(core: &Core, sub: UserId) -> Result<()> {
    let never_again = CredentialChanged { version: i64::MAX, keep: None, apps: true, auth_time: None };
    sessions::credential_changed(core, sub, never_again).await?;
    for own in clients::list(core, sub).await?.items {
        clients::remove(core, &own.client_id).await?;
    }
    loop {
        let page = core.consents.scan(Query::index(BY_SUBJECT).equal([sub]).limit(PAGE)).await?;
        let mut batch = core.store.batch();
        for consent in &page.items {
            batch.delete::<Consent>(&(sub, consent.client.as_str().to_owned()));
        }
        batch.commit().await?;
        if page.next.is_none() {
            return Ok(());
        }
    }
}
