//! Feeds as readers see them, through the router.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::testing::World;

async fn post(world: &World, token: &str, title: &str, visibility: &str) -> String {
    let body = json!({"title": title, "visibility": visibility});
    let answer = world.call(Method::POST, "/api/v1/posts", token, body).await;
    format!("/api/v1/posts/{}", answer.data()["post_id"].as_str().unwrap())
}

async fn read(world: &World, path: &str, token: &str) -> (Vec<String>, Option<String>) {
    let answer = world.call(Method::GET, path, token, Value::Null).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    let data = answer.data();
    let titles = data["items"].as_array().unwrap().iter().map(|post| post["title"].as_str().unwrap().to_owned());
    (titles.collect(), data["next_cursor"].as_str().map(str::to_owned))
}

async fn home(world: &World, token: &str) -> Vec<String> {
    read(world, "/api/v1/feed/home", token).await.0
}

async fn follow(world: &World, token: &str, name: &str, method: Method) {
    let path = format!("/api/v1/users/{name}/follow");
    assert_eq!(world.call(method, &path, token, Value::Null).await.status, 200);
}

#[tokio::test]
async fn the_home_feed_has_what_one_may_see_of_whom_one_follows_newest_first() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    let carol = world.own_token(world.user("carol").await);
    for (token, title, visibility) in [
        (&asha, "one", "public"),
        (&carol, "strangers", "public"),
        (&asha, "two", "followers"),
        (&asha, "secret", "private"),
        (&bilal, "own", "private"),
    ] {
        world.clock.advance(Duration::from_millis(1));
        post(&world, token, title, visibility).await;
    }
    assert_eq!(home(&world, &bilal).await, ["own"]);
    follow(&world, &bilal, "asha", Method::PUT).await;
    assert_eq!(home(&world, &bilal).await, ["own", "two", "one"]);
    follow(&world, &bilal, "asha", Method::DELETE).await;
    assert_eq!(home(&world, &bilal).await, ["own"]);
}

#[tokio::test]
async fn what_happens_after_the_feed_was_read_is_in_it_the_next_time() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    follow(&world, &bilal, "asha", Method::PUT).await;
    let first = post(&world, &asha, "one", "public").await;
    assert_eq!(home(&world, &bilal).await, ["one"]);
    world.clock.advance(Duration::from_millis(1));
    let second = post(&world, &asha, "two", "public").await;
    world.clock.advance(Duration::from_millis(1));
    post(&world, &bilal, "own", "public").await;
    assert_eq!(home(&world, &bilal).await, ["own", "two", "one"]);
    world.call(Method::PATCH, &second, &asha, json!({"visibility": "private"})).await;
    assert_eq!(home(&world, &bilal).await, ["own", "one"]);
    world.call(Method::PATCH, &second, &asha, json!({"visibility": "followers", "title": "Two"})).await;
    assert_eq!(home(&world, &bilal).await, ["own", "Two", "one"]);
    world.call(Method::DELETE, &first, &asha, Value::Null).await;
    assert_eq!(home(&world, &bilal).await, ["own", "Two"]);
}

#[tokio::test]
async fn pages_over_posts_of_the_same_moment_miss_none_and_repeat_none() {
    let world = World::new().await;
    let reader = world.own_token(world.user("reader").await);
    let mut expected = Vec::new();
    for number in 0..7 {
        let name = format!("author{number}");
        let author = world.own_token(world.user(&name).await);
        follow(&world, &reader, &name, Method::PUT).await;
        for turn in 0..3 {
            let path = post(&world, &author, &format!("{number}.{turn}"), "public").await;
            expected.push((path, format!("{number}.{turn}")));
        }
    }
    expected.sort_by(|a, b| b.cmp(a));
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let (titles, next) = read(&world, &format!("/api/v1/feed/home?limit=4{after}"), &reader).await;
        seen.extend(titles);
        // What is posted meanwhile comes first the next time, and moves nothing here.
        world.clock.advance(Duration::from_millis(1));
        post(&world, &reader, "new", "public").await;
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected.into_iter().map(|(_, title)| title).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_feed_longer_than_its_window_is_read_to_its_end() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    let length = super::window::LENGTH + 30;
    for number in 0..length {
        world.clock.advance(Duration::from_millis(1));
        post(&world, &token, &number.to_string(), "public").await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let (titles, next) = read(&world, &format!("/api/v1/feed/home?limit=100{cursor}"), &token).await;
        seen.extend(titles);
        match next {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, (0..length).rev().map(|number| number.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_explore_feed_has_what_everybody_may_see_and_nothing_else() {
    let world = World::new().await;
    let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
    let mut posts = Vec::new();
    for (token, title, visibility) in
        [(&asha, "one", "public"), (&bilal, "two", "public"), (&asha, "three", "followers"), (&bilal, "four", "public")]
    {
        world.clock.advance(Duration::from_millis(1));
        posts.push(post(&world, token, title, visibility).await);
    }
    let explore = async || read(&world, "/api/v1/feed/explore", "").await.0;
    assert_eq!(explore().await, ["four", "two", "one"]);
    world.call(Method::PATCH, &posts[1], &bilal, json!({"visibility": "private"})).await;
    world.call(Method::PATCH, &posts[2], &asha, json!({"visibility": "public"})).await;
    world.call(Method::DELETE, &posts[3], &bilal, Value::Null).await;
    assert_eq!(explore().await, ["three", "one"]);
    let (first, next) = read(&world, "/api/v1/feed/explore?limit=1", "").await;
    let (second, end) = read(&world, &format!("/api/v1/feed/explore?limit=1&cursor={}", next.unwrap()), "").await;
    assert_eq!((first, second, end), (vec!["three".to_owned()], vec!["one".to_owned()], None));
}

#[tokio::test]
async fn a_feed_is_its_readers_and_needs_its_scope() {
    let world = World::new().await;
    let asha = world.user("asha").await;
    assert_eq!(world.call(Method::GET, "/api/v1/feed/home", "", Value::Null).await.status, 401);
    let reader = world.app_token(asha, "posts:read");
    assert_eq!(world.call(Method::GET, "/api/v1/feed/home", &reader, Value::Null).await.reason(), "insufficient_scope");
    let feeder = world.app_token(asha, "feed:read");
    assert_eq!(world.call(Method::GET, "/api/v1/feed/home", &feeder, Value::Null).await.status, 200);
}
