//! Changing the password: what it ends, what it leaves, and that an old proof opens nothing.

use std::time::Duration;

use serde_json::json;
use testkit::{Tapri, all_at_once, password_of, within};

const NEW: &str = "two spoons of ginger";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_keeps_this_device_and_signs_out_all_others() {
    let tapri = Tapri::start().await;
    let phone = tapri.sign_up("asha").await;
    let laptop = phone.sign_in_again().await;
    let old_access = phone.token();
    let old_refresh = phone.refresh_token();

    let reply = phone.change_password(&password_of("asha"), NEW).await.expect(200);
    phone.keep(&reply);
    phone.me().await.expect(200);
    phone.refresh().await;

    within(Duration::from_secs(1), "the laptop is out", || async { (laptop.me().await.status() == 401).then_some(()) })
        .await;
    laptop.try_refresh(&laptop.refresh_token()).await.expect(401);
    // Whoever copied this device's tokens before has nothing either.
    tapri.visitor().get("/api/v1/me").bearer(&old_access).await.expect(401);
    tapri.advance(Duration::from_secs(31));
    phone.try_refresh(&old_refresh).await.expect(401);

    let login = |password: &str| {
        tapri.visitor().post("/api/v1/auth/login").json(&json!({"login": "asha", "password": password}))
    };
    login(&password_of("asha")).await.expect(401);
    login(NEW).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_current_password_is_really_checked_and_the_new_one_judged() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let reply = asha.change_password("not the password", NEW).await.refused(422, "password_wrong");
    assert_eq!(reply.field(), "current_password");
    let reply = asha.change_password(&password_of("asha"), "short").await.refused(422, "too_short");
    assert_eq!(reply.field(), "new_password");
    asha.sign_in_again().await.me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_changes_at_once_one_wins_and_its_password_is_the_one_that_opens() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let passwords: Vec<String> = (0..8).map(|number| format!("ginger and cardamom {number}")).collect();
    let statuses = all_at_once(passwords.len(), |number| {
        let call = asha.change_password(&password_of("asha"), &passwords[number]);
        async move { call.await.status() }
    })
    .await;
    let mut opened = 0;
    for (password, status) in passwords.iter().zip(&statuses) {
        let body = json!({"login": "asha", "password": password});
        let opens = tapri.visitor().post("/api/v1/auth/login").json(&body).await.status() == 200;
        opened += usize::from(opens);
        assert!(!opens || *status == 200, "a change that was refused must not have happened: {statuses:?}");
    }
    assert_eq!(opened, 1, "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_that_may_work_offline_stay_unless_they_are_told_to_go_too() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let printer = asha.registers("Chai Printer").await;
    let offline = printer.connects(&browser, "posts:read offline_access", &["posts:read", "offline_access"]).await;
    let viewer = asha.registers("Chai Viewer").await;
    let online = viewer.connects(&browser, "posts:read offline_access", &["posts:read"]).await;
    let post = asha.post("Midnight Chai").await;

    let reply = asha.change_password(&password_of("asha"), NEW).await.expect(200);
    asha.keep(&reply);
    offline.caller.read(&post).await.expect(200);
    printer.refreshes(&offline.refresh_token).await.expect(200);
    // The browser's session ended by the change, and with it what was born in it and may not work offline.
    viewer.refreshes(&online.refresh_token).await.oauth_error(400, "invalid_grant");

    let body = json!({"current_password": NEW, "new_password": "back to black tea", "apps": true});
    asha.send("/api/v1/auth/password/change", &body).await.expect(200);
    within(Duration::from_secs(1), "the app is out", || async {
        (offline.caller.read(&post).await.status() == 401).then_some(())
    })
    .await;
    printer.refreshes(&offline.refresh_token).await.oauth_error(400, "invalid_grant");
}
