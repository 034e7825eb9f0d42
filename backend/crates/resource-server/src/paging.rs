//! Lists: the limit and the cursor on the way in, items and the next cursor on the way out, the same everywhere.
//!
//! A cursor holds the position of the last item, sealed and bound to its list, so it stays good whatever is added or
//! taken away before or after it.

use httpkit::Result;
use httpkit::extract::PageQuery;
use serde::Serialize;
use store::Position;
use utoipa::ToSchema;

use crate::app::App;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listing<T> {
    /// At most as many as were asked for.
    pub(crate) items: Vec<T>,
    /// Where to go on; null at the end.
    pub(crate) next_cursor: Option<String>,
}

/// A page that was asked for.
#[derive(Debug)]
pub(crate) struct Paging {
    list: String,
    /// How many items.
    pub(crate) limit: usize,
    /// After which position; from the start where there is none.
    pub(crate) after: Option<Position>,
}

impl Paging {
    /// The page of `list` (a name of its own for each list: `comments of 01k…`) that `query` asks for.
    ///
    /// # Errors
    /// 422 for a limit out of range, 400 `cursor_invalid`.
    pub(crate) fn read(app: &App, list: String, query: &PageQuery) -> Result<Self> {
        let paging = &app.settings().paging;
        let limit = query.limit(paging.default, paging.max)?;
        let after = query.cursor.as_deref().map(|cursor| app.cursors().read(&list, cursor)).transpose()?;
        Ok(Self { list, limit, after })
    }

    /// The page with these items; `next` is the position of the last one, where there is more.
    pub(crate) fn listing<T>(&self, app: &App, items: Vec<T>, next: Option<&Position>) -> Listing<T> {
        let next_cursor = next.map(|position| app.cursors().write(&self.list, position, app.random()));
        Listing { items, next_cursor }
    }
}
