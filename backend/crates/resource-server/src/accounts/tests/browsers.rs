//! Cookie mode: cookies, CSRF tokens, and that a browser is left clean.

use std::sync::Mutex;

use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use http::{Method, Request};
use serde_json::{Value, json};

use super::{PASSWORD, refusal, registration, sign_up, text};
use crate::testing::{Answer, World};

/// A browser that keeps its cookies.
struct Browser<'w> {
    world: &'w World,
    cookies: Mutex<Vec<(String, String)>>,
}

impl<'w> Browser<'w> {
    fn new(world: &'w World) -> Self {
        Self { world, cookies: Mutex::default() }
    }

    fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    async fn send(&self, method: Method, path: &str, csrf: &str, origin: &str, body: Value) -> Answer {
        let cookies =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let mut request =
            Request::builder().method(method).uri(path).header(COOKIE, cookies.join("; ")).header(ORIGIN, origin);
        if !csrf.is_empty() {
            request = request.header("x-csrf-token", csrf);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header(CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        };
        let answer = self.world.send(request.body(body).unwrap()).await;
        self.keep(&answer);
        answer
    }

    async fn post(&self, path: &str, csrf: &str, body: Value) -> Answer {
        self.send(Method::POST, path, csrf, "http://localhost:3000", body).await
    }

    fn keep(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap();
        for set in answer.headers.get_all(SET_COOKIE) {
            let (pair, attributes) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            cookies.retain(|(known, _)| known != name);
            if !attributes.contains("Max-Age=0") {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    async fn csrf(&self) -> String {
        let answer = self.send(Method::GET, "/api/v1/auth/csrf", "", "http://localhost:3000", Value::Null).await;
        assert_eq!(answer.status, 200);
        text(&answer.data()["csrf_token"])
    }

    async fn signs_up(&self, name: &str) -> Value {
        let mut body = registration(name);
        body["session"] = json!("cookie");
        let answer = self.post("/api/v1/auth/register", &self.csrf().await, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.data()
    }
}

#[tokio::test]
async fn a_page_gets_its_refresh_token_in_a_cookie_that_no_script_reads() {
    let world = World::new().await;
    let browser = Browser::new(&world);
    let data = browser.signs_up("asha").await;
    assert_eq!(data["refresh_token"], Value::Null);
    assert!(data["access_token"].is_string() && data["csrf_token"].is_string());
    assert!(browser.cookie("tapri_refresh").is_some() && browser.cookie("tapri_session").is_some());
}

#[tokio::test]
async fn cookies_are_set_as_they_must_be() {
    let world = World::new().await;
    let browser = Browser::new(&world);
    let csrf = browser.csrf().await;
    let mut body = registration("asha");
    body["session"] = json!("cookie");
    let answer = browser.post("/api/v1/auth/register", &csrf, body).await;
    let set: Vec<&str> = answer.headers.get_all(SET_COOKIE).iter().map(|set| set.to_str().unwrap()).collect();
    assert_eq!(set.len(), 3);
    assert!(
        set[0].starts_with("tapri_refresh=") && set[0].ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600")
    );
    assert!(set[1].starts_with("tapri_session=") && set[1].ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600"));
    assert!(
        set[2].starts_with("tapri_device=")
            && set[2].ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=34560000")
    );
}

#[tokio::test]
async fn without_the_right_token_no_cookie_call_changes_anything() {
    let world = World::new().await;
    sign_up(&world, "asha").await;
    let (browser, other) = (Browser::new(&world), Browser::new(&world));
    let (csrf, others) = (browser.csrf().await, other.csrf().await);
    let body = json!({"login": "asha", "password": PASSWORD, "session": "cookie"});
    for wrong in ["", "nonsense", others.as_str()] {
        let answer = browser.post("/api/v1/auth/login", wrong, body.clone()).await;
        assert_eq!(refusal(&answer), (403, "csrf_invalid".to_owned()), "{wrong}");
        assert!(!answer.headers.contains_key(SET_COOKIE));
    }
    let answer = browser.send(Method::POST, "/api/v1/auth/login", &csrf, "https://evil.example", body.clone()).await;
    assert_eq!(refusal(&answer), (403, "origin_not_allowed".to_owned()));
    assert_eq!(browser.post("/api/v1/auth/login", &csrf, body).await.status, 200);
    for path in ["/api/v1/auth/refresh", "/api/v1/auth/logout"] {
        let answer = browser.post(path, &csrf, Value::Null).await;
        assert_eq!(refusal(&answer), (403, "csrf_invalid".to_owned()), "a visitor's token is no session's: {path}");
    }
}

#[tokio::test]
async fn a_session_is_refreshed_with_its_own_token_and_no_other_sessions() {
    let world = World::new().await;
    let (browser, other) = (Browser::new(&world), Browser::new(&world));
    let csrf = text(&browser.signs_up("asha").await["csrf_token"]);
    let others = text(&other.signs_up("bilal").await["csrf_token"]);
    let answer = browser.post("/api/v1/auth/refresh", &others, Value::Null).await;
    assert_eq!(refusal(&answer), (403, "csrf_invalid".to_owned()));
    let answer = browser.post("/api/v1/auth/refresh", &csrf, Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.data()["refresh_token"].clone()), (200, Value::Null));
    let fresh = text(&answer.data()["csrf_token"]);
    for token in [csrf, fresh] {
        assert_eq!(browser.post("/api/v1/auth/refresh", &token, json!({})).await.status, 200, "old tabs go on too");
    }
}

#[tokio::test]
async fn signing_out_leaves_nothing_in_the_browser() {
    let world = World::new().await;
    let browser = Browser::new(&world);
    let data = browser.signs_up("asha").await;
    let (csrf, access) = (text(&data["csrf_token"]), text(&data["access_token"]));
    assert_eq!(browser.post("/api/v1/auth/logout", &csrf, Value::Null).await.status, 200);
    assert_eq!((browser.cookie("tapri_refresh"), browser.cookie("tapri_session")), (None, None));
    assert_eq!(world.call(Method::GET, "/api/v1/me", &access, Value::Null).await.reason(), "token_revoked");
    let answer = browser.post("/api/v1/auth/refresh", &csrf, Value::Null).await;
    assert_eq!(refusal(&answer), (401, "refresh_token_missing".to_owned()));
    assert_eq!(browser.post("/api/v1/auth/logout", "", Value::Null).await.status, 200, "signing out twice is no error");
}

#[tokio::test]
async fn a_session_that_is_over_takes_its_cookies_away() {
    let world = World::new().await;
    let browser = Browser::new(&world);
    let data = browser.signs_up("asha").await;
    let path = format!("/api/v1/auth/sessions/{}", text(&data["session_id"]));
    let ended = world.call(Method::DELETE, &path, &text(&data["access_token"]), Value::Null).await;
    assert_eq!(ended.status, 200);
    let answer = browser.post("/api/v1/auth/refresh", &text(&data["csrf_token"]), Value::Null).await;
    assert_eq!(refusal(&answer), (401, "refresh_token_invalid".to_owned()));
    assert_eq!(browser.cookie("tapri_refresh"), None);
}

#[tokio::test]
async fn no_other_origin_may_read_what_cookies_stand_behind() {
    let world = World::new().await;
    for path in ["/api/v1/auth/csrf", "/api/v1/consent?request=x"] {
        let request = Request::get(path).header(ORIGIN, "https://evil.example").body(Body::empty()).unwrap();
        let answer = world.send(request).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}");
    }
    let request =
        Request::get("/api/v1/auth/sessions").header(ORIGIN, "https://app.example").body(Body::empty()).unwrap();
    assert_eq!(world.send(request).await.headers["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn a_page_that_changes_the_password_gets_its_new_tokens_the_way_it_had_them() {
    let world = World::new().await;
    let browser = Browser::new(&world);
    let data = browser.signs_up("asha").await;
    let body = json!({"current_password": PASSWORD, "new_password": "rain and chai"}).to_string();
    let cookies = format!("tapri_refresh={}", browser.cookie("tapri_refresh").unwrap());
    let change = |cookies: String| {
        Request::post("/api/v1/auth/password/change")
            .header("authorization", format!("Bearer {}", text(&data["access_token"])))
            .header(CONTENT_TYPE, "application/json")
            .header(COOKIE, cookies)
            .body(Body::from(body.clone()))
            .unwrap()
    };
    let answer = world.send(change(cookies)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.data()["refresh_token"], Value::Null);
    assert!(answer.data()["csrf_token"].is_string());
    assert_eq!(answer.headers.get_all(SET_COOKIE).iter().count(), 2);
}
