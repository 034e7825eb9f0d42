//! From what has happened to who does something about it: the one table.

use store::Batch;

use crate::app::App;
use crate::events::{AuthEvent, Event, Happening};
use crate::webhooks;

/// Does what follows from `event`.
pub(crate) fn to(app: &App, event: &Event) {
    match *event {
        Event::PostShown { author, post } => app.caches().homes.shown(author, post),
        Event::FollowsChanged { follower } => app.caches().homes.forget(follower),
    }
}

/// Puts what follows from `happening` into the batch that causes it.
///
/// # Errors
/// The store's.
pub(crate) fn durably(app: &App, batch: &mut Batch, happening: &Happening) -> store::Result<()> {
    match happening.event {
        AuthEvent::SessionStarted { .. }
        | AuthEvent::FailedBurst { .. }
        | AuthEvent::SessionEnded { .. }
        | AuthEvent::PasswordReset { .. }
        | AuthEvent::DeviceNew { .. }
        | AuthEvent::ConsentGranted { .. }
        | AuthEvent::ConsentWithdrawn { .. }
        | AuthEvent::TokenReused { .. }
        | AuthEvent::AccountSuspended { .. } => webhooks::hear(app, batch, happening),
        AuthEvent::AccountDeleted { user } => webhooks::forget_developer(app, batch, user),
    }
}
