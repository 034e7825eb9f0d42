//! Somebody with an access token, and what one can do with it.

use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use serde_json::{Value, json};

use crate::wire::{Call, Reply, Wire};

/// Somebody with an access token. Clones share it: who refreshes, refreshes for all.
#[derive(Clone, Debug)]
pub struct Caller {
    wire: Wire,
    token: Arc<Mutex<String>>,
}

impl Caller {
    /// Whoever holds `token`.
    pub fn new(wire: &Wire, token: &str) -> Self {
        Self { wire: wire.clone(), token: Arc::new(Mutex::new(token.to_owned())) }
    }

    /// The wire that carries the calls.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// The access token.
    pub fn token(&self) -> String {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn take(&self, token: &str) {
        token.clone_into(&mut self.token.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The same caller at another replica.
    pub fn at(&self, wire: &Wire) -> Self {
        Self { wire: wire.clone(), token: self.token.clone() }
    }

    /// A request with the token.
    pub fn call(&self, method: Method, path: &str) -> Call {
        self.wire.call(method, path).bearer(&self.token())
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// `PUT path`.
    pub fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    /// `DELETE path`.
    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// `POST path` with `body`.
    pub fn send(&self, path: &str, body: &Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    /// `PATCH path` with `body`.
    pub fn patch(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PATCH, path).json(body)
    }

    /// `GET /me`: the plainest question that needs a token.
    pub fn me(&self) -> Call {
        self.get("/api/v1/me")
    }

    /// Posts a title without a picture, for all to see, and returns the post's id.
    pub async fn post(&self, title: &str) -> String {
        self.post_with(&json!({"title": title})).await.expect(201).text_of("post_id")
    }

    /// Posts.
    pub fn post_with(&self, body: &Value) -> Call {
        self.send("/api/v1/posts", body)
    }

    /// Uploads a picture.
    pub fn upload(&self, picture: Vec<u8>, alt: Option<&str>) -> Call {
        self.call(Method::POST, "/api/v1/media").upload(picture, "picture.jpg", alt)
    }

    /// Uploads a picture, waits until it is ready, and returns the media object.
    pub async fn upload_ready(&self, picture: Vec<u8>, alt: Option<&str>) -> Value {
        let mut media = self.upload(picture, alt).await.expect(201).data();
        while media["state"] == "processing" {
            let path = format!("/api/v1/media/{}", media["media_id"].as_str().unwrap_or_default());
            media = self.get(&path).await.expect(200).data();
        }
        assert_eq!(media["state"], "ready", "{media}");
        media
    }

    /// Reads a post.
    pub fn read(&self, post_id: &str) -> Call {
        self.get(&format!("/api/v1/posts/{post_id}"))
    }

    /// Follows somebody.
    pub fn follow(&self, username: &str) -> Call {
        self.put(&format!("/api/v1/users/{username}/follow"))
    }

    /// Follows somebody no more.
    pub fn unfollow(&self, username: &str) -> Call {
        self.delete(&format!("/api/v1/users/{username}/follow"))
    }

    /// Likes a post.
    pub fn like(&self, post_id: &str) -> Call {
        self.put(&format!("/api/v1/posts/{post_id}/like"))
    }

    /// Likes a post no more.
    pub fn unlike(&self, post_id: &str) -> Call {
        self.delete(&format!("/api/v1/posts/{post_id}/like"))
    }

    /// Comments on a post.
    pub fn comment(&self, post_id: &str, text: &str) -> Call {
        self.send(&format!("/api/v1/posts/{post_id}/comments"), &json!({"text": text}))
    }

    /// Somebody's profile.
    pub fn profile(&self, username: &str) -> Call {
        self.get(&format!("/api/v1/users/{username}"))
    }

    /// The first page of the home feed.
    pub fn home(&self) -> Call {
        self.get("/api/v1/feed/home")
    }

    /// The titles on the first page of the home feed.
    pub async fn home_titles(&self) -> Vec<String> {
        titles(&self.home().await.expect(200))
    }

    /// Every entry of a list, page by page, with so many on a page.
    pub async fn whole_list(&self, path: &str, limit: usize) -> Vec<Value> {
        let limit = limit.to_string();
        let mut entries = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let mut query = vec![("limit", limit.as_str())];
            if let Some(cursor) = &cursor {
                query.push(("cursor", cursor));
            }
            let page = self.get(path).query(&query).await.expect(200);
            entries.extend(page.items());
            cursor = page.data()["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return entries;
            }
        }
    }
}

/// The titles of a list of posts.
fn titles(reply: &Reply) -> Vec<String> {
    reply.items().iter().map(|post| post["title"].as_str().unwrap_or_default().to_owned()).collect()
}
