//! Leaving: the profile goes at once, the name stays reserved for a while, so that nobody is taken for who has just left.

use std::time::Duration;

use httpkit::{Result, UserId};
use store::Batch;

use super::documents::{Handle, Profile, ProfileStats};
use crate::app::App;

/// How long nobody else gets the name.
const RESERVED: Duration = Duration::from_secs(90 * 24 * 3600);

/// Adds to the batch that deletes the account of `user` that their profile is gone and their name reserved. [`left`] is to be
/// called after the commit.
///
/// # Errors
/// The store's.
pub(crate) async fn leave(app: &App, batch: &mut Batch, user: UserId) -> Result<()> {
    let Some(profile) = app.store().collection::<Profile>().get(&user).await? else { return Ok(()) };
    batch.delete_at(&profile);
    if let Some(handle) = app.store().collection::<Handle>().get(&profile.username).await? {
        let reserved = Handle { reserved_until: Some(app.now() + RESERVED), ..handle.document.clone() };
        batch.replace(&handle, &reserved);
    }
    Ok(())
}

/// Forgets what is remembered of who has left.
pub(crate) fn left(app: &App, user: UserId, name: &str) {
    app.caches().profiles.forget(&user);
    if let Ok(name) = super::Username::parse(name) {
        app.caches().handles.forget(&name);
    }
}

/// Deletes the numbers of who has left, when everything else of theirs is gone.
///
/// # Errors
/// The store's.
pub(crate) async fn forget_numbers(app: &App, user: UserId) -> Result<()> {
    app.store().collection::<ProfileStats>().delete(&user).await?;
    super::counted(app, user);
    Ok(())
}
