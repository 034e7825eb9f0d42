//! People as the API shows them: a card beside what they made, a profile, and oneself.

use httpkit::{Error, Result, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents::{Profile, ProfileStats};
use crate::accounts::{self, PrivateFields};
use crate::app::App;
use crate::follows;

/// Who made something, in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserCard {
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    pub(crate) user_id: UserId,
    #[schema(example = "asha")]
    pub(crate) username: String,
    #[schema(example = "Asha K")]
    pub(crate) display_name: String,
    /// Null where there is none.
    #[schema(example = "http://localhost:3000/media/01kb2m8h5s4j0yq3m7w9x2c6ve/320.webp")]
    pub(crate) avatar_url: Option<String>,
}

/// A profile.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserView {
    #[serde(flatten)]
    pub(crate) card: UserCard,
    /// Empty where nothing was said.
    #[schema(example = "Rain, tea, trains.")]
    pub(crate) bio: String,
    #[schema(value_type = String, format = DateTime, example = "2026-11-22T17:43:00Z")]
    pub(crate) created_at: String,
    pub(crate) counts: UserCounts,
    pub(crate) viewer: UserViewer,
}

/// A profile's numbers.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct UserCounts {
    pub(crate) posts: i64,
    pub(crate) followers: i64,
    pub(crate) following: i64,
}

/// What the one who reads has to do with a profile; all false for who is not signed in.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct UserViewer {
    /// It is their own.
    pub(crate) is_self: bool,
    /// They follow it.
    pub(crate) following: bool,
    /// It follows them.
    pub(crate) followed_by: bool,
}

/// One's own profile, with what only its owner sees.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeView {
    #[serde(flatten)]
    pub(crate) user: UserView,
    #[serde(flatten)]
    pub(crate) private: PrivateFields,
}

/// The profile of `user`, as `viewer` sees it.
///
/// # Errors
/// 404 `user_not_found`.
pub(crate) async fn view(app: &App, user: UserId, viewer: Option<UserId>) -> Result<UserView> {
    let profile = super::profiles(app, &[user]).await?.pop().flatten().ok_or_else(super::not_found)?;
    let stats = stats(app, user).await?;
    let viewer = match viewer {
        None => UserViewer::default(),
        Some(viewer) if viewer == user => UserViewer { is_self: true, ..UserViewer::default() },
        Some(viewer) => UserViewer {
            is_self: false,
            following: follows::is_following(app, viewer, user).await?,
            followed_by: follows::is_following(app, user, viewer).await?,
        },
    };
    Ok(UserView {
        card: card(app, &profile),
        bio: profile.bio.clone(),
        created_at: profile.created_at.to_rfc3339(),
        counts: UserCounts { posts: stats.posts, followers: stats.followers, following: stats.following },
        viewer,
    })
}

/// The profile of `user` as they see it themselves.
///
/// # Errors
/// 404 `user_not_found`.
pub(crate) async fn me(app: &App, user: UserId) -> Result<MeView> {
    let private = accounts::private_fields(app, user).await?;
    Ok(MeView { user: view(app, user, Some(user)).await?, private })
}

/// The cards of these people, in their order; `None` for who is gone or suspended. What has no author is shown nowhere, so
/// everything of somebody vanishes from every list with their card.
pub(crate) async fn cards(app: &App, users: &[UserId]) -> Result<Vec<Option<UserCard>>> {
    let profiles = super::profiles(app, users).await?;
    let shown = profiles.into_iter().map(|profile| profile.filter(|profile| !profile.suspended));
    Ok(shown.map(|profile| profile.map(|profile| card(app, &profile))).collect())
}

/// The cards of these people, suspended or not, in their order: for those who look after accounts.
pub(crate) async fn cards_of_all(app: &App, users: &[UserId]) -> Result<Vec<Option<UserCard>>> {
    let profiles = super::profiles(app, users).await?;
    Ok(profiles.into_iter().map(|profile| profile.map(|profile| card(app, &profile))).collect())
}

fn card(app: &App, profile: &Profile) -> UserCard {
    let avatar = profile.avatar.map(|avatar| {
        // A profile's picture is as public as the profile.
        app.studio().links().of(avatar.media_id, true, app.now()).side(avatar.side)
    });
    UserCard {
        user_id: profile.user_id,
        username: profile.username.as_str().to_owned(),
        display_name: profile.display_name.as_str().to_owned(),
        avatar_url: avatar,
    }
}

async fn stats(app: &App, user: UserId) -> Result<ProfileStats> {
    let load = async {
        let stats = app.store().collection::<ProfileStats>().get(&user).await?;
        Ok::<_, Error>(stats.map_or(ProfileStats::none(user), store::Stored::into_document))
    };
    app.caches().profile_stats.get_or_load(&user, app.now(), load).await
}
