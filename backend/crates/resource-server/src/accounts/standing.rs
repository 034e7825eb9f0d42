//! What those who look after accounts see of them: role and standing, never an address.

use httpkit::{Result, UserId};
use store::{Position, Query, Time};

use super::account::{Account, BY_ROLE, BY_SUSPENSION, Role};
use crate::app::App;

/// How an account stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) role: Role,
    /// Since when and why it is suspended, if it is.
    pub(crate) suspended: Option<(Time, String)>,
    pub(crate) created_at: Time,
}

/// The standings of these people, in their order; `None` for who is gone.
pub(crate) async fn standings(app: &App, users: &[UserId]) -> Result<Vec<Option<Standing>>> {
    let accounts = app.store().collection::<Account>().get_many(users).await?;
    let standing = |account: Account| Standing {
        role: account.role,
        suspended: account.suspended_at.map(|at| (at, account.suspended_for.unwrap_or_default())),
        created_at: account.created_at,
    };
    Ok(accounts.into_iter().map(|account| account.map(|account| standing(account.into_document()))).collect())
}

/// The accounts of `role`, for [`ids`].
pub(crate) fn of_role(role: Role) -> Query {
    Query::index(BY_ROLE).equal([role])
}

/// The suspended accounts, for [`ids`].
pub(crate) fn suspended() -> Query {
    Query::index(BY_SUSPENSION)
}

/// A page of whose the accounts are that `query` finds, and where the next one begins.
pub(crate) async fn ids(app: &App, query: Query) -> Result<(Vec<UserId>, Option<Position>)> {
    let page = app.store().collection::<Account>().scan(query).await?;
    Ok((page.items.iter().map(|account| account.user_id).collect(), page.next))
}
