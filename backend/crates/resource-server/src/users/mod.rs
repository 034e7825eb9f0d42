//! People as others see them: names, profiles, numbers.
//!
//! A handle says whose a name is; a profile is what the name leads to; numbers are counted in the batches of posts and
//! follows ([`count`]). Both are remembered in the process. How somebody signs in, their address and role, is the
//! accounts' matter and never stands here.

mod change;
mod documents;
mod leave;
mod names;
mod routes;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use httpkit::{Error, Kind, Result, UserId};
use store::{Batch, Query, Store, Time};

use crate::app::App;

pub(crate) use change::describe;
pub(crate) use documents::{Handle, Profile, ProfileStats, RecalledHandles, RecalledProfiles, RecalledStats, SCHEMAS};
pub(crate) use leave::{forget_numbers, leave, left};
pub(crate) use names::{DisplayName, Username};
pub(crate) use routes::routes;
pub(crate) use view::{MeView, UserCard, UserView, cards, cards_of_all, me, view};

/// Comes after every character that a user name may have.
const BEYOND: char = '\u{7f}';

/// Somebody who signs up.
#[derive(Clone, Debug)]
pub(crate) struct NewUser {
    pub(crate) user_id: UserId,
    pub(crate) username: Username,
    /// The user name where there is none.
    pub(crate) display_name: Option<DisplayName>,
    pub(crate) now: Time,
}

/// Adds handle and profile to the batch that signs somebody up. A taken name is `Duplicate` of the first of these writes.
pub(crate) fn add(batch: &mut Batch, new: NewUser) {
    let display_name = new.display_name.unwrap_or_else(|| DisplayName::from(&new.username));
    batch.insert(&Handle { name: new.username.clone(), user_id: new.user_id, reserved_until: None });
    batch.insert(&Profile {
        user_id: new.user_id,
        username: new.username,
        display_name,
        bio: String::new(),
        avatar: None,
        created_at: new.now,
        suspended: false,
    });
}

/// A number of a profile that others add to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Posts,
    Followers,
    Following,
}

/// Adds `difference` to a number of `user` in the batch of what causes it. [`counted`] is to be called after the commit.
pub(crate) fn count(batch: &mut Batch, user: UserId, number: Number, difference: i64) {
    let field = match number {
        Number::Posts => "posts",
        Number::Followers => "followers",
        Number::Following => "following",
    };
    batch.add::<ProfileStats>(&user, field, difference);
}

/// Forgets the remembered numbers of `user`.
pub(crate) fn counted(app: &App, user: UserId) {
    app.caches().profile_stats.forget(&user);
}

/// Whose the name is.
pub(crate) async fn find_by_name(app: &App, name: &Username) -> Result<Option<UserId>> {
    let handles = &app.caches().handles;
    if let Some(user) = handles.get(name, app.now()) {
        return Ok(Some(user));
    }
    let mark = handles.mark(name);
    let handle = app.store().collection::<Handle>().get(name).await?;
    let user = handle.filter(|handle| handle.reserved_until.is_none()).map(|handle| handle.user_id);
    if let Some(user) = user {
        handles.keep(name.clone(), user, mark, app.now());
    }
    Ok(user)
}

/// Whom an address such as `/users/asha` means.
///
/// # Errors
/// 404 `user_not_found`, also for what cannot be a name; 410 `account_suspended`.
pub(crate) async fn require(app: &App, name: &str) -> Result<UserId> {
    let user = require_any(app, name).await?;
    if are_shown(app, &[user]).await?.contains(&false) {
        return Err(Error::new(Kind::Gone, "account_suspended", "This account is suspended").field("username"));
    }
    Ok(user)
}

/// The same, suspended or not: for those who look after accounts.
///
/// # Errors
/// 404 `user_not_found`, also for what cannot be a name.
pub(crate) async fn require_any(app: &App, name: &str) -> Result<UserId> {
    let Ok(name) = Username::parse(name) else { return Err(not_found()) };
    find_by_name(app, &name).await?.ok_or_else(not_found)
}

/// How the names begin that somebody looks for who wrote `text`.
pub(crate) fn beginning(text: &str) -> String {
    text.trim().trim_start_matches('@').to_ascii_lowercase()
}

/// The [`Handle`]s whose names begin so, in the order of the names.
pub(crate) fn names_from(beginning: &str) -> Query {
    Query::by_key().at_least(beginning).below(format!("{beginning}{BEYOND}"))
}

/// Whether these people, and what they made, are shown to others, in their order: nobody is who is suspended or gone.
pub(crate) async fn are_shown(app: &App, users: &[UserId]) -> Result<Vec<bool>> {
    let profiles = profiles(app, users).await?;
    Ok(profiles.iter().map(|profile| profile.as_ref().is_some_and(|profile| !profile.suspended)).collect())
}

/// Adds to the batch that suspends or restores an account that its profile vanishes or comes back. [`stood`] is to be called
/// after the commit.
///
/// # Errors
/// The store's.
pub(crate) async fn stand(store: &Store, batch: &mut Batch, user: UserId, suspended: bool) -> Result<()> {
    if let Some(profile) = store.collection::<Profile>().get(&user).await? {
        batch.replace(&profile, &Profile { suspended, ..profile.document.clone() });
    }
    Ok(())
}

/// Forgets the remembered profile of `user`.
pub(crate) fn stood(app: &App, user: UserId) {
    app.caches().profiles.forget(&user);
}

/// The profiles of these people, in their order.
pub(crate) async fn profiles(app: &App, users: &[UserId]) -> Result<Vec<Option<Arc<Profile>>>> {
    let collection = app.store().collection::<Profile>();
    let load = async |missing: Vec<UserId>| {
        let found = collection.get_many(&missing).await?;
        Ok::<_, Error>(found.into_iter().map(|profile| profile.map(|profile| Arc::new(profile.document))).collect())
    };
    app.caches().profiles.get_many_or_load(users, app.now(), load).await
}

/// The user name of `user`.
///
/// # Errors
/// 404 `user_not_found`.
pub(crate) async fn name_of(app: &App, user: UserId) -> Result<String> {
    let profile = profiles(app, &[user]).await?.pop().flatten().ok_or_else(not_found)?;
    Ok(profile.username.as_str().to_owned())
}

fn not_found() -> Error {
    Error::not_found("user_not_found", "User not found").field("username").issue("No user with that username exists")
}
