//! From what has happened to who does something about it: the one table.

use crate::app::App;
use crate::events::Event;

/// Does what follows from `event`.
pub(crate) fn to(app: &App, event: &Event) {
    match *event {
        Event::PostShown { author, post } => app.caches().homes.shown(author, post),
        Event::FollowsChanged { follower } => app.caches().homes.forget(follower),
        Event::AccountSuspended { user } => tracing::info!(user.id = %user, "account {user} is suspended"),
    }
}
