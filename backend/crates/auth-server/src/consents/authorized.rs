//! "Apps with access": what a user let in.

use std::collections::HashMap;

use httpkit::auth_wire::{AuthorizedApp, Listed};
use httpkit::{ClientId, UserId};
use store::{Query, Time, Value};

use super::document::BY_SUBJECT;
use crate::core::Core;
use crate::error::Result;
use crate::grants::{self, GrantKind};

/// As many as anybody reads.
const MOST: usize = 500;

/// The apps that `sub` let in, the newest first. What was declined altogether, withdrawn or deleted is not among them.
///
/// # Errors
/// The store's.
pub(crate) async fn authorized_apps(core: &Core, sub: UserId) -> Result<Listed<AuthorizedApp>> {
    let consents = core.consents.scan(Query::index(BY_SUBJECT).equal([sub]).limit(MOST)).await?;
    let mut consents = consents.into_documents();
    consents.retain(|consent| !consent.held().is_empty());
    consents.sort_by_key(|consent| std::cmp::Reverse(consent.granted_at));
    let keys: Vec<String> = consents.iter().map(|consent| consent.client.clone().into()).collect();
    let clients = core.clients.get_many(&keys).await?;
    let last_used = last_uses(core, sub).await?;
    let apps = consents.into_iter().zip(clients).filter_map(|(consent, client)| {
        let client = client?.into_document();
        Some(AuthorizedApp {
            last_used: last_used.get(&consent.client).copied(),
            client_id: consent.client.clone(),
            client_name: client.name,
            client_uri: client.uri,
            logo_media: client.pages.logo_media,
            owner: client.owner,
            scopes: consent.held(),
            granted_at: consent.granted_at,
        })
    });
    Ok(Listed { items: apps.collect() })
}

/// When each app last got a token from one of the user's grants.
async fn last_uses(core: &Core, sub: UserId) -> Result<HashMap<ClientId, Time>> {
    let grants = Query::index(grants::BY_SUBJECT).equal([Value::from(sub), GrantKind::App.into()]);
    let mut last_used = HashMap::new();
    for grant in core.grants.scan(grants.descending().limit(MOST)).await?.into_documents() {
        let latest = last_used.entry(grant.client).or_insert(grant.rotated_at);
        *latest = grant.rotated_at.max(*latest);
    }
    Ok(last_used)
}
