//! Profiles as others and their owners see them, through the router.

use http::Method;
use serde_json::{Value, json};

use crate::media::samples::upload;
use crate::testing::World;

#[tokio::test]
async fn a_profile_is_found_by_its_name_in_any_case_and_without_a_token() {
    let world = World::new().await;
    let asha = world.user("asha").await;
    let answer = world.call(Method::GET, "/api/v1/users/ASHA", "", Value::Null).await;
    assert_eq!(answer.status, 200);
    let expected = json!({
        "user_id": asha.to_string(), "username": "asha", "display_name": "asha", "avatar_url": null, "bio": "",
        "created_at": world.app.now().to_rfc3339(), "counts": {"posts": 0, "followers": 0, "following": 0},
        "viewer": {"is_self": false, "following": false, "followed_by": false},
    });
    assert_eq!(answer.data(), expected);
    let own = world.call(Method::GET, "/api/v1/users/asha", &world.own_token(asha), Value::Null).await;
    assert_eq!(own.data()["viewer"], json!({"is_self": true, "following": false, "followed_by": false}));
}

#[tokio::test]
async fn nobody_of_that_name_is_404_in_the_words_of_the_contract() {
    let world = World::new().await;
    for name in ["nobody", "no", "n%20b", "%F0%9F%8D%B5%F0%9F%8D%B5%F0%9F%8D%B5", "admin"] {
        let answer = world.call(Method::GET, &format!("/api/v1/users/{name}"), "", Value::Null).await;
        let mut body = answer.json();
        assert_eq!(body["details"]["request_id"].take(), answer.headers["x-request-id"].to_str().unwrap());
        let details = json!({
            "field": "username", "issue": "No user with that username exists", "reason": "user_not_found",
            "request_id": null,
        });
        let timestamp = world.app.now().to_rfc3339();
        let expected = json!({
            "status": "error", "message": "User not found", "code": 404, "details": details, "timestamp": timestamp,
        });
        assert_eq!((answer.status.as_u16(), body), (404, expected), "{name}");
    }
}

#[tokio::test]
async fn an_instance_that_is_closed_to_the_public_shows_nothing_without_a_token() {
    let world = World::with(|settings| settings.public_reading = false).await;
    let token = world.own_token(world.user("asha").await);
    assert_eq!(world.call(Method::GET, "/api/v1/users/asha", "", Value::Null).await.status, 401);
    assert_eq!(world.call(Method::GET, "/api/v1/users/asha", &token, Value::Null).await.status, 200);
}

/// Signs somebody up and returns their token.
async fn sign_up(world: &World, name: &str) -> String {
    let body = json!({"username": name, "email": format!("{name}@example.org"), "password": "chai and rain"});
    let answer = world.call(Method::POST, "/api/v1/auth/register", "", body).await;
    assert_eq!(answer.status, 201, "{:?}", answer.json());
    answer.data()["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_profile_is_changed_in_what_is_named_and_everybody_sees_it() {
    let world = World::new().await;
    let token = sign_up(&world, "asha").await;
    let change = async |body: Value| world.call(Method::PATCH, "/api/v1/me", &token, body).await;
    let shown = async || world.call(Method::GET, "/api/v1/users/asha", "", Value::Null).await.data();
    assert_eq!(shown().await["display_name"], "asha");

    let changed = change(json!({"display_name": " Asha K ", "bio": "Rain,\ntea."})).await.data();
    assert_eq!((&changed["display_name"], &changed["email"]), (&json!("Asha K"), &json!("asha@example.org")));
    change(json!({"bio": "Tea."})).await;
    assert_eq!((&shown().await["display_name"], &shown().await["bio"]), (&json!("Asha K"), &json!("Tea.")));
    for (body, reason, field) in [
        (json!({"display_name": ""}), "too_short", "display_name"),
        (json!({"display_name": "a".repeat(61)}), "too_long", "display_name"),
        (json!({"bio": "a".repeat(501)}), "too_long", "bio"),
        (json!({"avatar_media_id": "x"}), "media_not_found", "avatar_media_id"),
        (json!({"username": "root"}), "unknown_field", "username"),
    ] {
        let answer = change(body.clone()).await;
        let seen = (answer.status.as_u16(), answer.reason(), answer.json()["details"]["field"].clone());
        assert_eq!(seen, (422, reason.to_owned(), json!(field)), "{body}");
    }
}

#[tokio::test]
async fn a_profiles_picture_is_everybodys_to_see_and_gone_when_it_is_replaced() {
    let world = World::new().await;
    let (asha, bilal) = (sign_up(&world, "asha").await, sign_up(&world, "bilal").await);
    let (first, second) = (upload(&world, &asha).await, upload(&world, &asha).await);
    let choose = async |token: &str, id: Value| {
        world.call(Method::PATCH, "/api/v1/me", token, json!({"avatar_media_id": id})).await
    };
    let file = async |id: &str| world.call(Method::GET, &format!("/media/{id}/40.webp"), "", Value::Null).await.status;
    assert_eq!(choose(&bilal, json!(first)).await.reason(), "media_not_found");

    let url = choose(&asha, json!(first)).await.data()["avatar_url"].clone();
    assert_eq!(url, format!("http://localhost:3000/media/{first}/40.webp"));
    assert_eq!((file(&first).await.as_u16(), file(&second).await.as_u16()), (200, 404));
    assert_eq!(choose(&asha, json!(first)).await.status, 200);
    let posted = json!({"media_ids": [first]});
    assert_eq!(world.call(Method::POST, "/api/v1/posts", &asha, posted).await.reason(), "media_in_use");
    assert_eq!(world.call(Method::DELETE, &format!("/api/v1/media/{first}"), &asha, Value::Null).await.status, 409);

    choose(&asha, json!(second)).await;
    assert_eq!((file(&first).await.as_u16(), file(&second).await.as_u16()), (404, 200));
    assert_eq!(choose(&asha, Value::Null).await.data()["avatar_url"], Value::Null);
    assert_eq!(file(&second).await, 404);
}

#[tokio::test]
async fn an_app_reads_and_changes_no_more_of_a_profile_than_it_was_given() {
    let world = World::new().await;
    let token = sign_up(&world, "asha").await;
    let own = world.call(Method::GET, "/api/v1/me", &token, Value::Null).await.data();
    assert_eq!(
        (&own["email"], &own["email_confirmed"], &own["role"]),
        (&json!("asha@example.org"), &json!(false), &json!("user"))
    );
    let user = own["user_id"].as_str().unwrap().parse().unwrap();
    let ask = async |method: Method, scopes: &str| {
        let token = world.app_token(user, scopes);
        let body = if method == Method::PATCH { json!({"bio": "Tea."}) } else { Value::Null };
        world.call(method, "/api/v1/me", &token, body).await
    };
    assert_eq!(ask(Method::GET, "profile:read email").await.data()["email"], "asha@example.org");
    assert_eq!(ask(Method::GET, "profile:read").await.data().get("email"), None);
    assert_eq!(ask(Method::GET, "posts:read").await.reason(), "insufficient_scope");
    assert_eq!(ask(Method::PATCH, "profile:read email").await.reason(), "insufficient_scope");
    assert_eq!(ask(Method::PATCH, "profile:write").await.data()["bio"], "Tea.");
}
