//! Talking under a post, through the router.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::testing::{Answer, World};

/// A post of Asha's, and somebody who talks under it.
struct Talk {
    world: World,
    asha: String,
    bilal: String,
    post: String,
}

impl Talk {
    async fn new() -> Self {
        let world = World::new().await;
        let (asha, bilal) = (world.own_token(world.user("asha").await), world.own_token(world.user("bilal").await));
        let answer = world.call(Method::POST, "/api/v1/posts", &asha, json!({"title": "Chai"})).await;
        let post = format!("/api/v1/posts/{}", answer.data()["post_id"].as_str().unwrap());
        Self { world, asha, bilal, post }
    }

    async fn say(&self, token: &str, body: Value) -> Answer {
        self.world.call(Method::POST, &format!("{}/comments", self.post), token, body).await
    }

    /// Says it and returns the comment's id.
    async fn said(&self, token: &str, text: &str, parent: Option<&str>) -> String {
        self.world.clock.advance(Duration::from_millis(1));
        let answer = self.say(token, json!({"text": text, "parent_id": parent})).await;
        assert_eq!(answer.status, 201, "{:?}", answer.json());
        answer.data()["comment_id"].as_str().unwrap().to_owned()
    }

    async fn list(&self, query: &str) -> Vec<Value> {
        let path = format!("{}/comments{query}", self.post);
        let answer = self.world.call(Method::GET, &path, &self.bilal, Value::Null).await;
        assert_eq!(answer.status, 200, "{:?}", answer.json());
        answer.data()["items"].as_array().unwrap().clone()
    }

    async fn act(&self, method: Method, comment: &str, token: &str, body: Value) -> Answer {
        self.world.call(method, &format!("/api/v1/comments/{comment}"), token, body).await
    }

    async fn count(&self) -> Value {
        self.world.call(Method::GET, &self.post, "", Value::Null).await.data()["counts"]["comments"].clone()
    }
}

fn texts(comments: &[Value]) -> Vec<&str> {
    comments.iter().map(|comment| comment["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_thread_is_one_level_deep_whatever_is_answered() {
    let talk = Talk::new().await;
    let root = talk.said(&talk.bilal, "Which stall?", None).await;
    let answer = talk.said(&talk.asha, "The one by the bridge", Some(&root)).await;
    let deeper = talk.said(&talk.bilal, "I know it", Some(&answer)).await;
    talk.said(&talk.asha, "Good light", None).await;

    let top = talk.list("").await;
    assert_eq!(texts(&top), ["Which stall?", "Good light"]);
    assert_eq!(top[0]["counts"], json!({"likes": 0, "replies": 2}));
    assert_eq!((&top[0]["viewer"], &top[0]["parent_id"]), (&json!({"liked": false, "is_author": true}), &Value::Null));
    let thread = talk.list(&format!("?parent_id={root}")).await;
    assert_eq!(texts(&thread), ["The one by the bridge", "I know it"]);
    assert_eq!((&thread[1]["parent_id"], &thread[1]["root_id"]), (&json!(answer), &json!(root)));
    assert_eq!(thread[1]["comment_id"], json!(deeper));
    assert_eq!(talk.count().await, 4);
}

#[tokio::test]
async fn a_comment_that_cannot_be_said_is_refused_in_words() {
    let talk = Talk::new().await;
    let other = talk.world.call(Method::POST, "/api/v1/posts", &talk.asha, json!({"title": "Other"})).await.data();
    let other = format!("/api/v1/posts/{}/comments", other["post_id"].as_str().unwrap());
    let elsewhere = talk.world.call(Method::POST, &other, &talk.asha, json!({"text": "Elsewhere"})).await.data();
    for (body, reason, field) in [
        (json!({"text": "  "}), "too_short", "text"),
        (json!({"text": "a".repeat(1001)}), "too_long", "text"),
        (json!({}), "missing", "text"),
        (json!({"text": "a", "parent_id": "x"}), "comment_not_found", "parent_id"),
        (json!({"text": "a", "parent_id": elsewhere["comment_id"]}), "comment_not_found", "parent_id"),
    ] {
        let answer = talk.say(&talk.bilal, body.clone()).await;
        let seen = (answer.status.as_u16(), answer.reason(), answer.json()["details"]["field"].clone());
        assert_eq!(seen, (422, reason.to_owned(), json!(field)), "{body}");
    }
    assert_eq!(talk.count().await, 0);
}

#[tokio::test]
async fn a_comment_is_changed_by_its_author_and_deleted_by_them_or_the_posts() {
    let talk = Talk::new().await;
    let carol = talk.world.own_token(talk.world.user("carol").await);
    let (first, second) = (talk.said(&talk.bilal, "One", None).await, talk.said(&talk.bilal, "Two", None).await);
    let changed = talk.act(Method::PATCH, &first, &talk.bilal, json!({"text": "First"})).await.data();
    assert_eq!((&changed["text"], &changed["edited_at"]), (&json!("First"), &json!(talk.world.app.now().to_rfc3339())));
    for token in [&talk.asha, &carol] {
        assert_eq!(talk.act(Method::PATCH, &first, token, json!({"text": "Mine"})).await.reason(), "not_yours");
    }
    assert_eq!(talk.act(Method::DELETE, &first, &carol, Value::Null).await.reason(), "not_yours");
    assert_eq!(talk.act(Method::DELETE, &first, &talk.bilal, Value::Null).await.status, 200);
    assert_eq!(talk.act(Method::DELETE, &second, &talk.asha, Value::Null).await.status, 200);
    assert_eq!(talk.act(Method::DELETE, &second, &talk.asha, Value::Null).await.reason(), "comment_not_found");
    assert_eq!((talk.list("").await.len(), talk.count().await), (0, json!(0)));
}

#[tokio::test]
async fn what_others_answered_stays_when_the_comment_goes() {
    let talk = Talk::new().await;
    let root = talk.said(&talk.bilal, "Which stall?", None).await;
    let answer = talk.said(&talk.asha, "By the bridge", Some(&root)).await;
    talk.act(Method::DELETE, &root, &talk.bilal, Value::Null).await;
    let top = talk.list("").await;
    assert_eq!((&top[0]["deleted"], &top[0]["text"], &top[0]["author"]), (&json!(true), &json!(""), &Value::Null));
    assert_eq!(texts(&talk.list(&format!("?parent_id={root}")).await), ["By the bridge"]);
    assert_eq!(talk.say(&talk.bilal, json!({"text": "a", "parent_id": root})).await.reason(), "comment_not_found");
    assert_eq!(talk.count().await, 1);
    talk.act(Method::DELETE, &answer, &talk.asha, Value::Null).await;
    assert_eq!((talk.list("").await.len(), talk.count().await), (0, json!(0)));
}

#[tokio::test]
async fn a_comment_is_liked_once() {
    let talk = Talk::new().await;
    let comment = talk.said(&talk.bilal, "Which stall?", None).await;
    for (method, liked, likes) in [(Method::PUT, true, 1), (Method::PUT, true, 1), (Method::DELETE, false, 0)] {
        let answer = talk.act(method, &format!("{comment}/like"), &talk.bilal, Value::Null).await.data();
        assert_eq!((&answer["liked"], &answer["counts"]["likes"]), (&json!(liked), &json!(likes)));
        let listed = talk.list("").await;
        assert_eq!((&listed[0]["viewer"]["liked"], &listed[0]["counts"]["likes"]), (&json!(liked), &json!(likes)));
    }
}

#[tokio::test]
async fn under_a_hidden_post_nobody_talks() {
    let talk = Talk::new().await;
    let comment = talk.said(&talk.bilal, "Which stall?", None).await;
    talk.world.call(Method::PATCH, &talk.post, &talk.asha, json!({"visibility": "private"})).await;
    assert_eq!(talk.say(&talk.bilal, json!({"text": "Hello?"})).await.reason(), "post_not_found");
    for method in [Method::PATCH, Method::DELETE] {
        let answer = talk.act(method, &comment, &talk.bilal, json!({"text": "Hello?"})).await;
        assert_eq!(answer.reason(), "comment_not_found");
    }
}
