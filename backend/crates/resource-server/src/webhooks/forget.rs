//! Webhooks go with the app, and with the person whose app it was. What was delivered stays in the log until it expires,
//! which nobody can read any more.

use httpkit::jobs::{JobError, JobKind};
use httpkit::{ClientId, Result, UserId};
use serde::{Deserialize, Serialize};
use store::{Batch, Query, Value};

use super::documents::{BY_DEVELOPER, BY_OWNER, Owner, Slot, Webhook};
use crate::app::App;

const PAGE: usize = 200;

/// Remove the webhooks of somebody who has left.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ClearWebhooks {
    user_id: UserId,
}

impl JobKind for ClearWebhooks {
    const NAME: &'static str = "clear-webhooks";
}

/// Puts the removal of a developer's webhooks into the batch in which they leave.
///
/// # Errors
/// The store's.
pub(crate) fn forget_developer(app: &App, batch: &mut Batch, user: UserId) -> store::Result<()> {
    batch.insert(&app.jobs().job(&ClearWebhooks { user_id: user })?);
    Ok(())
}

/// Does [`ClearWebhooks`].
pub(crate) async fn clear(app: App, job: ClearWebhooks) -> std::result::Result<(), JobError> {
    let of_developer = Query::index(BY_DEVELOPER).equal([Value::from(job.user_id)]).limit(PAGE);
    while remove(&app, of_developer.clone()).await? {}
    Ok(())
}

/// Removes the webhooks of an app that is deleted.
///
/// # Errors
/// The store's.
pub(crate) async fn forget_app(app: &App, client: ClientId) -> Result<()> {
    let of_app = Query::index(BY_OWNER).equal([Value::from(&Owner::App(client))]).limit(PAGE);
    while remove(app, of_app.clone()).await? {}
    Ok(())
}

/// Removes one page, and says whether there is more.
async fn remove(app: &App, query: Query) -> store::Result<bool> {
    let page = app.store().collection::<Webhook>().scan(query).await?;
    let mut batch = app.store().batch();
    for hook in &page.items {
        batch.delete::<Webhook>(&hook.id).delete::<Slot>(&hook.slot_name());
    }
    batch.commit().await?;
    Ok(page.next.is_some())
}
