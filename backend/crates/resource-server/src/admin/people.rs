//! The list of people as admins see it: by name, by role, by standing.
//!
//! One of the questions is answered by an index, in its order: names, else suspended accounts, else a role, else everybody.
//! What else was asked is looked at entry by entry, for a few rounds; then the page is shorter than it might be.

use httpkit::extract::PageQuery;
use httpkit::{Error, Result, UserId};
use serde::{Deserialize, Serialize};
use store::{Page, Position, Query};
use utoipa::{IntoParams, ToSchema};

use crate::accounts::{self, Role, Standing};
use crate::app::App;
use crate::paging::{Listing, Paging};
use crate::users::{self, Handle, UserCard};

/// How often a page is filled up where entries do not fit what was asked.
const ROUNDS: usize = 5;

/// Which people.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PeopleQuery {
    /// How the user name begins.
    #[param(example = "ash")]
    q: Option<String>,
    /// Of this role alone.
    #[param(inline)]
    role: Option<Role>,
    /// Suspended ones alone, or those in good standing alone.
    suspended: Option<bool>,
    /// How many at most: 20 where nothing is said, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Where to go on: the `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Somebody, as admins see them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminUser {
    #[serde(flatten)]
    card: UserCard,
    role: Role,
    /// Null where the account is in good standing.
    suspended: Option<Suspended>,
    #[schema(format = DateTime, example = "2026-11-22T17:43:00Z")]
    created_at: String,
}

/// Since when and why an account is suspended.
#[derive(Debug, Serialize, ToSchema)]
struct Suspended {
    #[schema(format = DateTime, example = "2026-11-22T17:43:00Z")]
    at: String,
    reason: String,
}

/// The page that `query` asks for.
///
/// # Errors
/// 422 for a limit out of range, 400 `cursor_invalid`.
pub(super) async fn page(app: &App, query: &PeopleQuery) -> Result<Listing<AdminUser>> {
    let beginning = query.q.as_deref().map(users::beginning).filter(|beginning| !beginning.is_empty());
    let role = query.role.map_or("any", Role::name);
    let list = format!("people: {} {role} {:?}", beginning.as_deref().unwrap_or_default(), query.suspended);
    let asked = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let paging = Paging::read(app, list, &asked)?;
    let (mut items, mut after) = (Vec::with_capacity(paging.limit), paging.after.clone());
    for _ in 0..ROUNDS {
        let wanted = paging.limit - items.len();
        let (ids, next) = candidates(app, query, beginning.as_deref(), after, wanted).await?;
        let fitting = views(app, &ids).await?.into_iter().filter(|user| fits(user, query));
        items.extend(fitting);
        after = next;
        if after.is_none() || items.len() >= paging.limit {
            break;
        }
    }
    Ok(paging.listing(app, items, after.as_ref()))
}

/// One of them.
///
/// # Errors
/// 404 where there is none.
pub(super) async fn one(app: &App, user: UserId) -> Result<AdminUser> {
    let gone = || Error::not_found("user_not_found", "User not found").field("username");
    views(app, &[user]).await?.pop().ok_or_else(gone)
}

fn fits(user: &AdminUser, query: &PeopleQuery) -> bool {
    query.role.is_none_or(|role| user.role == role)
        && query.suspended.is_none_or(|suspended| user.suspended.is_some() == suspended)
}

/// Up to `count` who may fit, after `after`, and where the next ones are.
async fn candidates(
    app: &App,
    query: &PeopleQuery,
    beginning: Option<&str>,
    after: Option<Position>,
    count: usize,
) -> Result<(Vec<UserId>, Option<Position>)> {
    if let Some(beginning) = beginning {
        let names = users::names_from(beginning).after(after).limit(count);
        let page: Page<Handle> = app.store().collection().scan(names).await?;
        return Ok((page.items.iter().map(|handle| handle.user_id).collect(), page.next));
    }
    let accounts = match (query.suspended, query.role) {
        (Some(true), _) => accounts::suspended(),
        (_, Some(role)) => accounts::of_role(role),
        (_, None) => Query::by_key(),
    };
    accounts::ids(app, accounts.descending().after(after).limit(count)).await
}

/// These people in their order; who is gone is left out.
async fn views(app: &App, ids: &[UserId]) -> Result<Vec<AdminUser>> {
    let cards = users::cards_of_all(app, ids).await?;
    let standings = accounts::standings(app, ids).await?;
    let found = cards.into_iter().zip(standings).filter_map(|(card, standing)| Some((card?, standing?)));
    let views = found.map(|(card, Standing { role, suspended, created_at })| AdminUser {
        card,
        role,
        suspended: suspended.map(|(at, reason)| Suspended { at: at.to_rfc3339(), reason }),
        created_at: created_at.to_rfc3339(),
    });
    Ok(views.collect())
}
