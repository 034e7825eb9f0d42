//! Making, changing and removing webhooks, whosever they are.

use httpkit::limits::Limit;
use httpkit::{Error, Result, UserId};
use serde::Serialize;
use store::{Change, Query, Stored, Value};
use utoipa::ToSchema;

use super::body::{Changes, Wish};
use super::documents::{BY_OWNER, BY_WEBHOOK, Delivery, FormerSecret, HookState, Owner, Slot, Webhook, WebhookId};
use super::secret::Secret;
use super::view::{RenewedSecret, WebhookView, WebhookWithSecret};
use crate::app::App;

/// Somebody's webhooks. The list is short, and always whole.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookList {
    /// Oldest first.
    pub items: Vec<WebhookView>,
    /// Always null: there is one page.
    pub next_cursor: Option<String>,
}

/// Counts a change or a sending by `person`.
///
/// # Errors
/// 429.
pub(super) async fn limit(app: &App, person: UserId) -> Result<()> {
    app.limits().subject(Limit::Webhook, &person.to_string()).await
}

/// The webhooks of `owner`.
///
/// # Errors
/// The store's.
pub(super) async fn list(app: &App, owner: &Owner) -> Result<WebhookList> {
    let mut items = Vec::new();
    for hook in of(app, owner).await? {
        items.push(view(app, hook.into_document()).await?);
    }
    Ok(WebhookList { items, next_cursor: None })
}

/// A new webhook of `owner`; `developer` is whose app it is.
///
/// # Errors
/// 409 `too_many_webhooks`.
pub(super) async fn create(
    app: &App,
    owner: Owner,
    developer: Option<UserId>,
    wish: Wish,
) -> Result<WebhookWithSecret> {
    let secret = Secret::draw(app.random());
    let mut hook = Webhook {
        id: WebhookId::generate(app.now(), owner.shard(app.random()), app.random()),
        owner,
        slot: 0,
        developer,
        url: wish.url,
        events: wish.events,
        secret: app.webhooks().sealer.seal(&secret, app.random()),
        former: None,
        state: HookState::Active,
        note: None,
        failures: 0,
        failing_since: None,
        resting_until: None,
    };
    // Of many at once, each takes a place of its own, or finds none.
    loop {
        hook.slot = free_slot(app, &hook.owner).await?;
        let slot = Slot { name: hook.slot_name(), webhook: hook.id };
        match app.store().batch().insert(&slot).insert(&hook).commit().await {
            Ok(()) => return Ok(WebhookView::new(hook, None).with(&secret)),
            Err(error) if error.is_duplicate_key() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The first place of `owner` that nobody has.
async fn free_slot(app: &App, owner: &Owner) -> Result<i32> {
    let most = app.settings().webhooks.most;
    let numbers = 0..i32::try_from(most).unwrap_or(i32::MAX);
    let names: Vec<String> = numbers.clone().map(|number| Slot::name(owner, number)).collect();
    let taken = app.store().collection::<Slot>().get_many(&names).await?;
    let free = numbers.zip(taken).find_map(|(number, taken)| taken.is_none().then_some(number));
    free.ok_or_else(|| {
        Error::conflict("too_many_webhooks", format!("There are {most} webhooks already, which is the most"))
            .issue("Remove one that is not needed any more")
    })
}

/// Changes one.
///
/// # Errors
/// 404 `webhook_not_found`.
pub(super) async fn change(app: &App, owner: &Owner, id: &str, changes: Changes) -> Result<WebhookView> {
    let id = find(app, owner, id).await?.id;
    let hooks = app.store().collection::<Webhook>();
    let changed = hooks.modify(&id, |known| {
        // Another address, or being taken up again, is a new start.
        if changes.url.as_ref().is_some_and(|url| *url != known.url) || changes.state == Some(HookState::Active) {
            *known = known.clone().healthy();
        }
        known.url = changes.url.clone().unwrap_or_else(|| known.url.clone());
        known.events = changes.events.clone().unwrap_or_else(|| known.events.clone());
        known.state = changes.state.unwrap_or(known.state);
        Ok::<_, store::Error>(Change::Write)
    });
    view(app, changed.await?.ok_or_else(not_found)?).await
}

/// Removes one. What is on its way to it is given up.
///
/// # Errors
/// 404 `webhook_not_found`.
pub(super) async fn remove(app: &App, owner: &Owner, id: &str) -> Result<()> {
    let hook = find(app, owner, id).await?;
    app.store().batch().delete::<Webhook>(&hook.id).delete::<Slot>(&hook.slot_name()).commit().await?;
    Ok(())
}

/// Another secret. The one before signs along for a while; an even older one no more.
///
/// # Errors
/// 404 `webhook_not_found`.
pub(super) async fn renew_secret(app: &App, owner: &Owner, id: &str) -> Result<RenewedSecret> {
    let id = find(app, owner, id).await?.id;
    let secret = Secret::draw(app.random());
    let sealed = app.webhooks().sealer.seal(&secret, app.random());
    let until = app.now() + app.settings().webhooks.secret_overlap;
    let hooks = app.store().collection::<Webhook>();
    let renewed = hooks.modify(&id, |known| {
        let former = std::mem::replace(&mut known.secret, sealed.clone());
        known.former = Some(FormerSecret { secret: former, until });
        Ok::<_, store::Error>(Change::Write)
    });
    renewed.await?.ok_or_else(not_found)?;
    Ok(RenewedSecret { secret: secret.text(), previous_valid_until: until.to_rfc3339() })
}

/// The webhook `id`, if it is the owner's.
///
/// # Errors
/// 404 `webhook_not_found`.
pub(super) async fn find(app: &App, owner: &Owner, id: &str) -> Result<Stored<Webhook>> {
    let id: WebhookId = id.parse().map_err(|_| not_found())?;
    let hook = app.store().collection::<Webhook>().get(&id).await?;
    hook.filter(|hook| hook.owner == *owner).ok_or_else(not_found)
}

/// All of an owner's, oldest first.
async fn of(app: &App, owner: &Owner) -> Result<Vec<Stored<Webhook>>> {
    let of_owner = Query::index(BY_OWNER).equal([Value::from(owner)]).limit(store::MAX_PAGE);
    Ok(app.store().collection::<Webhook>().scan(of_owner).await?.items)
}

async fn view(app: &App, hook: Webhook) -> Result<WebhookView> {
    let newest = Query::index(BY_WEBHOOK).equal([Value::from(hook.id)]).descending().limit(1);
    let newest = app.store().collection::<Delivery>().scan(newest).await?.into_documents().pop();
    Ok(WebhookView::new(hook, newest))
}

fn not_found() -> Error {
    Error::not_found("webhook_not_found", "Webhook not found")
}
