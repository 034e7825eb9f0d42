//! What has happened, told by the slices that write. They know nobody who listens: [`crate::react`] is the table of that.
//!
//! [`happened`] tells after the commit, inside this process: enough for what may be forgotten with it. [`record`] puts what
//! must not be forgotten into the batch that causes it. To add an event, add a variant; the compiler then asks the table
//! what follows from it.

use httpkit::auth_wire::Reused;
use httpkit::{ClientId, GrantId, UserId};
use serde::{Deserialize, Serialize};
use store::{Batch, Id, Time};

use crate::app::App;
use crate::posts::PostId;
use crate::react;

/// Something that has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A post can be seen by others than before: it is new, or its author opened it.
    PostShown { author: UserId, post: PostId },
    /// Somebody follows others than before.
    FollowsChanged { follower: UserId },
}

/// Something that has happened around somebody's account. It is stored on its way: add fields with `#[serde(default)]`,
/// never rename one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum AuthEvent {
    /// Somebody signed up or in; `device` is what it is called.
    SessionStarted { user: UserId, session: GrantId, device: String },
    /// So many attempts at an account failed that the next one has to wait.
    FailedBurst { user: UserId, failures: i64 },
    /// A session was ended by somebody.
    SessionEnded { user: UserId, session: GrantId },
    /// A forgotten password was replaced.
    PasswordReset { user: UserId },
    /// Somebody signed in on a device that was not known.
    DeviceNew { user: UserId, session: GrantId, device: String },
    /// Somebody allowed an app something.
    ConsentGranted { user: UserId, client: ClientId, scopes: Vec<String> },
    /// Somebody took back all that they had allowed an app.
    ConsentWithdrawn { user: UserId, client: ClientId },
    /// A token or code was shown a second time, and its grant ended.
    TokenReused { user: UserId, client: ClientId, grant: GrantId, token: Reused },
    /// An account was suspended, and everything that was opened with it ended.
    AccountSuspended { user: UserId },
    /// Somebody has left.
    AccountDeleted { user: UserId },
}

/// An event with its name and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happening {
    /// One event has one, on every replica.
    pub id: Id,
    pub at: Time,
    pub event: AuthEvent,
}

/// Tells everybody whom it concerns.
pub(crate) fn happened(app: &App, event: &Event) {
    react::to(app, event);
}

/// Puts what follows from `event` into the batch that causes it. Who commits it wakes the queue.
///
/// # Errors
/// The store's.
pub(crate) fn record(app: &App, batch: &mut Batch, event: AuthEvent) -> store::Result<()> {
    let at = app.now();
    let happening = Happening { id: Id::generate_unsharded(at, app.random()), at, event };
    react::durably(app, batch, &happening)
}

/// Records what no batch of this server causes. That it happened is more than that it is told, so a failure is logged.
pub(crate) async fn record_alone(app: &App, events: impl IntoIterator<Item = AuthEvent>) {
    let mut batch = app.store().batch();
    let recorded = events.into_iter().try_for_each(|event| record(app, &mut batch, event));
    let outcome = match recorded {
        Ok(()) => batch.commit().await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => app.jobs().wake(),
        Err(error) => tracing::warn!(%error, "what happened around an account could not be told: {error}"),
    }
}
