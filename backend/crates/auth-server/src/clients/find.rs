//! Finding an app by its id, wherever what it is is written: in our store, or at the URL that its id is. And what becomes
//! of an app that nobody had let in before, when somebody does.

use std::time::Duration;

use httpkit::ClientId;
use store::Change;

use super::{Client, documents};
use crate::core::Core;
use crate::error::Result;

/// How long an app that registered itself waits for the first who lets it in.
pub(crate) const FORGOTTEN_AFTER: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The app with this id. A document that cannot be fetched, or is none, is no app.
///
/// # Errors
/// The store's.
pub(crate) async fn find(core: &Core, id: &ClientId) -> Result<Option<Client>> {
    if id.is_document() {
        return documents::find(core, id).await;
    }
    let client = core.clients.get(&id.clone().into()).await?;
    Ok(client.map(store::Stored::into_document))
}

/// Somebody let `client` in: from now on it stays. Called before its first grant is written, so that none ever stands
/// without its app.
///
/// # Errors
/// The store's.
pub(crate) async fn keep(core: &Core, client: &Client) -> Result<()> {
    if client.expires_at.is_none() {
        return Ok(());
    }
    let lasting = Client { expires_at: None, ..client.clone() };
    if client.id.is_document() {
        match core.clients.insert(&lasting).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_duplicate_key() => {}
            Err(error) => return Err(error.into()),
        }
    }
    let key = client.id.clone().into();
    let kept = core.clients.modify(&key, |stored| {
        if stored.expires_at.take().is_none() {
            return Ok::<_, store::Error>(Change::Keep);
        }
        Ok(Change::Write)
    });
    kept.await?;
    Ok(())
}
