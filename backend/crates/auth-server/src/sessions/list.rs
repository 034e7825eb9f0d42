//! Where somebody is signed in.

use httpkit::UserId;
use httpkit::auth_wire::{Listed, SessionView};
use store::{Position, Query, Value};

use super::is_alive;
use crate::core::Core;
use crate::error::Result;
use crate::grants::{BY_SUBJECT, Grant, GrantKind};
use crate::subjects;

const PAGE: usize = 200;
/// Nobody reads more; who has more ends the oldest by ending all others.
const MOST: usize = 100;

/// The sessions of `sub` that live, the newest first.
///
/// # Errors
/// The store's.
pub(crate) async fn list(core: &Core, sub: UserId) -> Result<Listed<SessionView>> {
    let view = |session: Grant| SessionView {
        session_id: session.id,
        created_at: session.id.time(),
        last_used: session.rotated_at,
        auth_time: session.auth_time,
    };
    Ok(Listed { items: live_sessions(core, sub).await?.into_iter().take(MOST).map(view).collect() })
}

/// All of them.
pub(super) async fn live_sessions(core: &Core, sub: UserId) -> Result<Vec<Grant>> {
    let floors = subjects::floors(core, sub).await?;
    let now = core.now();
    let (mut sessions, mut after) = (Vec::new(), None::<Position>);
    loop {
        let query = Query::index(BY_SUBJECT).equal([Value::from(sub), GrantKind::Session.into()]);
        let page = core.grants.scan(query.descending().after(after).limit(PAGE)).await?;
        after = page.next.clone();
        sessions.extend(page.into_documents().into_iter().filter(|session| is_alive(session, floors, now)));
        if after.is_none() {
            return Ok(sessions);
        }
    }
}
