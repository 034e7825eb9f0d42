//! What somebody's link, or an app's greed, could do by the logout endpoint, and by an answer that is posted.

use serde_json::json;
use testkit::Tapri;

#[tokio::test(flavor = "multi_thread")]
async fn row_19_a_logout_leads_nowhere_that_is_not_registered() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let body = json!({
        "client_name": "Chai Printer", "client_type": "confidential",
        "redirect_uris": ["https://printer.example/callback"],
        "post_logout_redirect_uris": ["https://printer.example/bye"],
    });
    let (browser, printer) = (asha.browser().await, asha.registers_with(&body).await);
    let granted = printer.connects(&browser, "openid", &[]).await;
    let hint = granted.answer["id_token"].as_str().expect("an ID token");
    for address in [
        "https://evil.example/",
        "https://printer.example/bye/",
        "https://printer.example/bye?x=1",
        "https://printer.example.evil.example/bye",
        "https://printer.example/callback",
        "//evil.example/bye",
        "javascript:alert(1)",
    ] {
        let link = tapri.visitor().get("/oauth/logout");
        let link = link.query(&[("id_token_hint", hint), ("post_logout_redirect_uri", address)]);
        let reply = link.await;
        assert_eq!((reply.status(), reply.header("location")), (400, ""), "{address}: {reply:?}");
    }
    for link in [
        "/oauth/logout?post_logout_redirect_uri=https://evil.example/".to_owned(),
        format!("/oauth/logout?client_id={}&post_logout_redirect_uri=https://printer.example/bye", printer.client_id),
        "/oauth/logout?request=forged".to_owned(),
    ] {
        let page = browser.comes_from_elsewhere(&link).await.expect(303).location();
        assert!(page.as_str().starts_with(&format!("{}/logout", tapri.origin())), "{page}");
    }
    browser.refreshes().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_21_a_foreign_link_signs_nobody_out() {
    let tapri = Tapri::start().await;
    let (asha, mallory) = (tapri.sign_up("asha").await, tapri.sign_up("mallory").await);
    let (browser, hers) = (asha.browser().await, mallory.browser().await);
    let trap = mallory.registers("Trap").await;
    let granted = trap.connects(&hers, "openid", &[]).await;
    let her_own = granted.answer["id_token"].as_str().expect("an ID token").to_owned();
    for link in ["/oauth/logout".to_owned(), format!("/oauth/logout?id_token_hint={her_own}")] {
        let page = browser.comes_from_elsewhere(&link).await.expect(303).location();
        assert_eq!(page.path(), "/logout", "the person is asked");
    }
    browser.refreshes().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_22_the_logout_endpoint_and_a_posting_page_in_a_foreign_frame() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let posting = browser.begins(&printer.asks("nonsense").with("response_mode", "form_post")).await;
    let logout = tapri.visitor().get("/oauth/logout").await;
    let page = tapri.visitor().get("/logout").header("accept", "text/html").await;
    for reply in [posting, logout, page] {
        assert_eq!(reply.header("x-frame-options"), "DENY", "{reply:?}");
        assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"), "{reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_34_what_an_app_says_cannot_leave_the_form_that_is_posted() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let state = "\"></form><script>alert(1)</script><form action=\"https://evil.example/";
    let flow = printer.asks("nonsense").with("response_mode", "form_post").with("state", state);
    let page = browser.begins(&flow).await.expect(200);
    assert_eq!(page.text().matches("<script>").count(), 1, "{}", page.text());
    assert_eq!(page.text().matches("<form").count(), 1, "{}", page.text());
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; script-src 'sha256-"));
}
