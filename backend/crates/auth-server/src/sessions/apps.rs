//! Which apps were let in through a session, be it over or not: those to whom its end matters.

use httpkit::auth_wire::Listed;
use httpkit::{ClientId, GrantId, UserId};
use store::{Position, Query, Value};

use crate::core::Core;
use crate::error::Result;
use crate::grants::{BY_SUBJECT, GrantKind};

const PAGE: usize = 200;

/// The apps to which `sub` gave something in `session`, each once.
///
/// # Errors
/// The store's.
pub(crate) async fn apps(core: &Core, sub: UserId, session: GrantId) -> Result<Listed<ClientId>> {
    let (mut apps, mut after) = (Vec::new(), None::<Position>);
    loop {
        let query = Query::index(BY_SUBJECT).equal([Value::from(sub), GrantKind::App.into()]);
        let page = core.grants.scan(query.after(after).limit(PAGE)).await?;
        after = page.next.clone();
        let of_session = page.into_documents().into_iter().filter(|grant| grant.session == Some(session));
        apps.extend(of_session.map(|grant| grant.client));
        if after.is_none() {
            apps.sort();
            apps.dedup();
            return Ok(Listed { items: apps });
        }
    }
}
