//! When everything was decided before and only the sign-in was missing: the page asks nothing, and still nothing happens
//! without it.

use std::time::Duration;

use http::Method;
use serde_json::json;
use testkit::{App, Browser, Flow, Tapri, param, password_of};
use url::Url;

/// Presses no button: the page goes on by itself.
async fn goes_on(browser: &Browser, request: &str) -> Url {
    let page = browser.reads_consent(request).await.expect(200).data();
    assert_eq!((&page["decided"], &page["reauthenticate"]), (&json!(true), &json!(false)));
    Url::parse(&browser.decides(request, "remembered", &[]).await.expect(200).text_of("redirect_to")).expect("a URL")
}

async fn redeems(app: &App, flow: &Flow, back: &Url) -> String {
    let code = param(back, "code").unwrap_or_else(|| panic!("no code in {back}"));
    let granted = app.granted(&app.redeems(flow, &code).await.expect(200));
    granted.answer["scope"].as_str().expect("the scope is told").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_anew_is_not_asked_again_what_they_decided_before() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    printer.connects(&browser, "posts:read posts:write", &["posts:read"]).await;

    // Nobody is signed in at another browser; then somebody is.
    let other = tapri.browser();
    let flow = printer.asks("posts:read posts:write");
    let request = other.reaches_consent(&flow).await;
    assert_eq!(other.reads_consent(&request).await.expect(200).data()["decided"], false);
    other.sign_in("asha", &password_of("asha")).await.expect(200);
    let back = goes_on(&other, &request).await;
    assert_eq!(redeems(&printer, &flow, &back).await, "posts:read", "what was declined stays declined");

    for insisting in [("prompt", "login"), ("max_age", "60")] {
        tapri.advance(Duration::from_secs(120));
        browser.refreshes().await.expect(200);
        let flow = printer.asks("posts:read").with(insisting.0, insisting.1);
        let request = browser.reaches_consent(&flow).await;
        let page = browser.reads_consent(&request).await.expect(200).data();
        assert_eq!((&page["decided"], &page["reauthenticate"]), (&json!(false), &json!(true)));
        browser.decides(&request, "remembered", &[]).await.refused(403, "reauthentication_required");
        browser.sign_in("asha", &password_of("asha")).await.expect(200);
        let back = goes_on(&browser, &request).await;
        redeems(&printer, &flow, &back).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_decided_is_asked_and_so_is_whoever_must_see_who_asks() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let pocket = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    let wall = asha.registers_public("Wall Chai", "com.example.wall:/callback").await;
    for app in [&printer, &pocket, &wall] {
        app.connects(&browser, "posts:read", &["posts:read"]).await;
    }
    for flow in [
        printer.asks("posts:read likes:write"),
        printer.asks("posts:read").with("prompt", "consent"),
        printer.asks("posts:read").with("prompt", "select_account"),
        pocket.asks("posts:read"),
        wall.asks("posts:read"),
    ] {
        let request = browser.reaches_consent(&flow).await;
        assert_eq!(browser.reads_consent(&request).await.expect(200).data()["decided"], false, "{}", flow.path());
        browser.decides(&request, "remembered", &[]).await.refused(409, "consent_undecided");
    }
    // Somebody else decided nothing yet.
    let other = tapri.browser();
    let request = other.reaches_consent(&printer.asks("posts:read")).await;
    other.sign_in("bilal", &password_of("bilal")).await.expect(200);
    assert_eq!(other.reads_consent(&request).await.expect(200).data()["decided"], false);
    other.decides(&request, "remembered", &[]).await.refused(409, "consent_undecided");
    assert!(bilal.authorized_apps().await.expect(200).items().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_goes_on_by_itself_is_guarded_as_one_with_buttons() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    printer.connects(&browser, "posts:read", &["posts:read"]).await;
    let (other, flow) = (tapri.browser(), printer.asks("posts:read"));
    let request = other.reaches_consent(&flow).await;
    other.sign_in("asha", &password_of("asha")).await.expect(200);

    browser.decides(&request, "remembered", &[]).await.refused(403, "flow_not_yours");
    let body = json!({"request": request, "decision": "remembered"});
    let forged = other.bare(Method::POST, "/api/v1/consent").header("origin", &other.origin());
    forged.bearer(&other.access_token()).json(&body).await.refused(403, "csrf_invalid");

    // Taken back between the question and the answer.
    assert_eq!(other.reads_consent(&request).await.expect(200).data()["decided"], true);
    asha.withdraws(&printer).await.expect(200);
    other.decides(&request, "remembered", &[]).await.refused(409, "consent_undecided");
    assert_eq!(other.reads_consent(&request).await.expect(200).data()["decided"], false);
    let reply = other.decides(&request, "allow", &["posts:read"]).await.expect(200);
    redeems(&printer, &flow, &Url::parse(&reply.text_of("redirect_to")).expect("a URL")).await;
}
