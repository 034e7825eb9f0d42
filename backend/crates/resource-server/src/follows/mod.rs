//! Who follows whom. Following twice is following once, by construction: the document's key is the pair.
//!
//! Both copies and both people's numbers are written in one batch, so they agree whatever happens. What following means
//! for a feed is the feed's matter: it hears of it by an event.

mod documents;
mod routes;
#[cfg(test)]
mod tests;

use httpkit::{Error, Result, UserId};
use store::{Batch, Query, Time};

use crate::app::App;
use crate::events::{self, Event};
use crate::recall::Recall;
use crate::users::{self, Number};

pub(crate) use documents::{FollowIn, FollowOut, SCHEMAS};
pub(crate) use routes::routes;

/// How many follows of who has left are taken back at once.
const FORGOTTEN_AT_ONCE: usize = 200;

/// Whether the first follows the second, as remembered.
pub(crate) type Recalled = Recall<(UserId, UserId), bool>;

/// Makes `from` follow `to`; nothing happens where they do already.
///
/// # Errors
/// 422 `follow_self`.
pub(crate) async fn follow(app: &App, from: UserId, to: UserId) -> Result<()> {
    if from == to {
        return Err(Error::invalid("username", "follow_self", "You cannot follow yourself"));
    }
    let mut batch = app.store().batch();
    add(&mut batch, from, &[(to, app.now())]);
    match batch.commit().await {
        Ok(()) => changed(app, from, to),
        Err(error) if error.is_duplicate_key() => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Adds to `batch` that `from` follows these people from these moments on. One whom they follow already is a `Duplicate` key.
pub(crate) fn add(batch: &mut Batch, from: UserId, followed: &[(UserId, Time)]) {
    for &(to, at) in followed {
        batch.insert(&FollowOut { from, to, at }).insert(&FollowIn { to, from, at });
        users::count(batch, to, Number::Followers, 1);
    }
    users::count(batch, from, Number::Following, i64::try_from(followed.len()).unwrap_or(i64::MAX));
}

/// Makes `from` no longer follow `to`; nothing happens where they do not.
pub(crate) async fn unfollow(app: &App, from: UserId, to: UserId) -> Result<()> {
    let Some(edge) = app.store().collection::<FollowOut>().get(&(from, to)).await? else { return Ok(()) };
    let mut batch = app.store().batch();
    batch.delete_at(&edge);
    batch.delete::<FollowIn>(&(to, from));
    users::count(&mut batch, from, Number::Following, -1);
    users::count(&mut batch, to, Number::Followers, -1);
    match batch.commit().await {
        Ok(()) => changed(app, from, to),
        // Somebody else took it away at the same moment, and counted it.
        Err(error) if error.is_stale() => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn changed(app: &App, from: UserId, to: UserId) {
    app.caches().follows.forget(&(from, to));
    users::counted(app, from);
    users::counted(app, to);
    events::happened(app, &Event::FollowsChanged { follower: from });
}

/// Whether `from` follows `to`.
pub(crate) async fn is_following(app: &App, from: UserId, to: UserId) -> Result<bool> {
    Ok(are_followed(app, from, &[to]).await?.contains(&true))
}

/// Which of these people `from` follows, in their order. One read of the store.
pub(crate) async fn are_followed(app: &App, from: UserId, people: &[UserId]) -> Result<Vec<bool>> {
    let edges: Vec<(UserId, UserId)> = people.iter().map(|to| (from, *to)).collect();
    let load = async |missing: Vec<(UserId, UserId)>| {
        let found = app.store().collection::<FollowOut>().get_many(&missing).await?;
        Ok::<_, Error>(found.iter().map(Option::is_some).collect())
    };
    app.caches().follows.get_many_or_load(&edges, app.now(), load).await
}

/// Everybody whom `from` follows.
pub(crate) async fn followed_by(app: &App, from: UserId) -> Result<Vec<UserId>> {
    let collection = app.store().collection::<FollowOut>();
    let (mut followed, mut after) = (Vec::new(), None);
    loop {
        let query = Query::index("newest").equal([from]).after(after).limit(store::MAX_PAGE);
        let page = collection.scan(query).await?;
        followed.extend(page.items.iter().map(|edge| edge.to));
        after = page.next;
        if after.is_none() {
            return Ok(followed);
        }
    }
}

/// Takes back who somebody who has left followed and who followed them, a page of each; whether there may be more.
pub(crate) async fn forget_user(app: &App, user: UserId) -> Result<bool> {
    let out = Query::index("newest").equal([user]).limit(FORGOTTEN_AT_ONCE);
    let out = app.store().collection::<FollowOut>().scan(out).await?;
    for edge in &out.items {
        unfollow(app, user, edge.to).await?;
    }
    let back = Query::index("newest").equal([user]).limit(FORGOTTEN_AT_ONCE);
    let back = app.store().collection::<FollowIn>().scan(back).await?;
    for edge in &back.items {
        unfollow(app, edge.from, user).await?;
    }
    Ok(out.next.is_some() || back.next.is_some())
}
