//! Uploading, seeing and deleting pictures, through the router.

use std::path::PathBuf;
use std::time::Duration;

use http::Method;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use serde_json::{Value, json};

use super::samples::{SECRET_PLACE, bomb, camera_photo, form, jpeg, send_form, upload};
use super::{Media, MediaId};
use crate::testing::{Answer, World};

async fn get(world: &World, url: &str) -> Answer {
    let path = url.strip_prefix("http://localhost:3000").unwrap();
    world.call(Method::GET, path, "", Value::Null).await
}

fn urls(media: &Value) -> Vec<String> {
    let variants = media["variants"].as_array().unwrap();
    variants.iter().map(|variant| variant["url"].as_str().unwrap().to_owned()).collect()
}

/// Every file under the pictures' directory.
fn files(world: &World) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![world.app.settings().data.join("resource").join("media")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found
}

#[tokio::test]
async fn an_uploaded_photo_is_ready_upright_and_says_nothing_of_its_place() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    let fields =
        form(&[("alt", None, "  Tea, at night ".as_bytes()), ("file", Some("x.html"), &camera_photo(800, 600, 6))]);
    let answer = send_form(&world, &token, fields, &[]).await;
    assert_eq!(answer.status, 201, "{:?}", answer.json());
    let media = answer.data();
    assert_eq!((&media["state"], &media["alt"]), (&json!("ready"), &json!("Tea, at night")));
    assert_eq!((&media["width"], &media["height"]), (&json!(600), &json!(800)));
    assert_eq!(urls(&media).len(), 3);
    assert_eq!(media["variants"][0]["type"], "image/webp");

    for url in urls(&media) {
        let file = get(&world, &url).await;
        assert_eq!((file.status.as_u16(), &file.headers[CONTENT_TYPE]), (200, &"image/webp".parse().unwrap()));
        assert_eq!(file.headers[CONTENT_SECURITY_POLICY], "sandbox; default-src 'none'");
        assert!(!file.bytes.windows(SECRET_PLACE.len()).any(|part| part == SECRET_PLACE.as_bytes()));
    }
    // Nothing else is kept: neither the upload nor a part of it.
    assert!(files(&world).iter().all(|file| file.extension().is_some_and(|extension| extension == "webp")));
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    let photo = camera_photo(400, 300, 1);
    for (bytes, status, reason) in [
        (&b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"[..], 415, "not_a_picture"),
        (b"<!doctype html><script>alert(1)</script>", 415, "not_a_picture"),
        (b"", 415, "not_a_picture"),
        (&bomb(60_000, 60_000), 422, "picture_too_many_pixels"),
        (&photo[..photo.len() / 2], 422, "picture_broken"),
        (b"GIF89a\x0a\0\x0a\0\0\0\0=1;/*<script>alert(1)</script>*/", 422, "picture_broken"),
    ] {
        let answer = send_form(&world, &token, form(&[("file", Some("a.jpg"), bytes)]), &[]).await;
        assert_eq!((answer.status.as_u16(), answer.reason().as_str()), (status, reason));
        assert_eq!(answer.json()["details"]["field"], "file");
    }
    world.server.run_jobs_until_idle().await;
    assert_eq!(files(&world), Vec::<PathBuf>::new());
    let left = world.app.store().collection::<Media>().scan(store::Query::by_key()).await.unwrap();
    assert!(left.items.is_empty());
}

#[tokio::test]
async fn a_form_that_is_not_as_asked_for_is_refused_in_words() {
    let world = World::with(|settings| settings.media.max_bytes = 100_000).await;
    let token = world.own_token(world.user("asha").await);
    let (photo, large, long) = (jpeg(40, 30), [jpeg(40, 30), vec![0; 100_000]].concat(), "a".repeat(1501));
    for (fields, status, reason) in [
        (form(&[]), 422, "missing"),
        (form(&[("alt", None, b"Tea")]), 422, "missing"),
        (form(&[("file", Some("a.jpg"), &photo), ("file", Some("b.jpg"), &photo)]), 422, "unknown_field"),
        (form(&[("file", Some("a.jpg"), &photo), ("owner", None, b"somebody")]), 422, "unknown_field"),
        (form(&[("file", Some("a.jpg"), &photo), ("alt", None, long.as_bytes())]), 422, "too_long"),
        (form(&[("file", Some("a.jpg"), &large)]), 413, "upload_too_large"),
        (b"not a form".to_vec(), 400, "form_unreadable"),
    ] {
        let answer = send_form(&world, &token, fields, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.reason().as_str()), (status, reason));
    }
    let way_beyond = form(&[("file", Some("a.jpg"), &[photo, vec![0; 2_400_000]].concat())]);
    let (length, known) = (way_beyond.len().to_string(), send_form(&world, &token, way_beyond.clone(), &[]).await);
    assert_eq!(known.status, 413);
    let told = send_form(&world, &token, way_beyond, &[("Content-Length", &length)]).await;
    assert_eq!(told.json()["message"], "This photo is too large: 3 MB. The limit is 1 MB");
    let answer = world.call(Method::POST, "/api/v1/media", &token, json!({"file": "a.jpg"})).await;
    assert_eq!((answer.status.as_u16(), answer.reason().as_str()), (415, "not_a_form"));
    assert_eq!(files(&world), Vec::<PathBuf>::new());
    let read_only = world.app_token(world.user("bilal").await, "posts:read");
    let answer = send_form(&world, &read_only, form(&[]), &[]).await;
    assert_eq!((answer.status.as_u16(), answer.reason().as_str()), (403, "insufficient_scope"));
}

#[tokio::test]
async fn an_upload_sent_twice_is_one_picture() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    let key = [("Idempotency-Key", "upload-1")];
    let fields = |width| form(&[("file", Some("a.jpg"), &jpeg(width, 30))]);
    let first = send_form(&world, &token, fields(40), &key).await;
    let again = send_form(&world, &token, fields(40), &key).await;
    assert_eq!((first.status.as_u16(), first.data()), (201, again.data()));
    assert_eq!(send_form(&world, &token, fields(41), &key).await.status, 422);
    assert_eq!(files(&world).len(), 1);
}

#[tokio::test]
async fn what_nobody_was_shown_needs_a_stamp_and_what_is_public_does_not() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    let id = upload(&world, &token).await;
    let media = world.call(Method::GET, &format!("/api/v1/media/{id}"), &token, Value::Null).await.data();
    let stamped = urls(&media)[0].clone();
    let plain = format!("http://localhost:3000/media/{id}/40.webp");
    let file = get(&world, &stamped).await;
    assert_eq!(file.status, 200);
    assert!(file.headers[CACHE_CONTROL].to_str().unwrap().starts_with("private, max-age="));
    assert_eq!(get(&world, &plain).await.status, 404);

    let body = json!({"media_ids": [id]});
    let post = world.call(Method::POST, "/api/v1/posts", &token, body).await.data();
    assert_eq!(urls(&post["media"][0]), std::slice::from_ref(&plain));
    let file = get(&world, &plain).await;
    assert_eq!(file.headers[CACHE_CONTROL], "public, max-age=31536000, immutable");
    let request = axum::extract::Request::get(plain.strip_prefix("http://localhost:3000").unwrap())
        .header(IF_NONE_MATCH, &file.headers[ETAG]);
    let unchanged = world.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.bytes.len()), (304, 0));

    let path = format!("/api/v1/posts/{}", post["post_id"].as_str().unwrap());
    let hidden = world.call(Method::PATCH, &path, &token, json!({"visibility": "private"})).await.data();
    assert_eq!(get(&world, &plain).await.status, 404);
    let stamped = urls(&hidden["media"][0])[0].clone();
    assert_eq!(get(&world, &stamped).await.status, 200);
    for wrong in ["41.webp", "40.png", "../40.webp", "upload", "040.webp.webp", "-40.webp"] {
        assert_eq!(get(&world, &stamped.replace("40.webp", wrong)).await.status, 404, "{wrong}");
    }
    world.clock.advance(Duration::from_secs(2 * 24 * 3600));
    assert_eq!(get(&world, &stamped).await.status, 404);
}

#[tokio::test]
async fn a_deleted_picture_is_gone_files_and_all() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    let id = upload(&world, &asha).await;
    let path = format!("/api/v1/media/{id}");
    let url = urls(&world.call(Method::GET, &path, &asha, Value::Null).await.data())[0].clone();
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(world.call(method, &path, &bilal, Value::Null).await.status, 404);
    }
    assert_eq!(world.call(Method::PATCH, &path, &asha, json!({"alt": "Tea"})).await.data()["alt"], "Tea");
    assert_eq!(world.call(Method::DELETE, &path, &asha, Value::Null).await.status, 200);
    assert_eq!(get(&world, &url).await.status, 404);
    assert_eq!(world.call(Method::DELETE, &path, &asha, Value::Null).await.status, 404);
    world.server.run_jobs_until_idle().await;
    assert_eq!(files(&world), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn what_nothing_shows_is_deleted_after_a_day_and_what_a_post_shows_is_not() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    let (shown, unused) = (upload(&world, &token).await, upload(&world, &token).await);
    world.call(Method::POST, "/api/v1/posts", &token, json!({"media_ids": [shown]})).await;
    world.clock.advance(Duration::from_secs(24 * 3600));
    world.server.run_jobs_until_idle().await;
    let media = world.app.store().collection::<Media>();
    let ids: Vec<MediaId> = [shown, unused].iter().map(|id| id.parse().unwrap()).collect();
    let left = media.get_many(&ids).await.unwrap();
    assert_eq!(left.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    assert_eq!(files(&world).len(), 1);
}

#[tokio::test]
async fn an_upload_that_a_kill_interrupted_is_finished_by_the_next_process() {
    let world = World::new().await;
    let owner = world.user("asha").await;
    // As the process left it: the upload on disk, the document and its jobs committed.
    let disk = world.app.studio().disk();
    let received = disk.receiving("abcdef");
    std::fs::write(&received, jpeg(40, 30)).unwrap();
    disk.keep_upload("abcdef", &received).unwrap();
    let media = Media {
        id: MediaId::generate(world.app.now(), owner.shard(), world.app.random()),
        owner,
        folder: "abcdef".to_owned(),
        alt: String::new(),
        state: super::documents::State::Processing,
        shown_by: None,
        public: false,
    };
    let mut batch = world.app.store().batch();
    batch.insert(&media);
    super::tend::look_after(&world.app, &mut batch, &media).unwrap();
    batch.commit().await.unwrap();

    let token = world.own_token(owner);
    let body = json!({"media_ids": [media.id.to_string()]});
    let answer = world.call(Method::POST, "/api/v1/posts", &token, body.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.reason().as_str()), (409, "media_not_ready"));
    world.clock.advance(Duration::from_secs(60));
    world.server.run_jobs_until_idle().await;
    assert_eq!(world.call(Method::POST, "/api/v1/posts", &world.own_token(owner), body).await.status, 201);
    assert!(files(&world).iter().all(|file| file.ends_with("40.webp")));
}

#[tokio::test]
async fn where_nothing_is_public_every_picture_needs_a_stamp() {
    let world = World::with(|settings| settings.public_reading = false).await;
    let token = world.own_token(world.user("asha").await);
    let id = upload(&world, &token).await;
    let post = world.call(Method::POST, "/api/v1/posts", &token, json!({"media_ids": [id]})).await.data();
    let stamped = urls(&post["media"][0])[0].clone();
    assert_eq!(get(&world, &stamped).await.status, 200);
    assert_eq!(get(&world, &format!("http://localhost:3000/media/{id}/40.webp")).await.status, 404);
}
