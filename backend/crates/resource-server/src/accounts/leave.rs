//! Leaving: the account is deleted, everything that was opened with it ends, and what its owner left behind goes.
//!
//! The account, its address, its codes and its profile go in one batch, with two jobs: one tells the auth server, which ends
//! sessions, grants, consents and the person's own apps (the handler does that itself at once); the other removes posts,
//! pictures, comments, likes and follows, a few at a time. From the batch on nobody finds the person any more.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use httpkit::extract::Json;
use httpkit::jobs::{JobError, JobKind};
use httpkit::limits::{Limit, Requester};
use httpkit::{Envelope, Error, Kind, Nothing, Reply, Result, UserId};
use serde::{Deserialize, Serialize};
use store::{Batch, Stored};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::account::{Account, EmailOwner, Role};
use super::codes::{Code, Purpose};
use super::outbox::{self, HEAD_START};
use super::post::{self, News};
use super::proof;
use super::roles;
use super::tokens::{self, SessionMode};
use crate::app::App;
use crate::caller::FirstParty;
use crate::events::{self, AuthEvent};
use crate::{comments, follows, likes, media, posts, users};

/// How many pages of each kind one job removes before another one takes over.
const PAGES: usize = 5;
/// When there is a second look for what a request in flight has left behind.
const SECOND_LOOK: Duration = Duration::from_secs(120);

/// Proof that it is the owner who leaves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Leaving {
    /// The password as it is.
    #[schema(format = Password)]
    password: String,
}

/// Tell the auth server that an account is deleted.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TellLeft {
    user_id: UserId,
}

/// Remove what somebody who has left has left behind.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ClearAway {
    pub(crate) user_id: UserId,
}

impl JobKind for TellLeft {
    const NAME: &'static str = "tell-left";
}

impl JobKind for ClearAway {
    const NAME: &'static str = "clear-away";
}

/// Delete one's account
///
/// Asks for the password. All sessions, all apps with access and one's own apps end at once; posts, photos, comments, likes
/// and follows are removed. It cannot be undone. The user name stays reserved for 90 days.
#[utoipa::path(
    delete, path = "/me", tag = "Accounts", operation_id = "deleteMe",
    security(("session" = [])),
    request_body = Leaving,
    responses((status = 200, description = "Deleted", body = Envelope<Nothing>))
)]
pub(super) async fn leave(
    State(app): State<App>,
    person: FirstParty,
    requester: Requester,
    headers: HeaderMap,
    Json(body): Json<Leaving>,
) -> Result<Response> {
    app.limits().requester(Limit::Password, requester).await?;
    let account = super::find(&app, person.user).await?;
    proof::own_password(&app, &account, "password", Zeroizing::new(body.password)).await?;
    let username = users::name_of(&app, person.user).await?;
    let tell = app.jobs().job(&TellLeft { user_id: person.user })?.not_before(app.now() + HEAD_START);
    let mut batch = app.store().batch();
    remove(&app, &mut batch, &account).await?;
    post::tell_owner(&app, &mut batch, &account, &username, News::AccountDeleted)?;
    batch.insert(&tell);
    batch.commit().await?;
    users::left(&app, person.user, &username);
    app.jobs().wake();
    app.auth().leave(person.user).await.map_err(gone_but_not_told)?;
    outbox::take_back(&app, &tell).await;
    app.follower().catch_up(&app).await;
    let cookies = match tokens::mode_of(&app, &headers, person.session) {
        SessionMode::Token => Vec::new(),
        SessionMode::Cookie => tokens::cleared(&app),
    };
    Ok(tokens::with_cookies(cookies, Reply::done("Your account is deleted")))
}

/// Everything by which the person is found, and the jobs for the rest.
async fn remove(app: &App, batch: &mut Batch, account: &Stored<Account>) -> Result<()> {
    let user = account.user_id;
    batch.delete_at(account);
    if account.role == Role::Admin {
        roles::leave(app.store(), batch, user).await?;
    }
    if let Some(address) = account.compared_email() {
        let owner = app.store().collection::<EmailOwner>().get(&address).await?;
        if let Some(owner) = owner.filter(|owner| owner.user_id == user) {
            batch.delete_at(&owner);
        }
    }
    for purpose in [Purpose::Email, Purpose::Phone, Purpose::Reset] {
        batch.delete::<Code>(&Code::key_of(user, purpose));
    }
    users::leave(app, batch, user).await?;
    events::record(app, batch, AuthEvent::AccountDeleted { user })?;
    batch.insert(&app.jobs().job(&ClearAway { user_id: user })?);
    batch.insert(&app.jobs().job(&ClearAway { user_id: user })?.not_before(app.now() + SECOND_LOOK));
    Ok(())
}

fn gone_but_not_told(error: crate::auth_client::CallError) -> Error {
    Error::new(Kind::Unavailable, "deleted_not_told", "Your account is deleted, but your apps could not be told yet")
        .issue("They lose their access in a moment. There is nothing more to do")
        .retry_after(HEAD_START)
        .because(error)
}

/// Does [`TellLeft`].
pub(crate) async fn tell_left(app: App, job: TellLeft) -> std::result::Result<(), JobError> {
    app.auth().leave(job.user_id).await?;
    app.follower().catch_up(&app).await;
    Ok(())
}

/// Does [`ClearAway`], and leaves the rest to another of its kind where there is much.
pub(crate) async fn clear_away(app: App, job: ClearAway) -> std::result::Result<(), JobError> {
    let user = job.user_id;
    for _ in 0..PAGES {
        let more = [
            posts::forget_author(&app, user).await?,
            comments::forget_user(&app, user).await?,
            likes::forget_user(&app, user).await?,
            follows::forget_user(&app, user).await?,
            media::forget_owner(&app, user).await?,
        ];
        if !more.contains(&true) {
            return Ok(users::forget_numbers(&app, user).await?);
        }
    }
    app.store().batch().insert(&app.jobs().job(&job)?).commit().await?;
    app.jobs().wake();
    Ok(())
}
