//! From the code to the token.

use std::time::Duration;

use testkit::{Granted, Tapri, all_at_once, param, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_becomes_tokens_as_the_rfc_says() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let flow = printer.asks("posts:read posts:write");
    let back = asha.browser().await.allows(&flow, &["posts:read"]).await;
    assert_eq!(param(&back, "state"), Some(flow.state.clone()));
    assert_eq!(param(&back, "iss"), Some(tapri.origin()));
    let reply = printer.redeems(&flow, &param(&back, "code").expect("a code")).await.expect(200);
    assert_eq!(reply.header("cache-control"), "no-store");
    let answer = reply.json();
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 600);
    assert_eq!(answer["scope"], "posts:read", "what was granted, not what was asked");
    assert!(answer["refresh_token"].is_string());
    assert!(answer.get("id_token").is_none(), "nobody asked for one");
    assert!(answer.get("data").is_none(), "no envelope here");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_app_needs_no_secret_and_a_confidential_one_does() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let phone = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    assert_eq!(phone.secret, None);
    phone.connects(&browser, "posts:read", &["posts:read"]).await;

    let mut printer = asha.registers("Chai Printer").await;
    let flow = printer.asks("posts:read");
    let code = printer.gets_code(&browser, &flow, &["posts:read"]).await;
    let secret = printer.secret.take();
    printer.redeems(&flow, &code).await.oauth_error(401, "invalid_client");
    printer.secret = Some("not the secret".to_owned());
    printer.redeems(&flow, &code).await.oauth_error(401, "invalid_client");
    printer.secret = secret;
    printer.redeems(&flow, &code).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_a_minute() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let (early, late) = (printer.asks("posts:read"), printer.asks("posts:read"));
    let early_code = printer.gets_code(&browser, &early, &["posts:read"]).await;
    tapri.advance(Duration::from_secs(59));
    printer.redeems(&early, &early_code).await.expect(200);
    let back = browser.begins(&late).await.expect(303).location();
    let late_code = param(&back, "code").expect("consent is remembered");
    tapri.advance(Duration::from_secs(60));
    printer.redeems(&late, &late_code).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_who_redeem_one_code_at_once_one_succeeds() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let flow = printer.asks("posts:read");
    let code = printer.gets_code(&asha.browser().await, &flow, &["posts:read"]).await;
    let replies = all_at_once(200, |_| {
        let call = printer.redeems(&flow, &code);
        async move { call.await }
    })
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status() == 200);
    assert_eq!((won.len(), lost.len()), (1, 199));
    for reply in lost {
        reply.oauth_error(400, "invalid_grant");
    }
    // More than one redeemed it, so whoever won may be the thief: nothing of it lives on.
    is_over(&printer, &printer.granted(&won[0])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_redemption_ends_what_the_first_one_got() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let flow = printer.asks("profile:read");
    let code = printer.gets_code(&asha.browser().await, &flow, &["profile:read"]).await;
    let granted = printer.granted(&printer.redeems(&flow, &code).await.expect(200));
    granted.caller.me().await.expect(200);
    printer.redeems(&flow, &code).await.oauth_error(400, "invalid_grant");
    is_over(&printer, &granted).await;
}

async fn is_over(app: &testkit::App, granted: &Granted) {
    within(Duration::from_secs(1), "the access token is refused", || async {
        (granted.caller.get("/api/v1/feed/home").await.status() == 401).then_some(())
    })
    .await;
    app.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_token_endpoint_cannot_read_it_says_so() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    printer.call("/oauth/token", &[]).await.oauth_error(400, "invalid_request");
    let password = [("grant_type", "password"), ("username", "asha"), ("password", "x")];
    printer.call("/oauth/token", &password).await.oauth_error(400, "unsupported_grant_type");
    let no_code = [("grant_type", "authorization_code"), ("redirect_uri", printer.redirect_uri.as_str())];
    printer.call("/oauth/token", &no_code).await.oauth_error(400, "invalid_request");
    let flow = printer.asks("posts:read");
    printer.redeems(&flow, "no code of ours").await.oauth_error(400, "invalid_grant");
    let json = tapri.visitor().post("/oauth/token").json(&serde_json::json!({"grant_type": "refresh_token"}));
    json.await.oauth_error(400, "invalid_request");
}
