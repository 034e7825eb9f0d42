//! What is kept of what moderators and admins did.

use httpkit::UserId;
use serde::{Deserialize, Serialize};
use store::{Document, Schema};
use utoipa::ToSchema;

store::id_type!(
    /// Something that a moderator or an admin did.
    pub(crate) ActionId
);

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// Somebody got another role; `from` and `to` name both.
    RoleChanged,
    /// An account was closed to its owner and to everybody's eyes.
    AccountSuspended,
    /// It was opened again.
    AccountRestored,
    /// A post was removed, for all but its author and moderators.
    PostHidden,
    /// It is back.
    PostRestored,
    /// A comment was removed, for all but its author.
    CommentHidden,
    /// It is back.
    CommentRestored,
    /// Reports were found to be about nothing.
    ReportDismissed,
}

/// What kind of thing something was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubjectKind {
    Post,
    Comment,
    User,
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Subject {
    #[serde(rename = "type")]
    pub(crate) kind: SubjectKind,
    #[schema(example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    pub(crate) id: String,
    /// What it was called then: the user name, or the first words.
    #[schema(example = "asha")]
    pub(crate) name: String,
}

/// One entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ModAction {
    pub(crate) action_id: ActionId,
    pub(crate) actor: Option<UserId>,
    pub(crate) action: Action,
    pub(crate) subject: Subject,
    pub(crate) reason: String,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
}

static MOD_ACTIONS: Schema = Schema::new("resource_mod_actions");

pub(crate) const SCHEMAS: &[&Schema] = &[&MOD_ACTIONS];

impl Document for ModAction {
    type Key = ActionId;
    const SCHEMA: &'static Schema = &MOD_ACTIONS;
    fn key(&self) -> ActionId {
        self.action_id
    }
}
