//! `POST /moderation/actions`: hiding, restoring, and leaving things as they are. Each closes the subject's open reports, and
//! is written down, in one batch.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use httpkit::extract::{Issues, Json};
use httpkit::{Envelope, Error, Reply, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Batch;
use utoipa::ToSchema;

use super::documents::ReviewItem;
use super::subject::{Subject, SubjectBody};
use crate::app::App;
use crate::audit::{self, Action, ActionId, Entry};
use crate::caller::Acting;
use crate::caller::scopes::Mod;
use crate::comments::{self, Comment};
use crate::idempotency::{self, Fingerprint};
use crate::posts::{self, Post, Removed};
use crate::problems::Writing;
use crate::{text, users};

/// How often a decision is tried again when its subject was changed at the same moment.
const ATTEMPTS: usize = 8;

/// What a moderator decides.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ModerationAction {
    action: ModerationVerb,
    subject: SubjectBody,
    /// Up to 500 characters; must be said where something is hidden, for its author reads it.
    #[serde(default)]
    #[schema(max_length = 500, example = "This is an advertisement")]
    reason: String,
}

/// What a moderator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ModerationVerb {
    /// The post is there for its author and for moderators alone.
    HidePost,
    /// It is back.
    RestorePost,
    /// The comment's text is there for its author alone.
    HideComment,
    /// It is back.
    RestoreComment,
    /// Nothing is wrong with it.
    DismissReports,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    action_id: ActionId,
}

/// What has changed, to be forgotten after the commit.
enum Judged {
    Post(Box<Post>),
    Comment(Box<Comment>),
    Nothing,
}

/// Hide, restore, or dismiss reports
///
/// For moderators. The subject's open reports are closed by it.
#[utoipa::path(
    post, path = "/moderation/actions", tag = "Moderation", operation_id = "moderate",
    security(("oauth" = ["mod"])),
    params(
        (
            "Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless, for a day",
            pattern = r"^[!-~]([ -~]{0,126}[!-~])?$",
        ),
    ),
    request_body = ModerationAction,
    responses((status = 201, description = "Done", body = Envelope<Done>), Writing)
)]
pub(super) async fn moderate(
    State(app): State<App>,
    moderator: Acting<Mod>,
    headers: HeaderMap,
    Json(decision): Json<ModerationAction>,
) -> Result<Response> {
    let subject = decision.subject.read()?;
    let mut issues = Issues::default();
    let reason = text::block(&mut issues, "reason", "The reason", &decision.reason, app.settings().text.reason);
    if reason.is_empty() && matches!(decision.action, ModerationVerb::HidePost | ModerationVerb::HideComment) {
        issues.add("reason", "empty", "Say why; the author reads it");
    }
    issues.finish()?;
    let (user, actor) = (moderator.user, app.clone());
    idempotency::run(&app, user, "moderation", &headers, Fingerprint::of(&decision), async move || {
        let action_id = carry_out(&actor, user, decision.action, subject, reason).await?;
        Ok(Reply::created("Done", Done { action_id }))
    })
    .await
}

async fn carry_out(
    app: &App,
    moderator: UserId,
    decided: ModerationVerb,
    subject: Subject,
    reason: String,
) -> Result<ActionId> {
    for _ in 0..ATTEMPTS {
        let item = app.store().collection::<ReviewItem>().get(&subject.key()).await?.filter(|item| item.open);
        let mut batch = app.store().batch();
        let removed = Removed { at: app.now(), reason: reason.clone() };
        let (action, name, judged) = match (decided, subject) {
            (ModerationVerb::HidePost, Subject::Post(id)) => {
                let (name, judged) = judge_post(app, &mut batch, id, Some(removed)).await?;
                (Action::PostHidden, name, judged)
            }
            (ModerationVerb::RestorePost, Subject::Post(id)) => {
                let (name, judged) = judge_post(app, &mut batch, id, None).await?;
                (Action::PostRestored, name, judged)
            }
            (ModerationVerb::HideComment, Subject::Comment(id)) => {
                let (name, judged) = judge_comment(app, &mut batch, id, Some(removed)).await?;
                (Action::CommentHidden, name, judged)
            }
            (ModerationVerb::RestoreComment, Subject::Comment(id)) => {
                let (name, judged) = judge_comment(app, &mut batch, id, None).await?;
                (Action::CommentRestored, name, judged)
            }
            (ModerationVerb::DismissReports, _) if item.is_none() => {
                return Err(Error::conflict("no_open_reports", "There are no open reports about this"));
            }
            (ModerationVerb::DismissReports, _) => {
                (Action::ReportDismissed, name_of(app, subject).await?, Judged::Nothing)
            }
            (_, _) => {
                let issue = "This is not the kind of thing that this can be done to";
                return Err(Error::invalid("subject.type", "subject_wrong", issue));
            }
        };
        if let Some(item) = &item {
            batch.replace(item, &item.closed());
        }
        let (subject, change) = (subject.audited(&name), None);
        let entry = Entry { actor: Some(moderator), action, subject, reason: reason.clone(), change };
        let action_id = audit::record(&mut batch, entry, app.now(), app.random());
        match batch.commit().await {
            Ok(()) => {
                match judged {
                    Judged::Post(post) => posts::judged(app, &post),
                    Judged::Comment(comment) => comments::judged(app, &comment),
                    Judged::Nothing => {}
                }
                return Ok(action_id);
            }
            Err(error) if error.is_stale() || error.is_duplicate_key() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::conflict("changed_meanwhile", "This was changed at the same moment. Try again"))
}

async fn judge_post(
    app: &App,
    batch: &mut Batch,
    id: posts::PostId,
    removed: Option<Removed>,
) -> Result<(String, Judged)> {
    let post = posts::find_stored(app, id).await?;
    refuse_again(removed.is_some(), post.removed.is_some())?;
    posts::judge(app, batch, &post, removed).await?;
    Ok((post_name(&post), Judged::Post(Box::new(post.into_document()))))
}

async fn judge_comment(
    app: &App,
    batch: &mut Batch,
    id: comments::CommentId,
    removed: Option<Removed>,
) -> Result<(String, Judged)> {
    let comment = comments::find_stored(app, id).await?;
    refuse_again(removed.is_some(), comment.removed.is_some())?;
    comments::judge(batch, &comment, removed);
    Ok((comment.text.clone(), Judged::Comment(Box::new(comment.into_document()))))
}

/// Whoever decides what was decided already has not seen that, and is told.
fn refuse_again(hide: bool, hidden: bool) -> Result<()> {
    match (hide, hidden) {
        (true, true) => Err(Error::conflict("hidden_already", "This is hidden already")),
        (false, false) => Err(Error::conflict("not_hidden", "This is not hidden")),
        (true, false) | (false, true) => Ok(()),
    }
}

/// What the audit calls it; empty where it is gone.
async fn name_of(app: &App, subject: Subject) -> Result<String> {
    Ok(match subject {
        Subject::Post(id) => {
            let post = posts::find_many(app, &[id]).await?.pop().flatten();
            post.map(|post| post_name(&post)).unwrap_or_default()
        }
        Subject::Comment(id) => {
            let comment = app.store().collection::<Comment>().get(&id).await?;
            comment.map(|comment| comment.text.clone()).unwrap_or_default()
        }
        Subject::User(id) => users::name_of(app, id).await.unwrap_or_default(),
    })
}

fn post_name(post: &Post) -> String {
    post.title.clone().or_else(|| post.caption.clone()).unwrap_or_default()
}
