//! How a developer keeps apps: register, list, change, new secret, delete. Every call names the developer, and somebody
//! else's app does not exist for it.

use std::time::Duration;

use httpkit::auth_wire::{
    ClientChange, ClientType, ClientView, ClientWithSecret, EndedKind, Listed, NewClient, OwnClient,
};
use httpkit::{ClientId, Kind, UserId};
use store::{Change, Query, Stored, Time};

use super::{AuthMethod, BY_OWNER, Client, RedirectUri, rules};
use crate::background::Chore;
use crate::core::Core;
use crate::error::{Error, Result};

/// More than a developer needs, few enough that a list of them needs no pages.
const MOST_APPS: usize = 100;
/// How long an old secret still opens beside a new one.
const ROTATION: Duration = Duration::from_secs(24 * 60 * 60);

/// Registers an app.
///
/// # Errors
/// 422 naming the field, or `too_many_apps`.
pub(crate) async fn register(core: &Core, new: NewClient) -> Result<ClientWithSecret> {
    let grant_types = rules::grant_types(&new.grant_types, new.client_type)?;
    let redirect_uris = rules::redirect_uris(&new.redirect_uris, &grant_types, new.client_type)?;
    let (name, scopes) = (rules::name(&new.client_name)?, rules::scopes(new.scope)?);
    let uri = rules::page(new.client_uri.as_deref().unwrap_or_default())?;
    if of_owner(core, new.owner).await?.len() >= MOST_APPS {
        return Err(Error::refused(Kind::Conflict, "too_many_apps", "You have as many apps as one person can have"));
    }
    let now = core.now();
    let drawn = (new.client_type == ClientType::Confidential).then(|| core.secret_hasher.draw(&*core.random));
    let (client_secret, kept) = drawn.unzip();
    let auth_method = match new.client_type {
        ClientType::Public => AuthMethod::None,
        ClientType::Confidential => AuthMethod::ClientSecretBasic,
    };
    let client = Client {
        grant_types,
        redirect_uris,
        scopes,
        uri,
        owner: Some(new.owner),
        secrets: kept.into_iter().collect(),
        ..Client::new(ClientId::generate(now, &*core.random), name, auth_method, now)
    };
    core.clients.insert(&client).await?;
    Ok(ClientWithSecret { client: client.view(None, now), client_secret })
}

/// A developer's apps, the newest first.
///
/// # Errors
/// The store's.
pub(crate) async fn list(core: &Core, owner: UserId) -> Result<Listed<ClientView>> {
    let now = core.now();
    let clients = of_owner(core, owner).await?;
    Ok(Listed { items: clients.iter().map(|client| client.view(core.last_used.of(client), now)).collect() })
}

/// One app of `owner`.
///
/// # Errors
/// `client_not_found`.
pub(crate) async fn get_own(core: &Core, id: &ClientId, owner: UserId) -> Result<ClientView> {
    let client = find(core, id, owner).await?;
    Ok(client.view(core.last_used.of(&client), core.now()))
}

/// Changes an app. What it was given before stays; a token never holds more than the app may ask for now.
///
/// # Errors
/// `client_not_found`, or 422 naming the field.
pub(crate) async fn update(core: &Core, id: &ClientId, owner: UserId, change: ClientChange) -> Result<ClientView> {
    let name = change.client_name.as_deref().map(rules::name).transpose()?;
    let scopes = change.scope.map(|scopes| rules::scopes(Some(scopes))).transpose()?;
    let uri = change.client_uri.as_deref().map(rules::page).transpose()?;
    let key = id.clone().into();
    let changed = core.clients.modify(&key, |client| {
        if client.owner != Some(owner) {
            return Err(not_found());
        }
        if let Some(texts) = &change.redirect_uris {
            client.redirect_uris = rules::redirect_uris(texts, &client.grant_types, client.client_type())?;
        }
        client.name = name.clone().unwrap_or_else(|| client.name.clone());
        client.scopes = scopes.unwrap_or(client.scopes);
        client.uri = uri.clone().unwrap_or_else(|| client.uri.clone());
        Ok(Change::Write)
    });
    let client = changed.await?.ok_or_else(not_found)?;
    Ok(client.view(core.last_used.of(&client), core.now()))
}

/// A new secret; the one before opens for another day, older ones no more.
///
/// # Errors
/// `client_not_found`; `client_is_public` where there can be no secret.
pub(crate) async fn rotate_secret(core: &Core, id: &ClientId, owner: UserId) -> Result<ClientWithSecret> {
    let now = core.now();
    let (secret, kept) = core.secret_hasher.draw(&*core.random);
    let key = id.clone().into();
    let changed = core.clients.modify(&key, |client| {
        if client.owner != Some(owner) {
            return Err(not_found());
        }
        if client.is_public() {
            return Err(Error::refused(Kind::Conflict, "client_is_public", "A public app has no secret"));
        }
        let old = client.secrets.first().filter(|secret| secret.is_good(now)).cloned();
        let old = old.map(|secret| super::Secret { until: Some(now + ROTATION), ..secret });
        client.secrets = std::iter::once(kept.clone()).chain(old).collect();
        Ok(Change::Write)
    });
    let client = changed.await?.ok_or_else(not_found)?;
    let view = client.view(core.last_used.of(&client), now);
    Ok(ClientWithSecret { client: view, client_secret: Some(secret) })
}

/// Deletes an app; all that it was given ends. What people allowed it is cleared away by a chore.
///
/// # Errors
/// `client_not_found`.
pub(crate) async fn delete(core: &Core, id: &ClientId, owner: UserId) -> Result<()> {
    find(core, id, owner).await?;
    let mut batch = core.store.batch();
    batch.delete::<Client>(&id.clone().into());
    let what = EndedKind::Client { client_id: id.clone(), grants_from: i64::MAX };
    core.record_ended(&mut batch, what, core.now());
    batch.commit().await?;
    core.news.announce();
    core.chores.add(Chore::ClientDeleted(id.clone()));
    Ok(())
}

/// Registers a public app of the house's own, or brings it up to date. Told at every start of the resource server.
///
/// # Errors
/// `client_taken` where a developer's app has that id.
pub(crate) async fn keep_own(core: &Core, id: &ClientId, own: OwnClient) -> Result<()> {
    if id.as_str() == ClientId::WEB {
        return Err(taken());
    }
    let wanted = |created_at: Time| -> Result<Client> {
        Ok(Client {
            redirect_uris: own.redirect_uris.iter().map(|uri| own_redirect_uri(core, uri)).collect::<Result<_>>()?,
            scopes: rules::scopes(None)?,
            ..Client::new(id.clone(), rules::name(&own.client_name)?, AuthMethod::None, created_at)
        })
    };
    let fresh = wanted(core.now())?;
    match core.clients.insert(&fresh).await {
        Ok(()) => return Ok(()),
        Err(error) if error.is_duplicate_key() => {}
        Err(error) => return Err(error.into()),
    }
    let key = id.clone().into();
    let kept = core.clients.modify(&key, |client| {
        if client.owner.is_some() {
            return Err(taken());
        }
        let mut wanted = wanted(client.created_at)?;
        (wanted.grants_from, wanted.last_used) = (client.grants_from, client.last_used);
        if *client == wanted {
            return Ok(Change::Keep);
        }
        *client = wanted;
        Ok(Change::Write)
    });
    kept.await.map(drop)
}

/// An address under our own origin is good as it is, even where that is plain http in somebody's own network.
fn own_redirect_uri(core: &Core, uri: &str) -> Result<RedirectUri> {
    let parsed = match uri.strip_prefix(&core.issuer) {
        Some(path) if path.starts_with('/') => RedirectUri::of_our_own(uri),
        _ => RedirectUri::parse(uri),
    };
    parsed.map_err(|words| Error::invalid_field("redirect_uris", "redirect_uri_invalid", words))
}

async fn of_owner(core: &Core, owner: UserId) -> Result<Vec<Stored<Client>>> {
    let query = Query::index(BY_OWNER).equal([owner]).limit(MOST_APPS * 2);
    let mut clients = core.clients.scan(query).await?.items;
    clients.sort_by_key(|client| std::cmp::Reverse(client.created_at));
    Ok(clients)
}

async fn find(core: &Core, id: &ClientId, owner: UserId) -> Result<Stored<Client>> {
    let client = core.clients.get(&id.clone().into()).await?;
    client.filter(|client| client.owner == Some(owner)).ok_or_else(not_found)
}

fn not_found() -> Error {
    Error::not_found("client_not_found", "App not found")
}

fn taken() -> Error {
    Error::refused(Kind::Conflict, "client_taken", "Another app has this id")
}
