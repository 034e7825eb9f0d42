//! Posting, reading, editing and deleting, through the router.

use http::Method;
use serde_json::{Value, json};

use store::{Document, Query};

use super::{Post, PostId, PostStats, RecentPost};
use crate::comments::{Comment, CommentLike, UserComment};
use crate::likes::{PostLike, UserLike};
use crate::media::Media;
use crate::media::samples::upload;
use crate::testing::World;

async fn create(world: &World, token: &str, body: Value) -> Value {
    let answer = world.call(Method::POST, "/api/v1/posts", token, body).await;
    assert_eq!(answer.status, 201, "{:?}", answer.json());
    answer.data()
}

fn path(post: &Value) -> String {
    format!("/api/v1/posts/{}", post["post_id"].as_str().unwrap())
}

#[tokio::test]
async fn a_photo_with_a_title_is_posted_and_read() {
    let world = World::new().await;
    let asha = world.user("asha").await;
    let token = world.own_token(asha);
    let (first, second) = (upload(&world, &token).await, upload(&world, &token).await);
    let body =
        json!({"title": " Midnight Chai ", "caption": "The last train\r\nhad left.", "media_ids": [second, first]});
    let answer = world.call(Method::POST, "/api/v1/posts", &token, body).await;
    let (envelope, post) = (answer.json(), answer.data());
    assert_eq!((&envelope["status"], &envelope["code"]), (&json!("success"), &json!(201)));
    assert_eq!(envelope["message"], "Post created successfully");
    assert_eq!((&post["title"], &post["caption"]), (&json!("Midnight Chai"), &json!("The last train\nhad left.")));
    assert_eq!((&post["media"][0]["media_id"], &post["media"][1]["media_id"]), (&json!(second), &json!(first)));
    assert_eq!((&post["author"]["username"], &post["visibility"]), (&json!("asha"), &json!("public")));
    assert_eq!(post["counts"], json!({"likes": 0, "comments": 0}));
    assert_eq!(post["viewer"], json!({"liked": false, "is_author": true}));
    assert_eq!((&post["created_at"], &post["edited_at"]), (&json!(world.app.now().to_rfc3339()), &Value::Null));

    let read = world.call(Method::GET, &path(&post), &token, Value::Null).await;
    assert_eq!(read.data(), post);
    let mut public = world.call(Method::GET, &path(&post), "", Value::Null).await.data();
    assert_eq!(public["viewer"].take(), json!({"liked": false, "is_author": false}));
    let profile = world.call(Method::GET, "/api/v1/users/asha", "", Value::Null).await.data();
    assert_eq!(profile["counts"]["posts"], 1);
    // The id says whose it is: it lies where its author lies.
    let id: PostId = post["post_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.shard(), asha.shard());
}

#[tokio::test]
async fn what_cannot_be_posted_is_refused_field_by_field() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    let (own, others, used) = (upload(&world, &asha).await, upload(&world, &bilal).await, upload(&world, &asha).await);
    create(&world, &asha, json!({"media_ids": [used]})).await;
    let many = vec![own.as_str(); 21];
    for (body, status, reason, field) in [
        (json!({}), 422, "post_empty", "media_ids"),
        (json!({"title": "  ", "caption": "\n"}), 422, "post_empty", "media_ids"),
        (json!({"title": "a".repeat(121)}), 422, "too_long", "title"),
        (json!({"title": "two\nlines"}), 422, "control_characters", "title"),
        (json!({"caption": "é".repeat(2201)}), 422, "too_long", "caption"),
        (json!({"media_ids": many}), 422, "too_many", "media_ids"),
        (json!({"media_ids": [own, own]}), 422, "media_twice", "media_ids[1]"),
        (json!({"media_ids": [own, others]}), 422, "media_not_found", "media_ids[1]"),
        (json!({"media_ids": ["x"]}), 422, "media_not_found", "media_ids[0]"),
        (json!({"media_ids": [used]}), 409, "media_in_use", "media_ids[0]"),
        (json!({"title": {"$gt": ""}}), 422, "wrong_type", "title"),
        (json!({"title": "a", "visibility": "friends"}), 422, "wrong_type", "visibility"),
        (json!({"title": "a", "author": "bilal"}), 422, "unknown_field", "author"),
    ] {
        let answer = world.call(Method::POST, "/api/v1/posts", &asha, body.clone()).await;
        let seen = (answer.status.as_u16(), answer.reason(), answer.json()["details"]["field"].clone());
        assert_eq!(seen, (status, reason.to_owned(), json!(field)), "{body}");
    }
    create(&world, &asha, json!({"title": "é".repeat(120), "caption": "é".repeat(2200), "media_ids": [own]})).await;
}

#[tokio::test]
async fn a_post_sent_twice_with_a_key_is_one_post() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    let send = async |title: &str| {
        let request = axum::extract::Request::post("/api/v1/posts")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("idempotency-key", "post-1");
        world.send(request.body(json!({"title": title}).to_string().into()).unwrap()).await
    };
    let first = send("Chai").await;
    assert_eq!((first.status.as_u16(), send("Chai").await.data()), (201, first.data()));
    assert_eq!(send("Coffee").await.reason(), "idempotency_key_reused");
    let profile = world.call(Method::GET, "/api/v1/users/asha", "", Value::Null).await.data();
    assert_eq!(profile["counts"]["posts"], 1);
}

#[tokio::test]
async fn who_sees_a_post_is_decided_every_time_it_is_read() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    let post = create(&world, &asha, json!({"title": "Chai", "visibility": "followers"})).await;
    let sees = async |token: &str| {
        let answer = world.call(Method::GET, &path(&post), token, Value::Null).await;
        let grid = world.call(Method::GET, "/api/v1/users/asha/posts", token, Value::Null).await;
        let listed = grid.data()["items"].as_array().unwrap().len();
        assert_eq!(answer.status == 200, listed == 1);
        assert!(answer.status == 200 || (answer.status == 404 && answer.reason() == "post_not_found"));
        listed == 1
    };
    assert_eq!((sees(&asha).await, sees(&bilal).await, sees("").await), (true, false, false));
    world.call(Method::PUT, "/api/v1/users/asha/follow", &bilal, Value::Null).await;
    assert_eq!((sees(&bilal).await, sees("").await), (true, false));
    world.call(Method::PATCH, &path(&post), &asha, json!({"visibility": "private"})).await;
    assert_eq!((sees(&asha).await, sees(&bilal).await), (true, false));
    world.call(Method::PATCH, &path(&post), &asha, json!({"visibility": "public"})).await;
    assert_eq!((sees(&bilal).await, sees("").await), (true, true));
    // An app without the right to read posts reads like the public.
    world.call(Method::PATCH, &path(&post), &asha, json!({"visibility": "followers"})).await;
    let bilals_app = world.app_token(world.user("bilal2").await, "likes:write");
    assert!(!sees(&bilals_app).await);
}

#[tokio::test]
async fn an_edit_changes_what_it_names_and_overwrites_nobodys() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    let post = create(&world, &asha, json!({"title": "Chai", "caption": "Hot."})).await;
    let edit = async |token: &str, body: Value| world.call(Method::PATCH, &path(&post), token, body).await;
    let edited = edit(&asha, json!({"title": "Coffee", "version": 1})).await.data();
    assert_eq!(
        (&edited["title"], &edited["caption"], &edited["version"]),
        (&json!("Coffee"), &json!("Hot."), &json!(2))
    );
    assert_eq!(edited["edited_at"], world.app.now().to_rfc3339());
    assert_eq!(edit(&asha, json!({"title": "Tea", "version": 1})).await.reason(), "stale_edit");
    assert_eq!(edit(&asha, json!({"title": null})).await.data()["title"], Value::Null);
    assert_eq!(edit(&asha, json!({"caption": null})).await.reason(), "post_empty");
    assert_eq!(edit(&asha, json!({})).await.data()["version"], 3);
    assert_eq!(edit(&bilal, json!({"title": "Mine"})).await.reason(), "not_yours");
    assert_eq!(edit(&asha, json!({"visibility": "private"})).await.status, 200);
    assert_eq!(edit(&bilal, json!({"title": "Mine"})).await.reason(), "post_not_found");
}

#[tokio::test]
async fn a_deleted_post_takes_its_pictures_likes_and_comments_along() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    let media = upload(&world, &asha).await;
    let post = create(&world, &asha, json!({"media_ids": [media]})).await;
    let path = path(&post);
    world.call(Method::PUT, &format!("{path}/like"), &bilal, Value::Null).await;
    let comment = world.call(Method::POST, &format!("{path}/comments"), &bilal, json!({"text": "Nice"})).await.data();
    let comment = format!("/api/v1/comments/{}", comment["comment_id"].as_str().unwrap());
    world.call(Method::PUT, &format!("{comment}/like"), &asha, Value::Null).await;
    let answers = json!({"text": "Thanks", "parent_id": comment.rsplit('/').next()});
    world.call(Method::POST, &format!("{path}/comments"), &asha, answers).await;

    assert_eq!(world.call(Method::DELETE, &path, &bilal, Value::Null).await.status, 403);
    assert_eq!(world.call(Method::DELETE, &path, &asha, Value::Null).await.status, 200);
    for gone in [&path, &format!("{path}/comments"), &format!("{path}/likes")] {
        assert_eq!(world.call(Method::GET, gone, &asha, Value::Null).await.status, 404, "{gone}");
    }
    assert_eq!(world.call(Method::DELETE, &path, &asha, Value::Null).await.status, 404);
    assert_eq!(world.call(Method::PATCH, &comment, &bilal, json!({"text": "Hm"})).await.status, 404);
    let file = format!("/media/{media}/40.webp");
    assert_eq!(world.call(Method::GET, &file, "", Value::Null).await.status, 404);
    let profile = world.call(Method::GET, "/api/v1/users/asha", "", Value::Null).await.data();
    assert_eq!(profile["counts"]["posts"], 0);

    world.server.run_jobs_until_idle().await;
    assert_eq!(
        (left::<Post>(&world).await, left::<PostStats>(&world).await, left::<RecentPost>(&world).await),
        (0, 0, 0)
    );
    assert_eq!((left::<PostLike>(&world).await, left::<UserLike>(&world).await), (0, 0));
    assert_eq!((left::<Comment>(&world).await, left::<CommentLike>(&world).await), (0, 0));
    assert_eq!((left::<UserComment>(&world).await, left::<Media>(&world).await), (0, 0));
}

/// How many documents of a kind there are.
async fn left<D: Document>(world: &World) -> usize {
    world.app.store().collection::<D>().scan(Query::by_key()).await.unwrap().items.len()
}

#[tokio::test]
async fn a_grid_goes_on_where_it_was_whatever_is_posted_meanwhile() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    for number in 0..5 {
        // Some share their moment: then the order is that of their ids.
        world.clock.advance(std::time::Duration::from_millis(number % 2));
        create(&world, &token, json!({"title": number.to_string()})).await;
    }
    let page = async |cursor: &str| {
        let path = format!("/api/v1/users/asha/posts?limit=2{cursor}");
        world.call(Method::GET, &path, "", Value::Null).await.data()
    };
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let data = page(&cursor).await;
        seen.extend(data["items"].as_array().unwrap().iter().map(|post| post["post_id"].as_str().unwrap().to_owned()));
        world.clock.advance(std::time::Duration::from_millis(1));
        create(&world, &token, json!({"title": "new"})).await;
        match data["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|a, b| a > b));
    let forged = world.call(Method::GET, "/api/v1/users/asha/posts?cursor=forged", "", Value::Null).await;
    assert_eq!((forged.status.as_u16(), forged.reason().as_str()), (400, "cursor_invalid"));
    let elsewhere =
        world.call(Method::GET, &format!("/api/v1/users/asha/followers?limit=2{cursor}"), "", Value::Null).await;
    assert_eq!(elsewhere.reason(), "cursor_invalid");
    for limit in ["0", "101", "-1", "x"] {
        let answer = world.call(Method::GET, &format!("/api/v1/users/asha/posts?limit={limit}"), "", Value::Null).await;
        assert_eq!(answer.status, 422, "{limit}");
    }
}
