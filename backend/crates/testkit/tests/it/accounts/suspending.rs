//! A suspended account: nobody gets in with it, nobody sees what it made, and all of it comes back when it is restored.

use std::time::Duration;

use http::Method;
use serde_json::json;
use testkit::pictures::jpeg;
use testkit::{Call, Caller, ProofKey, Tapri, email_of, password_of, within};

use crate::oauth::proofs::{asked, connected};

const WHY: &str = "Sells what is not theirs";

fn suspends(admin: &Caller, username: &str) -> Call {
    admin.put(&format!("/api/v1/admin/users/{username}/suspension")).json(&json!({"reason": WHY}))
}

fn restores(admin: &Caller, username: &str) -> Call {
    admin.delete(&format!("/api/v1/admin/users/{username}/suspension"))
}

fn signs_in(tapri: &Tapri, username: &str, password: &str) -> Call {
    tapri.visitor().post("/api/v1/auth/login").json(&json!({"login": username, "password": password}))
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_was_opened_with_it_ends_within_a_second() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up_admin("asha").await, tapri.sign_up("bilal").await);
    let browser = bilal.browser().await;
    let printer = asha.registers("Chai Printer").await;
    let scopes = ["profile:read", "offline_access"];
    let granted = printer.connects(&browser, "profile:read offline_access", &scopes).await;
    let frame = asha.registers_for_devices("Wall Frame").await;
    let device = frame.on_device("posts:read").await;
    bilal.decides_on_device(&device.user_code(), "allow", &["posts:read"]).await.expect(200);
    let waiting = printer.asks("profile:read posts:read");
    let request = browser.reaches_consent(&waiting).await;
    let (key, bound_app) = (ProofKey::new(), asha.registers("Bound Printer").await);
    let bound = connected(&tapri, &bilal, &bound_app, &key, "profile:read").await;
    asked(&tapri, &key, Method::GET, "/api/v1/me", &bound.access_token).await.expect(200);

    let view = suspends(&asha, "bilal").await.expect(200).data();
    assert_eq!((&view["username"], &view["suspended"]["reason"]), (&json!("bilal"), &json!(WHY)));
    let (_, took) = within(Duration::from_secs(1), "every token is over", || async {
        let own = bilal.me().await.status();
        let of_app = granted.caller.me().await.status();
        let of_key = asked(&tapri, &key, Method::GET, "/api/v1/me", &bound.access_token).await.status();
        ([own, of_app, of_key] == [401; 3]).then_some(())
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    bilal.try_refresh(&bilal.refresh_token()).await.expect(401);
    browser.decides(&request, "allow", &["profile:read", "posts:read"]).await.expect(401);
    browser.refreshes().await.expect(401);
    printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    device.polls().await.oauth_error(400, "invalid_grant");

    // Told after the right password alone.
    signs_in(&tapri, "bilal", "a wrong one").await.refused(401, "credentials_wrong");
    let refused = signs_in(&tapri, "bilal", &password_of("bilal")).await.refused(403, "account_suspended");
    assert_eq!(refused.json()["details"]["issue"], WHY);

    restores(&asha, "bilal").await.expect(200);
    assert_eq!(restores(&asha, "bilal").await.expect(200).data()["suspended"], json!(null));
    signs_in(&tapri, "bilal", &password_of("bilal")).await.expect(200);
    bilal.me().await.expect(401);
    printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_from_before_opens_nothing_after() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up_admin("asha").await, tapri.sign_up("bilal").await);
    let printer = asha.registers("Chai Printer").await;
    let flow = printer.asks("profile:read");
    let code = printer.gets_code(&bilal.browser().await, &flow, &["profile:read"]).await;
    suspends(&asha, "bilal").await.expect(200);
    printer.redeems(&flow, &code).await.oauth_error(400, "invalid_grant");
    restores(&asha, "bilal").await.expect(200);
    printer.redeems(&flow, &code).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_does_not_open_it() {
    let tapri = Tapri::plan().mail().start().await;
    let (asha, bilal) = (tapri.sign_up_admin("asha").await, tapri.sign_up("bilal").await);
    let code = tapri.mailbox().await.code_to(&email_of("bilal"));
    bilal.send("/api/v1/auth/email/confirm", &json!({"code": code})).await.expect(200);
    suspends(&asha, "bilal").await.expect(200);
    let asks = json!({"email": email_of("bilal")});
    tapri.visitor().post("/api/v1/auth/password/forgot").json(&asks).await.expect(200);
    let token = tapri.mailbox().await.reset_token_to(&email_of("bilal"));
    let chosen = json!({"token": token, "new_password": "two spoons of ginger"});
    tapri.visitor().post("/api/v1/auth/password/reset").json(&chosen).await.expect(200);
    signs_in(&tapri, "bilal", "two spoons of ginger").await.refused(403, "account_suspended");
    restores(&asha, "bilal").await.expect(200);
    signs_in(&tapri, "bilal", "two spoons of ginger").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_the_person_nor_what_they_made_until_they_are_restored() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up_admin("asha").await;
    let (bilal, chitra) = (tapri.sign_up("bilal").await, tapri.sign_up("chitra").await);
    chitra.follow("bilal").await.expect(200);
    let photo = bilal.upload_ready(jpeg(300, 200), None).await;
    let body = json!({"title": "Midnight Chai", "media_ids": [photo["media_id"]]});
    let post = bilal.post_with(&body).await.expect(201).data();
    let picture = post["media"][0]["variants"][0]["url"].as_str().unwrap().to_owned();
    let post = post["post_id"].as_str().unwrap().to_owned();
    tapri.advance(Duration::from_secs(1));
    let others = chitra.post("Rain").await;
    bilal.comment(&others, "Lovely").await.expect(201);
    bilal.like(&others).await.expect(200);
    assert_eq!(chitra.home_titles().await, ["Rain", "Midnight Chai"]);
    let seen = async || {
        let items = async |path: &str| chitra.get(path).await.expect(200).items().len();
        [
            items("/api/v1/feed/home").await,
            items("/api/v1/feed/explore").await,
            items("/api/v1/search?q=bilal").await,
            items(&format!("/api/v1/posts/{others}/comments")).await,
            items(&format!("/api/v1/posts/{others}/likes")).await,
            items("/api/v1/users/chitra/following").await,
        ]
    };
    let before = seen().await;
    assert_eq!(before, [2, 2, 1, 1, 1, 1]);
    tapri.visitor().get(&picture).await.expect(200);

    suspends(&asha, "bilal").await.expect(200);
    assert_eq!(seen().await, [1, 1, 0, 0, 0, 0]);
    chitra.profile("bilal").await.refused(410, "account_suspended");
    chitra.get("/api/v1/users/bilal/posts").await.refused(410, "account_suspended");
    chitra.read(&post).await.refused(404, "post_not_found");
    chitra.like(&post).await.refused(404, "post_not_found");
    tapri.visitor().get(&picture).await.expect(404);

    restores(&asha, "bilal").await.expect(200);
    assert_eq!(seen().await, before);
    tapri.visitor().get(&picture).await.expect(200);
    chitra.read(&post).await.expect(200);
    chitra.profile("bilal").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_be_suspended_by_whom() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up_admin("asha").await, tapri.sign_up("bilal").await);
    tapri.sign_up_admin("chitra").await;
    suspends(&asha, "asha").await.refused(403, "cannot_suspend_yourself");
    suspends(&asha, "chitra").await.refused(409, "is_admin");
    suspends(&asha, "nobody.here").await.refused(404, "user_not_found");
    suspends(&bilal, "asha").await.refused(403, "role_required");
    restores(&bilal, "asha").await.refused(403, "role_required");
    let silent = asha.put("/api/v1/admin/users/bilal/suspension").json(&json!({"reason": " "}));
    assert_eq!(silent.await.refused(422, "empty").field(), "reason");
    tapri.advance(Duration::from_secs(1));
    suspends(&asha, "bilal").await.expect(200);
    suspends(&asha, "bilal").await.expect(200);
    tapri.advance(Duration::from_secs(1));
    let role = asha.put("/api/v1/admin/users/bilal/role").json(&json!({"role": "mod"}));
    role.await.refused(409, "account_suspended");
    let other = json!({"reason": "Asked for it"});
    asha.put("/api/v1/admin/users/bilal/suspension").json(&other).await.expect(200);
    tapri.advance(Duration::from_secs(1));
    restores(&asha, "bilal").await.expect(200);

    let done = asha.get("/api/v1/admin/audit?limit=3").await.expect(200).items();
    let told: Vec<_> = done.iter().map(|entry| json!([entry["action"], entry["reason"]])).collect();
    let expected = [
        json!(["account_restored", ""]),
        json!(["account_suspended", "Asked for it"]),
        json!(["account_suspended", WHY]),
    ];
    assert_eq!(told, expected);
    assert_eq!(done[0]["subject"], json!({"type": "user", "id": bilal.user_id, "name": "bilal"}));
}
