//! What moderators and admins did, for good: entries are only ever added, in the batch of what they tell.
//!
//! Any slice may add one ([`record`]); who reads them is an admin ([`routes`]). An entry keeps the name that its subject
//! had then, so that it still says something when the subject is gone. To tell of something new, add an [`Action`].

mod document;
mod routes;

use httpkit::UserId;
use store::{Batch, Random, Time};

pub(crate) use document::{Action, ActionId, SCHEMAS, Subject, SubjectKind};
pub(crate) use routes::routes;

use document::ModAction;

/// What is to be written down.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Who did it; nobody: an operator, by the command line.
    pub(crate) actor: Option<UserId>,
    pub(crate) action: Action,
    pub(crate) subject: Subject,
    /// Why, as the actor said it; empty where nobody asked.
    pub(crate) reason: String,
    /// What was before and after, where something changed from one to the other.
    pub(crate) change: Option<(&'static str, &'static str)>,
}

/// Adds `entry` to the batch of what it tells; its id.
pub(crate) fn record(batch: &mut Batch, entry: Entry, now: Time, random: &dyn Random) -> ActionId {
    let action_id = ActionId::generate_unsharded(now, random);
    let (from, to) = entry.change.unzip();
    batch.insert(&ModAction {
        action_id,
        actor: entry.actor,
        action: entry.action,
        subject: entry.subject,
        reason: entry.reason,
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
    });
    action_id
}
