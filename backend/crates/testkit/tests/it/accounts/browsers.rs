//! Cookie mode: what a browser holds, and what a foreign page cannot make it do.

use std::time::Duration;

use http::Method;
use serde_json::json;
use testkit::{Tapri, all_at_once, password_of, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_keeps_its_refresh_token_where_no_script_can_read_it() {
    let tapri = Tapri::start().await;
    let browser = tapri.browser();
    let reply = browser.sign_up("asha").await.expect(201);
    let data = reply.data();
    assert!(data["access_token"].is_string() && data["csrf_token"].is_string());
    assert!(data["refresh_token"].is_null(), "{data}");
    let cookies = reply.cookies();
    let named = |name: &str| cookies.iter().find(|cookie| cookie.name == name).expect(name).clone();
    let (refresh, session) = (named("tapri_refresh"), named("tapri_session"));
    for cookie in [&refresh, &session] {
        assert!(cookie.has("httponly") && cookie.has("path=/"), "{cookie:?}");
        assert!(!cookie.attributes.iter().any(|attribute| attribute.starts_with("domain")), "{cookie:?}");
    }
    assert!(refresh.has("samesite=strict") && session.has("samesite=lax"));
    assert!(!reply.text().contains(&refresh.value));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_alone_opens_no_api_call() {
    let tapri = Tapri::start().await;
    let browser = tapri.sign_up("asha").await.browser().await;
    browser.bare(Method::GET, "/api/v1/me").await.refused(401, "token_missing");
    browser.caller().me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tabs_refresh_at_once_and_stay_signed_in() {
    let tapri = Tapri::start().await;
    let browser = tapri.sign_up("asha").await.browser().await;
    tapri.advance(Duration::from_secs(120));
    let statuses = all_at_once(50, |_| {
        let tab = browser.clone();
        async move { tab.refreshes().await.status() }
    })
    .await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    browser.caller().me().await.expect(200);
    tapri.advance(Duration::from_secs(120));
    browser.refreshes().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_csrf_token_nothing_that_cookies_stand_behind_happens() {
    let tapri = Tapri::start().await;
    let browser = tapri.sign_up("asha").await.browser().await;
    let other = tapri.sign_up("bilal").await.browser().await;
    let body = json!({});
    for path in ["/api/v1/auth/refresh", "/api/v1/auth/logout"] {
        let call = || browser.bare(Method::POST, path).header("origin", &browser.origin()).json(&body);
        call().await.refused(403, "csrf_invalid");
        call().header("x-csrf-token", "forged").await.refused(403, "csrf_invalid");
        call().header("x-csrf-token", &other.csrf()).await.refused(403, "csrf_invalid");
        let mut changed = browser.csrf().into_bytes();
        changed[0] = if changed[0] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        call().header("x-csrf-token", &changed).await.refused(403, "csrf_invalid");
    }
    browser.refreshes().await.expect(200);
    browser.caller().me().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_is_refused_even_with_everything_right() {
    let tapri = Tapri::start().await;
    let browser = tapri.sign_up("asha").await.browser().await;
    let suffix = format!("{}.evil.example", browser.origin());
    for origin in ["https://evil.example", "null", &suffix] {
        for path in ["/api/v1/auth/refresh", "/api/v1/auth/logout"] {
            let call = browser.bare(Method::POST, path).header("origin", origin);
            let call = call.header("x-csrf-token", &browser.csrf()).json(&json!({}));
            call.await.refused(403, "origin_not_allowed");
        }
    }
    browser.refreshes().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_by_a_forged_form_is_refused() {
    let tapri = Tapri::start().await;
    tapri.sign_up("asha").await;
    let body = json!({"login": "asha", "password": password_of("asha"), "session": "cookie"});
    let browser = tapri.browser();
    browser.bare(Method::POST, "/api/v1/auth/login").json(&body).await.refused(403, "csrf_invalid");
    browser.fetches_csrf().await;
    let foreign = browser.bare(Method::POST, "/api/v1/auth/login").header("origin", "https://evil.example");
    foreign.header("x-csrf-token", &browser.csrf()).json(&body).await.refused(403, "origin_not_allowed");
    browser.sign_in("asha", &password_of("asha")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_takes_the_cookies_away() {
    let tapri = Tapri::start().await;
    let browser = tapri.sign_up("asha").await.browser().await;
    let thief = browser.copied();
    browser.signs_out().await.expect(200);
    let left = browser.cookies(|jar| jar.names().iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert!(!left.iter().any(|name| name == "tapri_refresh" || name == "tapri_session"), "{left:?}");
    thief.caller().me().await.expect(401);
    thief.refreshes().await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_again_as_the_same_person_renews_the_session_and_as_another_ends_it() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    tapri.sign_up("bilal").await;
    let browser = asha.browser().await;
    let first = browser.copied();
    assert_eq!(asha.sessions().await.expect(200).items().len(), 2);

    browser.sign_in("asha", &password_of("asha")).await.expect(200);
    assert_eq!(asha.sessions().await.expect(200).items().len(), 2, "renewed, not one more");

    browser.sign_in("bilal", &password_of("bilal")).await.expect(200);
    assert_eq!(browser.caller().me().await.expect(200).data()["username"], "bilal");
    within(Duration::from_secs(1), "the first session is over", || async {
        (first.caller().me().await.status() == 401).then_some(())
    })
    .await;
    assert_eq!(asha.sessions().await.expect(200).items().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_every_cookie_is_secure_and_bound_to_this_host() {
    let tapri = Tapri::plan().origin("https://tapri.example").start().await;
    let browser = tapri.browser();
    let reply = browser.sign_up("asha").await.expect(201);
    let names: Vec<String> = reply.cookies().iter().map(|cookie| cookie.name.clone()).collect();
    assert!(!names.is_empty());
    for cookie in reply.cookies() {
        assert!(cookie.name.starts_with("__Host-") && cookie.has("secure") && cookie.has("path=/"), "{cookie:?}");
    }
    browser.refreshes().await.expect(200);
}
