//! Authorization codes in the wrong hands.

use std::time::Duration;

use testkit::{Tapri, all_at_once, param, pkce, within};

#[tokio::test(flavor = "multi_thread")]
async fn row_08_code_replay() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let flow = printer.asks("profile:read");
    let code = printer.gets_code(&asha.browser().await, &flow, &["profile:read"]).await;
    let replies = all_at_once(50, |_| {
        let call = printer.redeems(&flow, &code);
        async move { call.await }
    })
    .await;
    let won: Vec<_> = replies.iter().filter(|reply| reply.status() == 200).collect();
    assert_eq!(won.len(), 1);
    for reply in replies.iter().filter(|reply| reply.status() != 200) {
        reply.clone().oauth_error(400, "invalid_grant");
    }
    let granted = printer.granted(won[0]);
    within(Duration::from_secs(1), "the grant is over", || async {
        (granted.caller.me().await.status() == 401).then_some(())
    })
    .await;
    printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_09_a_code_brought_by_another_or_from_elsewhere() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let body = serde_json::json!({
        "client_name": "Chai Printer", "client_type": "confidential",
        "redirect_uris": ["https://printer.example/callback", "https://printer.example/other"],
    });
    let (printer, thief) = (asha.registers_with(&body).await, asha.registers("Thief").await);
    let public_thief = asha.registers_public("Public thief", "http://127.0.0.1/callback").await;
    let flow = printer.asks("posts:read");
    let code = printer.gets_code(&browser, &flow, &["posts:read"]).await;

    for other in [&thief, &public_thief] {
        other.redeems(&flow, &code).await.oauth_error(400, "invalid_grant");
    }
    let other_place = flow.clone().with("redirect_uri", "https://printer.example/other");
    printer.redeems(&other_place, &code).await.oauth_error(400, "invalid_grant");
    let no_place = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", &flow.verifier)];
    let reply = printer.call("/oauth/token", &no_place).await.expect(400);
    assert!(["invalid_grant", "invalid_request"].contains(&reply.json()["error"].as_str().unwrap_or_default()));
    // None of them burned it.
    printer.redeems(&flow, &code).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_10_a_code_injected_into_somebody_elses_flow() {
    let tapri = Tapri::start().await;
    let (asha, mallory) = (tapri.sign_up("asha").await, tapri.sign_up("mallory").await);
    let printer = asha.registers("Chai Printer").await;
    let stolen_flow = printer.asks("openid");
    let victims_flow = printer.asks("openid");
    let stolen = printer.gets_code(&mallory.browser().await, &stolen_flow, &["openid"]).await;
    // The victim's app redeems what was injected with the verifier of its own flow.
    printer.redeems(&victims_flow, &stolen).await.oauth_error(400, "invalid_grant");
    let granted = printer.redeems(&stolen_flow, &stolen).await.expect(200);
    let id_token = testkit::jwt::Jwt::read(granted.json()["id_token"].as_str().expect("an ID token"));
    assert_eq!(id_token.claims["nonce"], stolen_flow.nonce.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn row_11_pkce_left_out_or_weakened() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let phone = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    for app in [&printer, &phone] {
        for bad in [
            app.asks("posts:read").without("code_challenge").without("code_challenge_method"),
            app.asks("posts:read").without("code_challenge"),
            app.asks("posts:read").with("code_challenge_method", "plain"),
            app.asks("posts:read").without("code_challenge_method"),
            app.asks("posts:read").with("code_challenge", ""),
        ] {
            let back = browser.begins(&bad).await.expect(303).location();
            assert_eq!(param(&back, "error").as_deref(), Some("invalid_request"), "{back}");
        }
        let flow = app.asks("posts:read");
        let code = app.gets_code(&browser, &flow, &["posts:read"]).await;
        let mut wrong = flow.clone();
        for verifier in ["", "short", &pkce::challenge(&flow.verifier), &format!("{}x", flow.verifier)] {
            verifier.clone_into(&mut wrong.verifier);
            let error = app.redeems(&wrong, &code).await.expect(400).json()["error"].clone();
            assert!(error == "invalid_grant" || error == "invalid_request", "{verifier:?}: {error}");
        }
        let without = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &app.redirect_uri)];
        let error = app.call("/oauth/token", &without).await.expect(400).json()["error"].clone();
        assert!(error == "invalid_grant" || error == "invalid_request", "{error}");
        app.redeems(&flow, &code).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_24_a_step_that_belongs_to_another_flow() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let other = asha.registers("Other App").await;
    let flow = printer.asks("posts:read");
    let request = browser.reaches_consent(&flow).await;
    let code = printer.gets_code(&browser, &printer.asks("posts:read"), &["posts:read"]).await;
    let session =
        browser.cookies(|jar| jar.get("tapri_session").map(|cookie| cookie.value.clone())).expect("a session");
    // A request is no code, a code no request, a session cookie neither.
    printer.redeems(&flow, &request).await.oauth_error(400, "invalid_grant");
    printer.redeems(&flow, &session).await.oauth_error(400, "invalid_grant");
    other.redeems(&flow, &request).await.oauth_error(400, "invalid_grant");
    for step in [&code, &session, &testkit::jwt::tampered(&format!("x.{request}"))[2..].to_owned()] {
        browser.decides(step, "allow", &["posts:read"]).await.refused(400, "request_invalid");
    }
    browser.decides(&request, "allow", &["posts:read"]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_25_two_tabs_of_one_person_both_finish() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let done = all_at_once(8, |_| {
        let (tab, printer) = (browser.clone(), printer.clone());
        async move {
            let flow = printer.asks("posts:read");
            let page = tab.begins(&flow).await.expect(303).location();
            // Whoever comes after the first "Allow" finds the consent remembered.
            let code = match param(&page, "code") {
                Some(code) => code,
                None => {
                    let request = param(&page, "request").expect("a request");
                    let reply = tab.decides(&request, "allow", &["posts:read"]).await.expect(200);
                    let back = url::Url::parse(&reply.text_of("redirect_to")).expect("a URL");
                    param(&back, "code").expect("a code")
                }
            };
            printer.granted(&printer.redeems(&flow, &code).await.expect(200))
        }
    })
    .await;
    for granted in done {
        granted.caller.get("/api/v1/users/asha").await.expect(200);
        printer.refreshes(&granted.refresh_token).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_26_a_double_click_an_expired_step_and_the_back_button() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = printer.asks("posts:read");
    let request = browser.reaches_consent(&flow).await;
    let codes = all_at_once(10, |_| {
        let (tab, request) = (browser.clone(), request.clone());
        async move {
            let reply = tab.decides(&request, "allow", &["posts:read"]).await.expect(200);
            let back = url::Url::parse(&reply.text_of("redirect_to")).expect("a URL");
            param(&back, "code").expect("a code")
        }
    })
    .await;
    let statuses = all_at_once(codes.len(), |number| {
        let call = printer.redeems(&flow, &codes[number]);
        async move { call.await.status() }
    })
    .await;
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "at most one grant a request: {statuses:?}"
    );
    browser.reads_consent(&request).await.refused(409, "request_finished");
    assert_eq!(asha.authorized_apps().await.expect(200).items().len(), 1);
}
