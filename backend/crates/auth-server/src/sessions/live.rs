//! Whether a session lives: not ended, used in time, and not below its owner's floor.

use httpkit::{GrantId, UserId};
use store::{Stored, Time};

use crate::core::Core;
use crate::error::Result;
use crate::grants::{Grant, GrantKind};
use crate::subjects::{self, Floors};

/// Whether `session` lives at `now`, its owner's floors being these.
pub(crate) fn is_alive(session: &Grant, floors: Floors, now: Time) -> bool {
    session.kind == GrantKind::Session && session.is_live(now) && session.version >= floors.sessions_from
}

/// The session `id` of `sub`, if it lives.
///
/// The floors are read first: a session that stays through a password change moves up together with the floor, so that
/// the old floor with the new session lets it live, and the new floor with the old session would wrongly not.
///
/// # Errors
/// The store's.
pub(crate) async fn find_live(core: &Core, id: GrantId, sub: UserId) -> Result<Option<Stored<Grant>>> {
    let floors = subjects::floors(core, sub).await?;
    let session = core.grants.get(&id).await?;
    let now = core.now();
    Ok(session.filter(|session| session.sub == sub && is_alive(session, floors, now)))
}
