//! The consent page: what it shows, what it remembers, who may answer it.

use std::time::Duration;

use http::Method;
use serde_json::json;
use testkit::{Tapri, param};
use url::Url;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_names_the_app_and_says_in_plain_words_what_it_asks_for() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let body = json!({
        "client_name": "Chai Printer", "client_type": "confidential", "client_uri": "https://printer.example/",
        "redirect_uris": ["https://printer.example/callback"],
    });
    let printer = asha.registers_with(&body).await;
    let browser = asha.browser().await;
    let request = browser.reaches_consent(&printer.asks("posts:read likes:write")).await;
    let page = browser.reads_consent(&request).await.expect(200).data();
    assert_eq!(page["client"]["client_id"], printer.client_id.as_str());
    assert_eq!(page["client"]["client_name"], "Chai Printer");
    assert_eq!(page["client"]["client_uri"], "https://printer.example/");
    assert_eq!(page["user"]["user_id"], asha.user_id.as_str());
    assert_eq!(page["redirect_host"], "printer.example");
    assert_eq!(page["reauthenticate"], false);
    let scopes: Vec<&str> =
        page["scopes"].as_array().expect("scopes").iter().filter_map(|scope| scope["scope"].as_str()).collect();
    assert_eq!(scopes, ["posts:read", "likes:write"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_sent_to_the_same_page_to_sign_in_there() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let browser = tapri.browser();
    let flow = printer.asks("posts:read");
    let request = browser.reaches_consent(&flow).await;
    let page = browser.reads_consent(&request).await.expect(200).data();
    assert_eq!((&page["user"], &page["client"]["client_name"]), (&json!(null), &json!("Chai Printer")));
    browser.decides(&request, "allow", &["posts:read"]).await.expect(401);
    browser.sign_in("asha", &testkit::password_of("asha")).await.expect(200);
    browser.reads_consent(&request).await.expect(200);
    let reply = browser.decides(&request, "allow", &["posts:read"]).await.expect(200);
    let back = Url::parse(&reply.text_of("redirect_to")).expect("a URL");
    printer.redeems(&flow, &param(&back, "code").expect("a code")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_allowed_or_declined_is_remembered_and_only_more_is_asked_again() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    printer.connects(&browser, "posts:read posts:write", &["posts:read"]).await;

    let again = printer.asks("posts:read posts:write");
    let back = browser.begins(&again).await.expect(303).location();
    let code = param(&back, "code").expect("straight to the code");
    let granted = printer.redeems(&again, &code).await.expect(200);
    assert_eq!(granted.json()["scope"], "posts:read", "what was declined stays declined");

    browser.reaches_consent(&printer.asks("posts:read likes:write")).await;
    browser.reaches_consent(&printer.asks("posts:read").with("prompt", "consent")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_app_on_the_loopback_always_shows_the_page() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let phone = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    let browser = asha.browser().await;
    phone.connects(&browser, "posts:read", &["posts:read"]).await;
    browser.reaches_consent(&phone.asks("posts:read")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_is_an_answer_and_so_is_nothing() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = printer.asks("posts:read");
    let back = browser.denies(&flow).await;
    assert_eq!(param(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(param(&back, "state"), Some(flow.state));
    assert_eq!(param(&back, "iss"), Some(tapri.origin()));
    assert_eq!(param(&back, "code"), None);

    let back = browser.allows(&printer.asks("posts:read"), &[]).await;
    assert_eq!(param(&back, "error").as_deref(), Some("access_denied"));
    assert!(asha.authorized_apps().await.expect(200).items().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_allows_more_than_was_asked() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = printer.asks("posts:read");
    let request = browser.reaches_consent(&flow).await;
    let reply = browser.decides(&request, "allow", &["posts:read", "posts:write"]).await;
    if reply.status() == 200 {
        let back = Url::parse(&reply.text_of("redirect_to")).expect("a URL");
        let granted = printer.redeems(&flow, &param(&back, "code").expect("a code")).await.expect(200);
        assert_eq!(granted.json()["scope"], "posts:read");
    } else {
        assert_eq!(reply.expect(422).field(), "scopes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_with_two_requests_both_succeed() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let (one, two) = (printer.asks("posts:read"), printer.asks("posts:read"));
    let (first, second) = (browser.reaches_consent(&one).await, browser.reaches_consent(&two).await);
    for (flow, request) in [(two, second), (one, first)] {
        let reply = browser.decides(&request, "allow", &["posts:read"]).await.expect(200);
        let back = Url::parse(&reply.text_of("redirect_to")).expect("a URL");
        assert_eq!(param(&back, "state"), Some(flow.state.clone()));
        let granted =
            printer.granted(&printer.redeems(&flow, &param(&back, "code").expect("a code")).await.expect(200));
        granted.caller.get("/api/v1/users/asha").await.expect(200);
        printer.refreshes(&granted.refresh_token).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_on_allow_makes_one_grant_and_harms_nobody() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = printer.asks("posts:read");
    let request = browser.reaches_consent(&flow).await;
    let mut codes = Vec::new();
    for _ in 0..2 {
        let reply = browser.decides(&request, "allow", &["posts:read"]).await.expect(200);
        codes.push(param(&Url::parse(&reply.text_of("redirect_to")).expect("a URL"), "code").expect("a code"));
    }
    let granted = printer.granted(&printer.redeems(&flow, &codes[0]).await.expect(200));
    printer.redeems(&flow, &codes[1]).await.oauth_error(400, "invalid_grant");
    granted.caller.get("/api/v1/users/asha").await.expect(200);
    printer.refreshes(&granted.refresh_token).await.expect(200);
    assert_eq!(asha.authorized_apps().await.expect(200).items().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_request_is_over_and_says_so() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = printer.asks("posts:read");
    let request = browser.reaches_consent(&flow).await;
    let reply = browser.decides(&request, "allow", &["posts:read"]).await.expect(200);
    let code = param(&Url::parse(&reply.text_of("redirect_to")).expect("a URL"), "code").expect("a code");
    printer.redeems(&flow, &code).await.expect(200);
    for reply in [browser.reads_consent(&request).await, browser.decides(&request, "allow", &["posts:read"]).await] {
        let over = reply.refused(409, "request_finished");
        let way_back = json!({"name": "Chai Printer", "uri": "https://printer.example/"});
        assert_eq!(over.json()["details"]["way_back"], way_back, "where its answers go, since it named no page");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_over_leads_back_to_the_page_of_its_app() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let with_page = json!({
        "client_name": "Chai Printer", "client_type": "public", "client_uri": "https://chai.example/printer",
        "redirect_uris": ["https://printer.example/callback"],
    });
    let printer = asha.registers_with(&with_page).await;
    let pocket = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    let wall = asha.registers_public("Wall Chai", "com.example.wall:/callback").await;
    for (app, name, uri) in [
        (&printer, "Chai Printer", json!("https://chai.example/printer")),
        (&pocket, "Pocket Chai", json!(null)),
        (&wall, "Wall Chai", json!(null)),
    ] {
        let request = browser.reaches_consent(&app.asks("posts:read")).await;
        tapri.advance(Duration::from_secs(601));
        browser.refreshes().await.expect(200);
        let over = browser.reads_consent(&request).await.refused(410, "request_expired");
        assert_eq!(over.json()["details"]["way_back"], json!({"name": name, "uri": uri}));
    }
    // Who did not begin it learns nothing of it.
    let request = browser.reaches_consent(&printer.asks("posts:read")).await;
    let stranger = tapri.browser().reads_consent(&request).await.refused(403, "flow_not_yours");
    assert_eq!(stranger.json()["details"].get("way_back"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_of_an_installed_app_passes_for_a_site() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let posing = asha.registers_public("Posing", "com.example.app://bank.example/callback").await;
    let request = browser.reaches_consent(&posing.asks("posts:read")).await;
    assert_eq!(browser.reads_consent(&request).await.expect(200).data()["redirect_host"], "com.example.app");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waited_too_long_is_refused_in_words() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let request = browser.reaches_consent(&printer.asks("posts:read")).await;
    tapri.advance(Duration::from_secs(601));
    browser.refreshes().await.expect(200);
    for reply in [browser.reads_consent(&request).await, browser.decides(&request, "allow", &["posts:read"]).await] {
        reply.refused(410, "request_expired");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_can_insist_that_the_person_proves_who_they_are_again() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    printer.connects(&browser, "posts:read", &["posts:read"]).await;
    tapri.advance(Duration::from_secs(120));
    browser.refreshes().await.expect(200);
    for flow in [printer.asks("posts:read").with("prompt", "login"), printer.asks("posts:read").with("max_age", "60")] {
        let request = browser.reaches_consent(&flow).await;
        let page = browser.reads_consent(&request).await.expect(200).data();
        assert_eq!(page["reauthenticate"], true);
        let early = browser.decides(&request, "allow", &["posts:read"]).await;
        early.refused(403, "reauthentication_required");
        browser.sign_in("asha", &testkit::password_of("asha")).await.expect(200);
        let page = browser.reads_consent(&request).await.expect(200).data();
        assert_eq!(page["reauthenticate"], false);
        browser.decides(&request, "allow", &["posts:read"]).await.expect(200);
        tapri.advance(Duration::from_secs(120));
        browser.refreshes().await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prompt_none_gets_a_code_or_an_error_and_never_a_page() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let quiet = || printer.asks("posts:read").with("prompt", "none");
    let error_of = |url: &Url| param(url, "error");

    let stranger = tapri.browser().begins(&quiet()).await.expect(303).location();
    assert_eq!(error_of(&stranger).as_deref(), Some("login_required"));
    let unasked = browser.begins(&quiet()).await.expect(303).location();
    assert_eq!(error_of(&unasked).as_deref(), Some("consent_required"));
    assert_eq!(param(&unasked, "iss"), Some(tapri.origin()));
    printer.connects(&browser, "posts:read", &["posts:read"]).await;
    let allowed = browser.begins(&quiet()).await.expect(303).location();
    assert!(param(&allowed, "code").is_some(), "{allowed}");
    let mixed = browser.begins(&printer.asks("posts:read").with("prompt", "none login")).await.expect(303).location();
    assert_eq!(error_of(&mixed).as_deref(), Some("invalid_request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_by_post_ends_on_the_same_page() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = printer.asks("posts:read");
    // Another site's form: no cookie of ours comes along, not even a Lax one.
    let form =
        tapri.visitor().post("/oauth/authorize").header("origin", "https://printer.example").form(&flow.fields());
    let reply = browser.send(form).await.expect(303);
    let next = reply.header("location").to_owned();
    let page = browser.comes_from_elsewhere(&next).await.expect(303).location();
    assert_eq!(page.path(), "/oauth/consent");
    let request = param(&page, "request").expect("a request");
    browser.decides(&request, "allow", &["posts:read"]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_page_of_this_browser_answers_and_only_with_its_csrf_token() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let printer = asha.registers("Chai Printer").await;
    let (browser, victim) = (asha.browser().await, bilal.browser().await);
    let request = browser.reaches_consent(&printer.asks("posts:read")).await;
    let body = json!({"request": request, "decision": "allow", "scopes": ["posts:read"]});

    // A flow link sent to a victim: his browser did not begin it.
    victim.decides(&request, "allow", &["posts:read"]).await.refused(403, "flow_not_yours");
    // Everything right but one thing.
    let bearer = browser.access_token();
    let call = || browser.bare(Method::POST, "/api/v1/consent").json(&body);
    let ours = browser.origin();
    call().header("origin", &ours).header("x-csrf-token", &browser.csrf()).await.expect(401);
    call().header("origin", &ours).bearer(&bearer).await.refused(403, "csrf_invalid");
    call()
        .header("origin", &ours)
        .bearer(&bearer)
        .header("x-csrf-token", &victim.csrf())
        .await
        .refused(403, "csrf_invalid");
    let foreign =
        call().header("origin", "https://evil.example").bearer(&bearer).header("x-csrf-token", &browser.csrf());
    foreign.await.refused(403, "origin_not_allowed");
    assert!(asha.authorized_apps().await.expect(200).items().is_empty(), "nothing was granted");
    assert!(bilal.authorized_apps().await.expect(200).items().is_empty());
    browser.decides(&request, "allow", &["posts:read"]).await.expect(200);
}
