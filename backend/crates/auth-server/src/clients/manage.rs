//! How a developer keeps apps: register, list, change, new secret, delete. Every call names the developer, and somebody
//! else's app does not exist for it.

use std::time::Duration;

use httpkit::auth_wire::{
    ClientChange, ClientType, ClientView, ClientWithSecret, EndedKind, Listed, NewClient, OwnClient,
};
use httpkit::{ClientId, Kind, UserId};
use store::{Change, Query, Stored, Time};

use super::{AuthMethod, BY_OWNER, Client, RedirectUri, options, rules};
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result, lost_race};
use crate::tidy;

/// More than a developer needs, few enough that a list of them needs no pages.
const MOST_APPS: usize = 100;
/// How long an old secret still opens beside a new one.
const ROTATION: Duration = Duration::from_secs(24 * 60 * 60);

/// Registers an app.
///
/// # Errors
/// 422 naming the field, or `too_many_apps`.
pub(crate) async fn register(core: &Core, new: NewClient) -> Result<ClientWithSecret> {
    let now = core.now();
    let auth_method = match new.client_type {
        ClientType::Public => AuthMethod::None,
        ClientType::Confidential => AuthMethod::ClientSecretBasic,
    };
    let id = ClientId::generate(now, &*core.random);
    let mut client = Client::new(id, rules::name(&new.client_name)?, auth_method, now);
    options::apply(&mut client, &new.options, core.policy())?;
    if client.client_type() != new.client_type {
        let words = "A public app has the method none, a confidential one another";
        return Err(Error::invalid_field("token_endpoint_auth_method", "auth_method_invalid", words));
    }
    client.grant_types = rules::grant_types(&new.grant_types, new.client_type)?;
    client.redirect_uris = rules::redirect_uris(&new.redirect_uris, &client.grant_types, core.policy())?;
    client.scopes = rules::scopes(new.scope)?;
    client.uri = rules::page(new.client_uri.as_deref().unwrap_or_default(), "client_uri", "client_uri_invalid")?;
    client.owner = Some(new.owner);
    options::check(&client)?;
    if of_owner(core, new.owner).await?.len() >= MOST_APPS {
        return Err(Error::refused(Kind::Conflict, "too_many_apps", "You have as many apps as one person can have"));
    }
    let drawn = client.auth_method.has_secret().then(|| core.secret_hasher.draw(&*core.random));
    let (client_secret, kept) = drawn.unzip();
    client.secrets = kept.into_iter().collect();
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
    let page = |text: &str| rules::page(text, "client_uri", "client_uri_invalid");
    let uri = change.client_uri.as_deref().map(page).transpose()?;
    let key = id.clone().into();
    let changed = core.clients.modify(&key, |client| {
        if client.owner != Some(owner) {
            return Err(not_found());
        }
        if let Some(names) = &change.grant_types {
            client.grant_types = rules::grant_types(names, client.client_type())?;
        }
        // Judged anew also where they stay: other ways of getting tokens may need one.
        let stays = || client.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect();
        let redirect_uris = change.redirect_uris.clone().unwrap_or_else(stays);
        client.redirect_uris = rules::redirect_uris(&redirect_uris, &client.grant_types, core.policy())?;
        client.name = name.clone().unwrap_or_else(|| client.name.clone());
        client.scopes = scopes.unwrap_or(client.scopes);
        client.uri = uri.clone().unwrap_or_else(|| client.uri.clone());
        let client_type = client.client_type();
        if change.no_default_max_age {
            client.default_max_age = None;
        }
        options::apply(client, &change.options, core.policy())?;
        if client.client_type() != client_type {
            let words = "Whether an app is public is for its whole life. Register another one";
            return Err(Error::invalid_field("token_endpoint_auth_method", "auth_method_invalid", words));
        }
        if !client.auth_method.has_secret() {
            client.secrets.clear();
        }
        options::check(client)?;
        Ok(Change::Write)
    });
    let client = changed.await?.ok_or_else(not_found)?;
    Ok(client.view(core.last_used.of(&client), core.now()))
}

/// A new secret; the one before opens for another day, older ones no more.
///
/// # Errors
/// `client_not_found`; `client_is_public` and `client_has_no_secret` where there can be none.
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
        if !client.auth_method.has_secret() {
            let words = "This app proves itself with a key and has no secret";
            return Err(Error::refused(Kind::Conflict, "client_has_no_secret", words));
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

/// Deletes an app of `owner`, see [`remove`].
///
/// # Errors
/// `client_not_found`.
pub(crate) async fn delete(core: &Core, id: &ClientId, owner: UserId) -> Result<()> {
    find(core, id, owner).await?;
    remove(core, id).await
}

/// Deletes an app; all that it was given ends. What people allowed it is cleared away by a job.
///
/// # Errors
/// The store's.
pub(crate) async fn remove(core: &Core, id: &ClientId) -> Result<()> {
    let mut batch = core.store.batch();
    batch.delete::<Client>(&id.clone().into());
    let what = EndedKind::Client { client_id: id.clone(), grants_from: i64::MAX };
    core.record_ended(&mut batch, what, core.now());
    tidy::client_later(core, &mut batch, id.clone());
    batch.commit().await?;
    core.news.announce();
    core.jobs.wake();
    Ok(())
}

/// Ends everything that `id` was given, by raising the floor of its grants. What people allowed stays remembered.
///
/// # Errors
/// `client_not_found`.
pub(crate) async fn revoke_all(core: &Core, id: &ClientId, owner: UserId) -> Result<()> {
    for _ in 0..ATTEMPTS {
        let client = find(core, id, owner).await?;
        let grants_from = client.grants_from + 1;
        let mut batch = core.store.batch();
        batch.replace(&client, &Client { grants_from, ..client.document.clone() });
        core.record_ended(&mut batch, EndedKind::Client { client_id: id.clone(), grants_from }, core.now());
        match batch.commit().await {
            Ok(()) => {
                core.news.announce();
                return Ok(());
            }
            Err(error) if lost_race(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::too_contended())
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
        _ => RedirectUri::parse(uri, &core.app_schemes),
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
