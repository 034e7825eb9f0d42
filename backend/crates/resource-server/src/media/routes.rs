//! `POST /media`, `GET`, `PATCH` and `DELETE /media/{media_id}`: the owner's view of a picture.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::response::Response;
use http::HeaderMap;
use httpkit::extract::{Issues, Json, Path};
use httpkit::limits::Limit;
use httpkit::middleware::larger_body;
use httpkit::{Envelope, Error, Nothing, Reply, Result, UserId};
use serde::Deserialize;
use store::{Change, Stored};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::documents::{Media, MediaId, ShownBy};
use super::view::{MediaView, view};
use super::{receive, upload};
use crate::accounts;
use crate::app::App;
use crate::caller::Scoped;
use crate::caller::scopes::MediaWrite;
use crate::idempotency::{self, Fingerprint};
use crate::problems::{Uploading, Writing};
use crate::text;

pub(crate) fn routes(max_bytes: u64) -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new().routes(routes!(create)).layer(larger_body(max_bytes + receive::FORM));
    uploads.merge(OpenApiRouter::new().routes(routes!(show, change, remove)))
}

/// A form with a picture.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the shape of a multipart form, for the document")]
struct UploadForm {
    /// JPEG, PNG, WebP or GIF (its first frame), up to 30 MB and 50 megapixels.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What is to be seen, for who cannot see it; up to 1,500 characters.
    #[schema(max_length = 1500, pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$")]
    alt: Option<String>,
}

/// Upload a picture
///
/// Answers when the picture is `ready`, or refuses it in words; where that takes long, with `processing`: ask again then.
/// Position, camera and everything else beside the pixels is removed. Nobody else sees it until it is posted.
#[utoipa::path(
    post, path = "/media", tag = "Media", operation_id = "uploadMedia",
    security(("oauth" = ["media:write"])),
    params((
        "Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless, for a day",
        pattern = r"^[!-~]([ -~]{0,126}[!-~])?$",
    )),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "Uploaded", body = Envelope<MediaView>), Uploading)
)]
async fn create(
    State(app): State<App>,
    caller: Scoped<MediaWrite>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let form = form.map_err(|_| receive::not_a_form())?;
    app.limits().subject(Limit::Upload, &caller.user.to_string()).await?;
    accounts::may_post(&app, caller.user).await?;
    receive::judge_length(&app, &headers)?;
    app.studio().look_in()?;
    let folder = upload::folder_name(app.random());
    let path = app.studio().disk().receiving(&folder);
    let received = receive::receive(&app, form, path).await?;
    let fingerprint = Fingerprint::of_bytes(&received.digest);
    let (owner, taker) = (caller.user, app.clone());
    idempotency::run(&app, owner, "media", &headers, fingerprint, async move || {
        let media = upload::take(taker.clone(), owner, folder, received).await?;
        Ok(Reply::created("Photo uploaded", view(taker.studio().links(), &media, taker.now())))
    })
    .await
}

/// Show a picture of one's own
#[utoipa::path(
    get, path = "/media/{media_id}", tag = "Media", operation_id = "getMedia",
    security(("oauth" = ["media:write"])),
    params(("media_id" = String, Path, description = "The picture")),
    responses((status = 200, description = "The picture", body = Envelope<MediaView>), Writing)
)]
async fn show(
    State(app): State<App>,
    caller: Scoped<MediaWrite>,
    Path(media_id): Path<String>,
) -> Result<Reply<MediaView>> {
    let media = own(&app, caller.user, &media_id).await?;
    Ok(Reply::ok("Photo", view(app.studio().links(), &media, app.now())))
}

/// What can be changed of a picture.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MediaChange {
    /// What is to be seen, for who cannot see it; up to 1,500 characters.
    #[schema(
        max_length = 1500,
        pattern = r"^[^\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]*$",
        example = "A glass of tea on a wet wooden counter, at night"
    )]
    alt: String,
}

/// Describe a picture
#[utoipa::path(
    patch, path = "/media/{media_id}", tag = "Media", operation_id = "changeMedia",
    security(("oauth" = ["media:write"])),
    params(("media_id" = String, Path, description = "The picture")),
    request_body = MediaChange,
    responses((status = 200, description = "Changed", body = Envelope<MediaView>), Writing)
)]
async fn change(
    State(app): State<App>,
    caller: Scoped<MediaWrite>,
    Path(media_id): Path<String>,
    Json(change): Json<MediaChange>,
) -> Result<Reply<MediaView>> {
    let mut issues = Issues::default();
    let alt = text::block(&mut issues, "alt", "The description", &change.alt, app.settings().text.alt);
    issues.finish()?;
    let id = own(&app, caller.user, &media_id).await?.id;
    let changed = app
        .store()
        .collection::<Media>()
        .modify(&id, |media| {
            media.alt.clone_from(&alt);
            Ok::<_, store::Error>(Change::Write)
        })
        .await?;
    app.caches().media.forget(&id);
    let media = changed.ok_or_else(not_found)?;
    Ok(Reply::ok("Description saved", view(app.studio().links(), &media, app.now())))
}

/// Delete a picture
///
/// One that a post shows is deleted with its post: 409 `media_in_use`.
#[utoipa::path(
    delete, path = "/media/{media_id}", tag = "Media", operation_id = "deleteMedia",
    security(("oauth" = ["media:write"])),
    params(("media_id" = String, Path, description = "The picture")),
    responses((status = 200, description = "Deleted, files included", body = Envelope<Nothing>), Writing)
)]
async fn remove(
    State(app): State<App>,
    caller: Scoped<MediaWrite>,
    Path(media_id): Path<String>,
) -> Result<Reply<Nothing>> {
    let media = own(&app, caller.user, &media_id).await?;
    match media.shown_by {
        None => {}
        Some(ShownBy::Post { .. }) => {
            return Err(Error::conflict("media_in_use", "A post shows this photo. Delete the post instead"));
        }
        Some(ShownBy::Profile) => {
            return Err(Error::conflict("media_in_use", "This is your profile's picture. Choose another one first"));
        }
        Some(ShownBy::App) => {
            return Err(Error::conflict("media_in_use", "This is the picture of an app of yours. Take it away there"));
        }
    }
    let mut batch = app.store().batch();
    super::release(&app, &mut batch, &media)?;
    batch.commit().await?;
    super::released(&app, &[media.id]);
    Ok(Reply::done("Photo deleted"))
}

/// The picture, if it is `owner`'s.
async fn own(app: &App, owner: UserId, media_id: &str) -> Result<Stored<Media>> {
    let id: MediaId = media_id.parse().map_err(|_| not_found())?;
    let media = app.store().collection::<Media>().get(&id).await?;
    media.filter(|media| media.owner == owner).ok_or_else(not_found)
}

fn not_found() -> Error {
    Error::not_found("media_not_found", "Photo not found").field("media_id").issue("You have no photo with this id")
}
