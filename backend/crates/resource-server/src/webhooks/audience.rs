//! Who may hear of one event: the operator of everything, an app of people who let it in and of nobody else.

use std::collections::HashSet;

use httpkit::jobs::JobError;
use httpkit::{ClientId, GrantId, UserId};
use store::{MAX_PAGE, Query, Stored, Value};

use super::documents::{BY_OWNER, Owner, Webhook};
use super::kind::Kind;
use crate::app::App;
use crate::events::AuthEvent;

/// The active webhooks that are subscribed to `kind` and may hear `event`.
///
/// # Errors
/// The store's and the auth server's.
pub(super) async fn of(app: &App, kind: Kind, event: &AuthEvent) -> Result<Vec<Stored<Webhook>>, JobError> {
    let hooks = app.store().collection::<Webhook>();
    // Most houses have no webhook at all, and then nobody need be asked about anything.
    if hooks.scan(Query::by_key().limit(1)).await?.items.is_empty() {
        return Ok(Vec::new());
    }
    let apps = apps(app, event).await?.into_iter().map(Owner::App);
    let owners: Vec<[Value; 1]> = apps.chain([Owner::Operator]).map(|owner| [Value::from(&owner)]).collect();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = hooks.scan(Query::index(BY_OWNER).any_of(owners.clone()).after(after).limit(MAX_PAGE)).await?;
        after = page.next.clone();
        found.extend(page.items.into_iter().filter(|hook| hears(hook, kind)));
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// Subscribed, and to something that its like may hear.
fn hears(hook: &Webhook, kind: Kind) -> bool {
    hook.is_active() && hook.events.contains(&kind) && kind.audience().contains(&hook.owner.audience())
}

/// The apps whom `event` concerns.
async fn apps(app: &App, event: &AuthEvent) -> Result<Vec<ClientId>, JobError> {
    Ok(match event {
        AuthEvent::SessionStarted { .. }
        | AuthEvent::FailedBurst { .. }
        | AuthEvent::DeviceNew { .. }
        | AuthEvent::AccountDeleted { .. } => Vec::new(),
        AuthEvent::SessionEnded { user, session } => let_in_through(app, *user, *session).await?,
        AuthEvent::PasswordReset { user } | AuthEvent::AccountSuspended { user } => let_in(app, *user).await?.collect(),
        // Of one app and of nobody else.
        AuthEvent::ConsentGranted { client, .. }
        | AuthEvent::ConsentWithdrawn { client, .. }
        | AuthEvent::TokenReused { client, .. } => vec![client.clone()],
    })
}

async fn let_in(app: &App, user: UserId) -> Result<impl Iterator<Item = ClientId>, JobError> {
    Ok(app.auth().authorized_apps(user).await?.into_iter().map(|app| app.client_id))
}

/// An app that was let in through this session, and is still let in at all.
async fn let_in_through(app: &App, user: UserId, session: GrantId) -> Result<Vec<ClientId>, JobError> {
    let of_session: HashSet<ClientId> = app.auth().apps_of_session(user, session).await?.into_iter().collect();
    if of_session.is_empty() {
        return Ok(Vec::new());
    }
    Ok(let_in(app, user).await?.filter(|client| of_session.contains(client)).collect())
}
