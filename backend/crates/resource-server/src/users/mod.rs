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

use httpkit::{Error, Result, UserId};
use store::{Batch, Time};

use crate::app::App;

pub(crate) use documents::{Handle, Profile, ProfileStats, RecalledHandles, RecalledProfiles, RecalledStats, SCHEMAS};
pub(crate) use leave::{forget_numbers, leave, left};
pub(crate) use names::{DisplayName, Username};
pub(crate) use routes::routes;
pub(crate) use view::{MeView, UserCard, UserView, cards, me, view};

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
/// 404 `user_not_found`, also for what cannot be a name.
pub(crate) async fn require(app: &App, name: &str) -> Result<UserId> {
    let Ok(name) = Username::parse(name) else { return Err(not_found()) };
    find_by_name(app, &name).await?.ok_or_else(not_found)
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
