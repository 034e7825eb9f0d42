//! The log of deliveries: looking at it, sending one again, sending a test.

use httpkit::extract::PageQuery;
use httpkit::{Error, Result};
use store::{Id, Query, Value};

use super::deliver;
use super::documents::{BY_WEBHOOK, Delivery, DeliveryId, DeliveryState, Owner, Webhook};
use super::kind::Kind;
use super::manage::find;
use super::payload;
use super::view::DeliveryView;
use crate::app::App;
use crate::paging::{Listing, Paging};

/// The deliveries of a webhook, newest first.
///
/// # Errors
/// 404 `webhook_not_found`; 422 and 400 as every list.
pub(super) async fn list(app: &App, owner: &Owner, id: &str, query: &PageQuery) -> Result<Listing<DeliveryView>> {
    let hook = find(app, owner, id).await?;
    let paging = Paging::read(app, format!("deliveries of {}", hook.id), query)?;
    let newest = Query::index(BY_WEBHOOK).equal([Value::from(hook.id)]).descending();
    let page = app.store().collection::<Delivery>();
    let page = page.scan(newest.after(paging.after.clone()).limit(paging.limit)).await?;
    let next = page.next.clone();
    let items = page.into_documents().into_iter().map(DeliveryView::new).collect();
    Ok(paging.listing(app, items, next.as_ref()))
}

/// Sends a delivery's event again, as a new delivery.
///
/// # Errors
/// 404 `webhook_not_found`, `delivery_not_found`; 409 `webhook_disabled`.
pub(super) async fn replay(app: &App, owner: &Owner, id: &str, delivery: &str) -> Result<DeliveryView> {
    let hook = find(app, owner, id).await?;
    let no_such = || Error::not_found("delivery_not_found", "Delivery not found");
    let delivery: DeliveryId = delivery.parse().map_err(|_| no_such())?;
    let former = app.store().collection::<Delivery>().get(&delivery).await?;
    let former = former.filter(|former| former.webhook == hook.id).ok_or_else(no_such)?.into_document();
    begin(app, &hook, former.event, former.kind, former.payload).await
}

/// Sends an event that nothing has caused.
///
/// # Errors
/// 404 `webhook_not_found`; 409 `webhook_disabled`.
pub(super) async fn test(app: &App, owner: &Owner, id: &str) -> Result<DeliveryView> {
    let hook = find(app, owner, id).await?;
    let now = app.now();
    let event = Id::generate_unsharded(now, app.random());
    begin(app, &hook, event, Kind::Test, payload::of_test(hook.id, now)).await
}

async fn begin(app: &App, hook: &Webhook, event: Id, kind: Kind, payload: String) -> Result<DeliveryView> {
    if !hook.is_active() {
        return Err(Error::conflict("webhook_disabled", "This webhook is disabled").issue("Take it up again first"));
    }
    let now = app.now();
    let delivery = Delivery {
        id: DeliveryId::generate(now, hook.id.shard(), app.random()),
        webhook: hook.id,
        event,
        kind,
        payload,
        state: DeliveryState::Pending,
        attempts: 0,
        due: Some(now),
        last: None,
        expires_at: now + app.settings().webhooks.keep,
    };
    deliver::begin(app, &delivery).await?;
    Ok(DeliveryView::new(delivery))
}
