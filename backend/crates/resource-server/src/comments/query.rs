//! Which comments of a post are asked for.

use serde::Deserialize;
use utoipa::IntoParams;

/// Which comments.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CommentsQuery {
    /// The comment whose answers are wanted; without it, the comments that begin a thread.
    pub(super) parent_id: Option<String>,
    /// How many at most: 20 where nothing is said, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    pub(super) limit: Option<usize>,
    /// Where to go on: the `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}
