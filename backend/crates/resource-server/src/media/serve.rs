//! `GET /media/…`: the files. Who sees what is decided by the picture's document at every request, the address alone
//! opens nothing that is deleted or no longer public.
//!
//! A file never changes, so browsers may keep it for ever; what not everybody may see, as long as its stamp is good and
//! for themselves. Nothing served here can act as a page: fixed type, `nosniff`, and a policy that allows nothing.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, StatusCode};
use httpkit::extract::Path;
use httpkit::{Error, Result};

use super::documents::MediaId;
use crate::app::App;
use crate::users;

/// The routes of `/media`, to be merged at the root.
pub(crate) fn files() -> Router<App> {
    Router::new().route("/media/{media_id}/{file}", get(public)).route("/media/{media_id}/{stamp}/{file}", get(stamped))
}

async fn public(
    State(app): State<App>,
    Path((media_id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    serve(&app, &media_id, None, &file, &headers).await
}

async fn stamped(
    State(app): State<App>,
    Path((media_id, stamp, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    serve(&app, &media_id, Some(&stamp), &file, &headers).await
}

async fn serve(app: &App, media_id: &str, stamp: Option<&str>, file: &str, headers: &HeaderMap) -> Result<Response> {
    let id: MediaId = media_id.parse().map_err(|_| not_found())?;
    let side: u32 = file.strip_suffix(".webp").and_then(|side| side.parse().ok()).ok_or_else(not_found)?;
    let media = super::find_many(app, &[id]).await?.pop().ok_or_else(not_found)?;
    // Whoever is suspended is shown nowhere, their pictures neither.
    if users::are_shown(app, &[media.owner]).await?.contains(&false) {
        return Err(not_found());
    }
    let caching = match stamp {
        None if app.studio().links().is_plain(media.public) => {
            HeaderValue::from_static("public, max-age=31536000, immutable")
        }
        None => return Err(not_found()),
        Some(stamp) => {
            let seconds = app.studio().links().remaining(id, stamp, app.now()).ok_or_else(not_found)?;
            HeaderValue::try_from(format!("private, max-age={seconds}, immutable")).map_err(Error::internal)?
        }
    };
    let known = media.picture().is_some_and(|picture| picture.sizes.iter().any(|size| size.side == side));
    if !known {
        return Err(not_found());
    }
    let tag = format!("\"{id}-{side}\"");
    let unchanged = headers.get_all(IF_NONE_MATCH).iter().any(|tags| names(tags, &tag));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes = tokio::fs::read(app.studio().disk().size(&media.folder, side)).await;
        // Deleted between the question and the answer, or lost by the disk: not there either way.
        let bytes = bytes.map_err(|error| not_found().because(error))?;
        ([(CONTENT_TYPE, HeaderValue::from_static("image/webp"))], bytes).into_response()
    };
    let own = response.headers_mut();
    own.insert(CACHE_CONTROL, caching);
    own.insert(ETAG, HeaderValue::try_from(tag).map_err(Error::internal)?);
    own.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    own.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    Ok(response)
}

/// Whether an `If-None-Match` names `tag` (RFC 9110 section 13.1.2; weak comparison).
fn names(tags: &HeaderValue, tag: &str) -> bool {
    let tags = tags.to_str().unwrap_or_default();
    tags.split(',').map(str::trim).any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named) == tag)
}

fn not_found() -> Error {
    Error::not_found("media_not_found", "There is no picture at this address")
}
