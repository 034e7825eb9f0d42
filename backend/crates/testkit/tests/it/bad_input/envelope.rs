//! Every answer under `/api/` has the envelope; every answer of OAuth what its RFC says.

use http::Method;
use serde_json::{Value, json};
use testkit::{Reply, Tapri};

/// The error has exactly the envelope's form.
#[track_caller]
fn is_error(reply: &Reply, status: u16) {
    assert_eq!(reply.status(), status, "{reply:?}");
    assert!(reply.header("content-type").starts_with("application/json"), "{reply:?}");
    let body = reply.json().as_object().expect("an object");
    let names: Vec<&str> = body.keys().map(String::as_str).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["code", "details", "message", "status", "timestamp"], "{reply:?}");
    assert_eq!(body["status"], "error");
    assert_eq!(body["code"], status);
    assert!(body["message"].as_str().is_some_and(|message| !message.is_empty() && !message.ends_with('.')));
    let details = body["details"].as_object().expect("details");
    assert!(details.contains_key("field"), "`field` is always there: {reply:?}");
    assert!(details["issue"].as_str().is_some_and(|issue| !issue.is_empty()));
    let reason = details["reason"].as_str().expect("a reason");
    assert!(reason.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{reason}");
    assert_eq!(details["request_id"], reply.header("x-request-id"));
    assert!(!reply.header("x-request-id").is_empty());
    is_timestamp(&body["timestamp"]);
}

#[track_caller]
fn is_timestamp(value: &Value) {
    let text = value.as_str().expect("a timestamp");
    assert_eq!(text.len(), "2025-06-23T15:35:00Z".len(), "{text}");
    assert!(text.ends_with('Z') && text.as_bytes()[10] == b'T', "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn success_has_exactly_these_fields() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let post_id = asha.post("Midnight Chai").await;
    for reply in [asha.me().await, asha.like(&post_id).await, asha.delete(&format!("/api/v1/posts/{post_id}")).await] {
        let reply = reply.expect(200);
        let body = reply.json().as_object().expect("an object").clone();
        let mut names: Vec<&String> = body.keys().collect();
        names.sort();
        assert_eq!(names, ["code", "data", "message", "status", "timestamp"]);
        assert_eq!((&body["status"], &body["code"]), (&json!("success"), &json!(200)));
        assert!(body["data"].is_object(), "`data` is an object, empty where there is nothing to say");
        is_timestamp(&body["timestamp"]);
        assert!(!reply.header("x-request-id").is_empty());
    }
    let clock = store::Clock::now(tapri.clock()).to_rfc3339();
    assert_eq!(asha.me().await.json()["timestamp"], clock, "by the injected clock");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_has_the_same_form() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let wire = tapri.visitor();
    is_error(&wire.get("/api/v1/no/such/path").await, 404);
    is_error(&wire.get("/api/v2/me").await, 404);
    is_error(&wire.get("/api").await, 404);
    is_error(&wire.get("/api/v1/me").await, 401);
    is_error(&wire.get("/api/v1/me").bearer("nonsense").await, 401);
    is_error(&wire.get("/api/v1/users/nobody").await, 404);
    is_error(&asha.get("/api/v1/users/asha/posts?limit=1000").await, 422);
    is_error(&asha.get("/api/v1/feed/home?cursor=forged").await, 400);
    is_error(&wire.get("/api/v1/me?access_token=x").await, 400);
    is_error(&asha.post_with(&json!({"title": "x".repeat(70_000)})).await, 413);

    let post = |content_type: &str, body: &str| {
        asha.call(Method::POST, "/api/v1/posts").body(content_type, body.as_bytes().to_vec())
    };
    for broken in
        ["{", "", "{\"title\": \"x\"", "{\"title\": }", "\u{feff}nonsense", "{\"title\": \"x\"} x", "{'title': 'x'}"]
    {
        is_error(&post("application/json", broken).await, 400);
    }
    for wrong in [
        "null",
        "[]",
        "[\"Midnight Chai\", null, [], \"public\"]",
        "\"text\"",
        "1",
        "{\"title\": {\"$gt\": \"\"}}",
        "{\"title\": 1}",
        "{\"media_ids\": \"x\"}",
    ] {
        is_error(&post("application/json", wrong).await, 422);
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""] {
        is_error(&post(content_type, "{\"title\": \"x\"}").await, 415);
    }
    let latin1 =
        asha.call(Method::POST, "/api/v1/posts").body("application/json", b"{\"title\": \"caf\xe9\"}".to_vec());
    is_error(&latin1.await, 400);
    assert_eq!(asha.profile("asha").await.expect(200).data()["counts"]["posts"], 0, "nothing was half done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_is_told_which_ones_are_right() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for (method, path, allowed) in [
        (Method::PUT, "/api/v1/auth/login", "POST"),
        (Method::DELETE, "/api/v1/feed/home", "GET"),
        (Method::PATCH, "/api/v1/posts", "POST"),
        (Method::POST, "/api/v1/users/asha", "GET"),
    ] {
        let reply = asha.call(method, path).await;
        is_error(&reply, 405);
        assert!(reply.header("allow").contains(allowed), "{path}: {:?}", reply.header("allow"));
    }
    let oauth = tapri.visitor().get("/oauth/token").await.expect(405);
    assert!(oauth.header("allow").contains("POST"));
    assert!(oauth.json()["error"].is_string(), "{oauth:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_answers_as_its_rfcs_say() {
    let tapri = Tapri::start().await;
    for reply in [
        tapri.visitor().post("/oauth/token").form(&[("grant_type", "x")]).await,
        tapri.visitor().get("/oauth/no-such-endpoint").await,
        tapri.visitor().get("/.well-known/no-such-document").await,
        tapri.visitor().post("/oauth/introspect").form(&[]).await,
    ] {
        let body = reply.json().as_object().expect("an object");
        assert!(body["error"].is_string() && body.get("details").is_none() && body.get("code").is_none(), "{reply:?}");
        assert!(!reply.header("x-request-id").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_nobody_knows_is_named() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let body = json!({"title": "x", "author_id": "somebody else", "role": "admin", "__proto__": {"a": 1}});
    let reply = asha.post_with(&body).await;
    is_error(&reply, 422);
    assert_eq!((reply.reason(), reply.field()), ("unknown_field", "__proto__"));
    let promoted = asha.patch("/api/v1/me", &json!({"bio": "x", "role": "admin"})).await;
    assert_eq!(promoted.refused(422, "unknown_field").field(), "role");
    assert_eq!(asha.me().await.expect(200).data()["role"], "user");
}
