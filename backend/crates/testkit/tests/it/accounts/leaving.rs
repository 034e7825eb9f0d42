//! Deleting one's account: what goes, what stays, and that nothing opens any more.

use std::time::Duration;

use serde_json::json;
use testkit::{Server, Tapri, email_of, password_of, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_takes_everything_along() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let browser = asha.browser().await;
    let photo = asha.upload_ready(testkit::pictures::jpeg(64, 48), None).await;
    let own = asha
        .post_with(&json!({"title": "Chai", "media_ids": [photo["media_id"]]}))
        .await
        .expect(201)
        .text_of("post_id");
    let others = bilal.post("Rain").await;
    asha.comment(&others, "Two, please").await.expect(201);
    asha.like(&others).await.expect(200);
    bilal.comment(&own, "Three").await.expect(201);
    bilal.follow("asha").await.expect(200);
    asha.follow("bilal").await.expect(200);
    let own_app = asha.registers("Chai Printer").await;
    let bilals_app = bilal.registers("Rain Viewer").await;
    let guest = bilals_app.connects(&browser, "profile:read offline_access", &["profile:read", "offline_access"]).await;
    let host = own_app.connects(&bilal.browser().await, "profile:read", &["profile:read"]).await;

    let leave = |password: &str| asha.call(http::Method::DELETE, "/api/v1/me").json(&json!({"password": password}));
    guest
        .caller
        .call(http::Method::DELETE, "/api/v1/me")
        .json(&json!({"password": password_of("asha")}))
        .await
        .refused(403, "first_party_only");
    assert_eq!(leave("a guess").await.refused(422, "password_wrong").field(), "password");
    leave(&password_of("asha")).await.expect(200);

    within(Duration::from_secs(1), "all tokens are dead", || async {
        let dead = [asha.me().await, guest.caller.me().await, host.caller.me().await];
        dead.iter().all(|reply| reply.status() == 401).then_some(())
    })
    .await;
    asha.try_refresh(&asha.refresh_token()).await.expect(401);
    browser.refreshes().await.expect(401);
    bilals_app.refreshes(&guest.refresh_token).await.oauth_error(400, "invalid_grant");
    own_app.refreshes(&host.refresh_token).await.oauth_error(401, "invalid_client");
    let login = json!({"login": "asha", "password": password_of("asha")});
    tapri.visitor().post("/api/v1/auth/login").json(&login).await.expect(401);

    tapri.run_jobs().await;
    tapri.advance(Duration::from_secs(121));
    tapri.run_jobs().await;
    let bilal = bilal.sign_in_again().await;
    bilal.profile("asha").await.refused(404, "user_not_found");
    bilal.read(&own).await.refused(404, "post_not_found");
    let post = bilal.read(&others).await.expect(200).data();
    assert_eq!(post["counts"], json!({"likes": 0, "comments": 0}));
    let counts = bilal.profile("bilal").await.expect(200).data()["counts"].clone();
    assert_eq!(counts, json!({"posts": 1, "followers": 0, "following": 0}));
    for document in tapri.documents(Server::Resource).await {
        let may_stay = ["resource_handles", "resource_session_devices", "resource_comments", "resource_idempotency"];
        let names = document.text.contains(&asha.user_id) || document.text.contains(&email_of("asha"));
        assert!(!names || may_stay.contains(&document.collection), "{document:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_stays_reserved_for_ninety_days_and_the_address_is_free_at_once() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    asha.call(http::Method::DELETE, "/api/v1/me").json(&json!({"password": password_of("asha")})).await.expect(200);
    let signs_up = |name: &str| {
        let body = json!({"username": name, "email": email_of("asha"), "password": password_of(name)});
        tapri.visitor().post("/api/v1/auth/register").json(&body)
    };
    signs_up("asha").await.refused(409, "username_taken");
    signs_up("asha.k").await.expect(201);
    tapri.advance(Duration::from_secs(90 * 24 * 3600));
    let body = json!({"username": "asha", "email": "other@people.example", "password": password_of("asha")});
    tapri.visitor().post("/api/v1/auth/register").json(&body).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_left_clean() {
    let tapri = Tapri::start().await;
    let browser = tapri.sign_up("asha").await.browser().await;
    let call = browser.call(http::Method::DELETE, "/api/v1/me").json(&json!({"password": password_of("asha")}));
    let reply = browser.send(call).await.expect(200);
    let gone: Vec<String> = reply.cookies().iter().map(|cookie| cookie.name.clone()).collect();
    assert!(gone.contains(&"tapri_refresh".to_owned()) && gone.contains(&"tapri_session".to_owned()), "{gone:?}");
}
