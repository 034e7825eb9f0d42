//! What an app hears, and of whom.

use serde_json::json;
use testkit::{App, Call, Caller, Person, Tapri, email_of};

use super::{ALL, Hook, Stage, type_of, verified};

/// Somebody whose address is confirmed, so that a forgotten password can be replaced.
async fn confirmed(tapri: &Tapri, name: &str) -> Person {
    let person = tapri.sign_up(name).await;
    let code = tapri.mailbox().await.code_to(&email_of(name));
    person.send("/api/v1/auth/email/confirm", &json!({"code": code})).await.expect(200);
    person
}

const NEW: &str = "two spoons of ginger";

/// Comes back with the new password.
async fn signs_in(tapri: &Tapri, name: &str) -> Caller {
    let login = json!({"login": name, "password": NEW});
    let reply = tapri.visitor().post("/api/v1/auth/login").json(&login).await.expect(200);
    Caller::new(tapri.visitor(), &reply.text_of("access_token"))
}

fn withdraws(person: &Caller, app: &App) -> Call {
    person.delete(&format!("/api/v1/me/authorized-apps/{}", app.client_id))
}

async fn resets_password(tapri: &Tapri, name: &str) {
    let forgot = json!({"email": email_of(name)});
    tapri.visitor().post("/api/v1/auth/password/forgot").json(&forgot).await.expect(200);
    let token = tapri.mailbox().await.reset_token_to(&email_of(name));
    let reset = json!({"token": token, "new_password": NEW});
    tapri.visitor().post("/api/v1/auth/password/reset").json(&reset).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_hears_that_it_was_let_in_and_that_it_is_not_any_more() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["consent.granted", "consent.withdrawn"]).await;
    let bilal = stage.tapri.sign_up("bilal").await;
    stage.printer.connects(&bilal.browser().await, "posts:read likes:write", &["posts:read"]).await;
    let heard = stage.heard().await;
    assert_eq!(heard.len(), 1);
    let payload = verified(&heard[0], &hook, &stage.tapri);
    assert_eq!(payload["type"], "consent.granted");
    assert!(payload["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{payload}");
    let said = json!({"user_id": bilal.user_id, "client_id": stage.printer.client_id, "scopes": ["posts:read"]});
    assert_eq!(payload["data"], said);

    bilal.withdraws(&stage.printer).await.expect(200);
    bilal.withdraws(&stage.printer).await.expect(200);
    let heard = stage.heard().await;
    assert_eq!(heard.len(), 2, "what is withdrawn already is no event");
    let payload = verified(&heard[1], &hook, &stage.tapri);
    assert_eq!(payload["type"], "consent.withdrawn");
    assert_eq!(payload["data"], json!({"user_id": bilal.user_id, "client_id": stage.printer.client_id}));
    for received in heard {
        for personal in ["bilal", &email_of("bilal"), "127.0.0.1"] {
            assert!(!received.body.contains(personal), "{received:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_on_a_device_is_let_in_too() {
    let stage = Stage::new().await;
    let frame = stage.asha.registers_for_devices("Wall Frame").await;
    Hook::add(&stage.asha, &frame, &stage.elsewhere.url("/hook"), &["consent.granted"]).await;
    let device = frame.on_device("posts:read").await;
    let decided = json!({"user_code": device.user_code(), "decision": "allow", "scopes": ["posts:read"]});
    stage.asha.send("/api/v1/device", &decided).await.expect(200);
    assert_eq!(stage.heard_types().await, ["consent.granted"]);
    let again = frame.on_device("posts:read").await;
    let denied = json!({"user_code": again.user_code(), "decision": "deny"});
    stage.asha.send("/api/v1/device", &denied).await.expect(200);
    assert_eq!(stage.heard().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_hears_of_the_session_that_it_was_let_in_through_and_of_no_other() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["session.ended"]).await;
    let bilal = stage.tapri.sign_up("bilal").await;
    let (browser, elsewhere) = (bilal.browser().await, bilal.browser().await);
    let granted = stage.printer.connects(&browser, "openid posts:read", &["posts:read"]).await;
    elsewhere.signs_out().await.expect(200);
    assert_eq!(stage.heard().await.len(), 0, "where else somebody signs out is nobody's business");
    browser.signs_out().await.expect(200);
    // It comes with the auth server's news.
    stage.elsewhere.hears("/hook").await;
    let heard = stage.heard().await;
    assert_eq!(heard.len(), 1);
    let payload = verified(&heard[0], &hook, &stage.tapri);
    let id_token = granted.answer["id_token"].as_str().expect("an ID token");
    let sid = testkit::jwt::Jwt::read(id_token).claims["sid"].clone();
    assert_eq!(payload["data"], json!({"user_id": bilal.user_id, "session_id": sid}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_does_not_hear_about_strangers() {
    let stage = Stage::new().await;
    let nosy = stage.asha.registers("Nosy Chai").await;
    stage.elsewhere.lays_with("/nosy", 204, &[], "");
    Hook::add(&stage.asha, &nosy, &stage.elsewhere.url("/nosy"), &ALL).await;
    let hook = stage.hook(&ALL).await;
    let bilal = confirmed(&stage.tapri, "bilal").await;
    let stranger = confirmed(&stage.tapri, "chitra").await;
    let browser = bilal.browser().await;
    stage.printer.connects(&browser, "posts:read offline_access", &["posts:read", "offline_access"]).await;
    stranger.browser().await.signs_out().await.expect(200);
    resets_password(&stage.tapri, "chitra").await;
    browser.signs_out().await.expect(200);
    resets_password(&stage.tapri, "bilal").await;
    let back = signs_in(&stage.tapri, "bilal").await;
    withdraws(&back, &stage.printer).await.expect(200);
    // An app that was never let in is not told that it is not.
    withdraws(&back, &nosy).await;

    let heard = stage.heard().await;
    let mut types: Vec<String> = heard.iter().map(type_of).collect();
    types.sort();
    assert_eq!(types, ["consent.granted", "consent.withdrawn", "password.reset", "session.ended"]);
    for received in &heard {
        assert_eq!(verified(received, &hook, &stage.tapri)["data"]["user_id"], bilal.user_id.as_str());
    }
    assert_eq!(stage.elsewhere.asked("/nosy"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_hears_that_its_refresh_token_came_twice_and_not_that_somebody_elses_did() {
    let stage = Stage::new().await;
    let hook = stage.hook(&["refresh_token.reused"]).await;
    let bilal = stage.tapri.sign_up("bilal").await;
    let granted = stage.printer.connects(&bilal.browser().await, "posts:read", &["posts:read"]).await;
    stage.printer.refreshes(&granted.refresh_token).await.expect(200);
    let own = bilal.refresh_token();
    bilal.refresh().await;
    stage.tapri.advance(std::time::Duration::from_secs(31));
    // The session's is told to nobody but the operator.
    bilal.try_refresh(&own).await.expect(401);
    stage.printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    stage.printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
    let first = stage.elsewhere.hears("/hook").await;
    let payload = verified(&first, &hook, &stage.tapri);
    let data = &payload["data"];
    assert_eq!((&payload["type"], &data["token"]), (&json!("refresh_token.reused"), &json!("refresh_token")));
    assert_eq!((&data["user_id"], &data["client_id"]), (&json!(bilal.user_id), &json!(stage.printer.client_id)));
    assert_eq!(stage.heard().await.len(), 1, "a grant that has ended ends no second time");
}
