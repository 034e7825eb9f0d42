//! Changing one's profile: names, bio, picture.

use httpkit::extract::Issues;
use httpkit::{Error, Result, UserId};
use serde::Deserialize;
use store::{Batch, Stored};
use utoipa::ToSchema;

use super::documents::{Avatar, Profile};
use super::names::DisplayName;
use crate::app::App;
use crate::media::{self, Media, MediaId, ShownBy};
use crate::text;

/// A profile's picture is shown at 96 points at most, on screens of up to three pixels a point.
const AVATAR_SIDE: u32 = 320;

/// How often a change is tried again when somebody else was faster.
const ATTEMPTS: usize = 8;

/// What can be changed of a profile; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileChange {
    /// One line of up to 60 characters.
    #[schema(
        min_length = 1,
        max_length = 60,
        pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$",
        example = "Asha K"
    )]
    display_name: Option<String>,
    /// Up to 500 characters.
    #[schema(
        max_length = 500,
        pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$",
        example = "Rain, tea, trains."
    )]
    bio: Option<String>,
    /// A picture of one's own that is `ready` and not posted; null takes the present one away.
    #[serde(default, deserialize_with = "text::named")]
    #[schema(value_type = Option<String>, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    avatar_media_id: Option<Option<String>>,
}

/// What was sent, found good.
struct Wish {
    display_name: Option<DisplayName>,
    bio: Option<String>,
    avatar: Option<Option<MediaId>>,
}

/// Changes the profile of `user`.
///
/// # Errors
/// 422 for what is invalid; 409 for a picture that is not ready or used elsewhere.
pub(super) async fn change(app: &App, user: UserId, change: ProfileChange) -> Result<()> {
    let wish = parse(app, change)?;
    for _ in 0..ATTEMPTS {
        match attempt(app, user, &wish).await {
            Err(error) if error.reason() == "changed_meanwhile" => {}
            outcome => return outcome,
        }
    }
    Err(Error::conflict("changed_meanwhile", "Your profile was changed at the same moment. Try again"))
}

fn parse(app: &App, change: ProfileChange) -> Result<Wish> {
    let mut issues = Issues::default();
    let display_name = change.display_name.and_then(|name| issues.keep(DisplayName::parse(&name)));
    let limit = app.settings().text.bio;
    let bio = change.bio.map(|bio| text::block(&mut issues, "bio", "The bio", &bio, limit));
    let mut avatar = None;
    if let Some(id) = change.avatar_media_id {
        match id.as_deref().map(str::parse::<MediaId>).transpose() {
            Ok(id) => avatar = Some(id),
            Err(_) => issues.add("avatar_media_id", "media_not_found", "You have no photo with this id"),
        }
    }
    issues.finish()?;
    Ok(Wish { display_name, bio, avatar })
}

async fn attempt(app: &App, user: UserId, wish: &Wish) -> Result<()> {
    let stored = app.store().collection::<Profile>().get(&user).await?.ok_or_else(super::not_found)?;
    let mut profile = stored.document.clone();
    if let Some(name) = &wish.display_name {
        profile.display_name = name.clone();
    }
    if let Some(bio) = &wish.bio {
        profile.bio.clone_from(bio);
    }
    let mut batch = app.store().batch();
    let former = stored.avatar.map(|avatar| avatar.media_id);
    let mut gone = Vec::new();
    if let Some(wanted) = wish.avatar.filter(|wanted| *wanted != former) {
        profile.avatar = None;
        if let Some(id) = wanted {
            let media = media::find_to_show(app, user, "avatar_media_id", &[id]).await?;
            for media in &media {
                profile.avatar = avatar(media);
                media::claim(&mut batch, media, ShownBy::Profile, true);
            }
        }
        if let Some(former) = former
            && let Some(media) = app.store().collection::<Media>().get(&former).await?
        {
            media::release(app, &mut batch, &media)?;
            gone.push(former);
        }
    }
    if profile != stored.document {
        batch.replace(&stored, &profile);
    }
    batch.commit().await?;
    app.caches().profiles.forget(&user);
    if let Some(Some(id)) = wish.avatar {
        media::changed(app, id);
    }
    media::released(app, &gone);
    Ok(())
}

/// Adds a bio and a picture to a profile; the picture is to be claimed in the same batch.
pub(crate) fn describe(batch: &mut Batch, stored: &Stored<Profile>, bio: String, picture: Option<&Media>) {
    batch.replace(stored, &Profile { bio, avatar: picture.and_then(avatar), ..stored.document.clone() });
}

fn avatar(media: &Media) -> Option<Avatar> {
    let size = media.picture()?.at_least(AVATAR_SIDE)?;
    Some(Avatar { media_id: media.id, side: size.side })
}
