//! What has happened, told by the slices that write. They know nobody who listens: [`crate::react`] is the table of that.
//!
//! Told after the commit, inside this process: enough for what may be forgotten with it. To add an event, add a variant;
//! the compiler then asks the table what follows from it.

use httpkit::UserId;

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
    /// An account was suspended, and everything that was opened with it ended.
    AccountSuspended { user: UserId },
}

/// Tells everybody whom it concerns.
pub(crate) fn happened(app: &App, event: &Event) {
    react::to(app, event);
}
