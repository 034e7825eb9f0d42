//! What is asked of the search.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// What is looked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sought {
    /// People, by their user names.
    #[default]
    People,
}

/// A question.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Question {
    /// The beginning of a user name, with or without `@`; at least one character.
    #[param(min_length = 1, example = "ash")]
    pub(super) q: String,
    /// What is looked for.
    #[serde(default, rename = "type")]
    #[param(inline)]
    #[expect(dead_code, reason = "there is one kind so far; that it is this one is checked by reading it")]
    kind: Sought,
    /// How many at most: 20 where nothing is said, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    pub(super) limit: Option<usize>,
    /// Where to go on: the `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}
