//! What can be reported and decided on: a post, a comment, a person.

use std::collections::HashMap;

use httpkit::{Error, Result, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{self, SubjectKind};
use crate::comments::{self, CommentId, CommentView};
use crate::media::MediaView;
use crate::posts::{self, PostId, PostView};
use crate::users::{self, UserCard};

/// How much of a text names a thing.
const NAME: usize = 80;

/// What is meant, as it is sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectBody {
    #[serde(rename = "type")]
    kind: SubjectKind,
    #[schema(example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    id: String,
}

/// What is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", content = "id", rename_all = "snake_case")]
pub(super) enum Subject {
    Post(PostId),
    Comment(CommentId),
    User(UserId),
}

/// What moderators see of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Preview {
    /// Title and caption, the comment, or the bio.
    #[schema(example = "Midnight Chai")]
    pub(super) text: String,
    pub(super) media: Vec<MediaView>,
    /// Who made it, or who it is; null where a comment's author is suspended or gone.
    pub(super) author: Option<UserCard>,
    #[serde(skip)]
    pub(super) hidden: bool,
}

impl SubjectBody {
    /// What is meant, whether it is there or not.
    ///
    /// # Errors
    /// 404 `subject_not_found`.
    pub(super) fn read(&self) -> Result<Subject> {
        let read = match self.kind {
            SubjectKind::Post => self.id.parse().map(Subject::Post),
            SubjectKind::Comment => self.id.parse().map(Subject::Comment),
            SubjectKind::User => self.id.parse().map(Subject::User),
        };
        read.map_err(|_| not_found())
    }

    /// What is meant, if `reporter` can see it.
    ///
    /// # Errors
    /// 404 for what is not there or not theirs to see; 410 for what is removed already.
    pub(super) async fn find_visible(&self, app: &App, reporter: UserId) -> Result<Subject> {
        match self.kind {
            SubjectKind::Post => Ok(Subject::Post(posts::find_visible(app, &self.id, Some(reporter)).await?.id)),
            SubjectKind::Comment => Ok(Subject::Comment(comments::find_reportable(app, &self.id, reporter).await?)),
            SubjectKind::User => {
                let user: UserId = self.id.parse().map_err(|_| not_found())?;
                let shown = users::are_shown(app, &[user]).await?.contains(&true);
                if shown { Ok(Subject::User(user)) } else { Err(not_found()) }
            }
        }
    }
}

impl Subject {
    /// The name of its item.
    pub(super) fn key(self) -> String {
        let (kind, id) = self.parts();
        let kind = match kind {
            SubjectKind::Post => "post",
            SubjectKind::Comment => "comment",
            SubjectKind::User => "user",
        };
        format!("{kind}:{id}")
    }

    /// As it is sent.
    pub(super) fn body(self) -> SubjectBody {
        let (kind, id) = self.parts();
        SubjectBody { kind, id }
    }

    /// As the audit names it, by `text`.
    pub(super) fn audited(self, text: &str) -> audit::Subject {
        let (kind, id) = self.parts();
        audit::Subject { kind, id, name: text.chars().take(NAME).collect() }
    }

    fn parts(self) -> (SubjectKind, String) {
        match self {
            Self::Post(id) => (SubjectKind::Post, id.to_string()),
            Self::Comment(id) => (SubjectKind::Comment, id.to_string()),
            Self::User(id) => (SubjectKind::User, id.to_string()),
        }
    }
}

/// What moderators see of these subjects, by their keys; what is gone is left out. One read for each kind.
pub(super) async fn previews(app: &App, subjects: &[Subject]) -> Result<HashMap<String, Preview>> {
    let (mut post_ids, mut comment_ids, mut user_ids) = (Vec::new(), Vec::new(), Vec::new());
    for subject in subjects {
        match *subject {
            Subject::Post(id) => post_ids.push(id),
            Subject::Comment(id) => comment_ids.push(id),
            Subject::User(id) => user_ids.push(id),
        }
    }
    let mut previews = HashMap::new();
    for post in posts::views_for_moderators(app, &post_ids).await? {
        previews.insert(Subject::Post(post.post_id).key(), of_post(post));
    }
    for comment in comments::views_for_moderators(app, &comment_ids).await? {
        previews.insert(Subject::Comment(comment.comment_id).key(), of_comment(comment));
    }
    let profiles = users::profiles(app, &user_ids).await?;
    for (card, profile) in users::cards_of_all(app, &user_ids).await?.into_iter().zip(profiles) {
        if let (Some(card), Some(profile)) = (card, profile) {
            let (key, text, hidden) = (Subject::User(card.user_id).key(), profile.bio.clone(), profile.suspended);
            previews.insert(key, Preview { text, media: Vec::new(), author: Some(card), hidden });
        }
    }
    Ok(previews)
}

fn of_post(post: PostView) -> Preview {
    let words: Vec<String> = [post.title, post.caption].into_iter().flatten().collect();
    Preview { text: words.join("\n"), media: post.media, author: Some(post.author), hidden: post.removed.is_some() }
}

fn of_comment(comment: CommentView) -> Preview {
    let hidden = comment.removed.is_some();
    Preview { text: comment.text, media: Vec::new(), author: comment.author, hidden }
}

pub(super) fn not_found() -> Error {
    Error::not_found("subject_not_found", "There is no such thing").field("subject.id")
}
