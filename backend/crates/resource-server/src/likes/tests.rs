//! Likes and their numbers, through the router and in parallel.

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};

use crate::testing::World;

async fn post(world: &World, token: &str) -> String {
    let answer = world.call(Method::POST, "/api/v1/posts", token, json!({"title": "Chai"})).await;
    format!("/api/v1/posts/{}", answer.data()["post_id"].as_str().unwrap())
}

#[tokio::test]
async fn a_like_is_one_like_however_often_it_is_given() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    let post = post(&world, &asha).await;
    let like = format!("{post}/like");
    for (method, liked, likes) in [
        (Method::PUT, true, 1),
        (Method::PUT, true, 1),
        (Method::DELETE, false, 0),
        (Method::DELETE, false, 0),
        (Method::PUT, true, 1),
    ] {
        let answer = world.call(method, &like, &bilal, Value::Null).await;
        assert_eq!((answer.status.as_u16(), &answer.data()["liked"]), (200, &json!(liked)));
        assert_eq!(answer.data()["counts"], json!({"likes": likes, "comments": 0}));
        let read = world.call(Method::GET, &post, &bilal, Value::Null).await.data();
        assert_eq!((&read["viewer"]["liked"], &read["counts"]["likes"]), (&json!(liked), &json!(likes)));
    }
    assert_eq!(world.call(Method::GET, &post, &asha, Value::Null).await.data()["viewer"]["liked"], false);
    let people = world.call(Method::GET, &format!("{post}/likes"), "", Value::Null).await.data();
    assert_eq!((&people["items"][0]["username"], &people["next_cursor"]), (&json!("bilal"), &Value::Null));
}

#[tokio::test]
async fn twenty_who_like_and_unlike_at_once_are_counted_exactly() {
    let world = World::new().await;
    let post = post(&world, &world.own_token(world.user("asha").await)).await;
    let like = format!("{post}/like");
    let mut tokens = Vec::new();
    for number in 0..20 {
        tokens.push(world.own_token(world.user(&format!("user{number}")).await));
    }
    let all = async |method: Method| {
        // Each of them twice, as an impatient finger does.
        let twice = tokens.iter().chain(&tokens);
        join_all(twice.map(|token| world.call(method.clone(), &like, token, Value::Null))).await
    };
    let likes = async || world.call(Method::GET, &post, "", Value::Null).await.data()["counts"]["likes"].clone();
    assert!(all(Method::PUT).await.iter().all(|answer| answer.status == 200));
    assert_eq!(likes().await, 20);
    assert!(all(Method::DELETE).await.iter().all(|answer| answer.status == 200));
    assert_eq!(likes().await, 0);
}

#[tokio::test]
async fn what_is_hidden_cannot_be_liked() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    let post = post(&world, &asha).await;
    world.call(Method::PATCH, &post, &asha, json!({"visibility": "private"})).await;
    for (method, path) in [(Method::PUT, "like"), (Method::DELETE, "like"), (Method::GET, "likes")] {
        let answer = world.call(method, &format!("{post}/{path}"), &bilal, Value::Null).await;
        assert_eq!((answer.status.as_u16(), answer.reason().as_str()), (404, "post_not_found"));
    }
    let reader = world.app_token(world.user("carol").await, "posts:read");
    let answer = world.call(Method::PUT, &format!("{post}/like"), &reader, Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.reason().as_str()), (403, "insufficient_scope"));
}
