//! Nothing of the inside shows: not in refusals, not when something it needs is gone.

use std::time::Duration;

use serde_json::json;
use testkit::{Reply, Tapri, within};

/// Words that only the inside knows.
const INSIDE: [&str; 14] = [
    "panicked",
    "src/",
    ".rs",
    "redb",
    "bson",
    "store::",
    "serde",
    "axum",
    "hyper",
    "/tmp",
    "tokio",
    "127.0.0.1",
    "unwrap",
    "RUST",
];

#[track_caller]
fn shows_nothing(reply: &Reply) {
    let text = reply.text();
    for word in INSIDE {
        assert!(!text.contains(word), "{word:?} shows in {reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_speak_of_the_request_and_of_nothing_else() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for reply in [
        asha.post_with(&json!({"title": 1})).await,
        asha.post_with(&json!([])).await,
        asha.call(http::Method::POST, "/api/v1/posts").body("application/json", "{").await,
        asha.call(http::Method::POST, "/api/v1/media").body("multipart/form-data; boundary=x", "--x broken").await,
        asha.call(http::Method::POST, "/api/v1/media").body("multipart/form-data", "no boundary").await,
        asha.upload(b"no picture".to_vec(), None).await,
        asha.get("/api/v1/feed/home?limit=x&cursor=y").await,
        asha.read("nonsense").await,
        tapri.visitor().get("/api/v1/me").bearer("a.b.c").await,
        tapri.visitor().post("/oauth/token").body("application/x-www-form-urlencoded", "%%%=%zz&&&=").await,
        tapri.visitor().get("/oauth/authorize?client_id=%ff%fe").await,
    ] {
        assert!((400..500).contains(&reply.status()), "{reply:?}");
        shows_nothing(&reply);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_gone_is_a_503_that_says_when_to_come_back() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let post_id = asha.post("Midnight Chai").await;
    tapri.close_store(testkit::Server::Resource).await;
    for reply in [asha.read(&post_id).await, asha.post_with(&json!({"title": "x"})).await, asha.home().await] {
        assert_eq!(reply.status(), 503, "{reply:?}");
        assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
        assert_eq!(reply.json()["status"], "error");
        shows_nothing(&reply);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auth_server_without_its_store_does_not_stop_the_reading() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let post_id = asha.post("Midnight Chai").await;
    tapri.close_store(testkit::Server::Auth).await;
    asha.read(&post_id).await.expect(200);
    let login = json!({"login": "asha", "password": testkit::password_of("asha")});
    for reply in
        [tapri.visitor().post("/api/v1/auth/login").json(&login).await, asha.try_refresh(&asha.refresh_token()).await]
    {
        assert_eq!(reply.status(), 503, "{reply:?}");
        assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
        shows_nothing(&reply);
    }
    asha.me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_heard_what_ended_for_too_long_lets_nobody_in_by_token() {
    let patience = Duration::from_secs(60);
    let tapri = Tapri::plan().settings(|settings| settings.revocations.stale_after = patience).start().await;
    let asha = tapri.sign_up("asha").await;
    let post_id = asha.post("Midnight Chai").await;
    tapri.close_store(testkit::Server::Auth).await;
    tapri.advance(patience + Duration::from_secs(1));
    let refused = asha.me().await.refused(503, "unavailable");
    assert!(!refused.header("retry-after").is_empty());
    shows_nothing(&refused);
    tapri.resource().get("/readyz").await.expect(503);
    tapri.resource().get("/healthz").await.expect(200);
    tapri.visitor().get(&format!("/api/v1/posts/{post_id}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn news_that_were_missed_for_a_while_are_fetched_when_somebody_needs_them() {
    let patience = Duration::from_secs(60);
    let tapri = Tapri::plan().settings(|settings| settings.revocations.stale_after = patience).start().await;
    let asha = tapri.sign_up("asha").await;
    for _ in 0..3 {
        tapri.advance(patience + Duration::from_secs(1));
        within(Duration::from_secs(5), "asha is let in again", || async {
            (asha.me().await.status() == 200).then_some(())
        })
        .await;
    }
}
