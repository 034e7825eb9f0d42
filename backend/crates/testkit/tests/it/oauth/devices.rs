//! Devices without a browser: a picture frame on the wall, a person with a phone.

use std::time::Duration;

use testkit::{Tapri, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_on_the_wall_is_let_in_from_a_phone_with_part_of_what_it_asks() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let frame = asha.registers_for_devices("Wall Frame").await;
    let device = frame.on_device("openid profile posts:read likes:write").await;
    assert_eq!(device.begun["verification_uri"], format!("{}/device", tapri.origin()));
    device.polls().await.oauth_error(400, "authorization_pending");

    let page = bilal.looks_at_device(&device.user_code().to_lowercase()).await.expect(200).data();
    assert_eq!(page["client"]["client_name"], "Wall Frame");
    assert_eq!(page["client"]["made_by"]["username"], "asha");
    assert_eq!((&page["host"], &page["address"]), (&"frames.example".into(), &"127.0.0.1".into()));
    assert_eq!((&page["user"]["username"], &page["user_code"]), (&"bilal".into(), &device.user_code().into()));
    assert!(page["begun_at"].is_string() && page["expires_at"].is_string(), "{page}");
    let scopes: Vec<&str> =
        page["scopes"].as_array().expect("scopes").iter().filter_map(|scope| scope["scope"].as_str()).collect();
    assert_eq!(scopes, ["openid", "profile", "posts:read", "likes:write"]);

    let tokens = bilal.lets_device_in(&device, &["profile", "posts:read"]).await;
    let granted = frame.granted(&tokens);
    assert_eq!(granted.answer["scope"], "openid profile posts:read");
    assert!(granted.answer["id_token"].is_string(), "{}", granted.answer);
    assert_eq!(granted.caller.get("/oauth/userinfo").await.expect(200).json()["preferred_username"], "bilal");
    granted.caller.like("00000000000000000000000000").await.refused(403, "insufficient_scope");
    device.polls().await.oauth_error(400, "invalid_grant");
    bilal.looks_at_device(&device.user_code()).await.refused(409, "request_finished");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_got_stays_when_the_phone_signs_out_and_goes_when_it_is_withdrawn() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let frame = asha.registers_for_devices("Wall Frame").await;
    let phone = asha.sign_in_again().await;
    let device = frame.on_device("posts:read").await;
    let granted = frame.granted(&phone.lets_device_in(&device, &["posts:read"]).await);
    phone.log_out().await.expect(200);
    granted.caller.get("/api/v1/users/asha").await.expect(200);
    tapri.advance(Duration::from_secs(20 * 24 * 3600));
    let granted = frame.granted(&frame.refreshes(&granted.refresh_token).await.expect(200));

    let asha = asha.sign_in_again().await;
    let apps = asha.authorized_apps().await.expect(200).items();
    assert_eq!((apps.len(), &apps[0]["scopes"][0]["scope"]), (1, &"posts:read".into()));
    asha.withdraws(&frame).await.expect(200);
    within(Duration::from_secs(1), "the frame is out", || async {
        (granted.caller.get("/api/v1/users/asha").await.status() == 401).then_some(())
    })
    .await;
    frame.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_yes_answers_for_no_device() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let frame = asha.registers_for_devices("Wall Frame").await;
    let first = frame.on_device("posts:read").await;
    asha.lets_device_in(&first, &["posts:read"]).await;
    let second = frame.on_device("posts:read").await;
    second.polls().await.oauth_error(400, "authorization_pending");
    asha.decides_on_device(&second.user_code(), "deny", &[]).await.expect(200);
    second.polls().await.oauth_error(400, "access_denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_app_approves_a_device() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let granted = printer.connects(&browser, "profile:read", &["profile:read"]).await;
    let device = asha.registers_for_devices("Wall Frame").await.on_device("posts:read").await;
    let path = format!("/api/v1/device?user_code={}", device.user_code());
    granted.caller.get(&path).await.refused(403, "first_party_only");
    let body = serde_json::json!({"user_code": device.user_code(), "decision": "allow", "scopes": ["posts:read"]});
    granted.caller.send("/api/v1/device", &body).await.refused(403, "first_party_only");
    tapri.visitor().get(&path).await.expect(401);
    device.polls().await.oauth_error(400, "authorization_pending");
}
