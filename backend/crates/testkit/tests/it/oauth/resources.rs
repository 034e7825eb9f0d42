//! Resource indicators (RFC 8707): an app says for which resource it wants its tokens, and there is one place here.

use testkit::jwt::Jwt;
use testkit::{Tapri, param};

#[tokio::test(flavor = "multi_thread")]
async fn this_place_may_be_named_by_both_its_names_at_every_step() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let origin = tapri.origin();
    for resource in [origin.clone(), format!("{origin}/"), format!("{origin}/mcp"), format!("{origin}/mcp/")] {
        let flow = printer.asks("profile:read").with("resource", &resource).and("resource", &origin);
        let code = printer.gets_code(&browser, &flow, &["profile:read"]).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", flow.param("redirect_uri")),
            ("code_verifier", &flow.verifier),
            ("resource", &resource),
        ];
        let granted = printer.granted(&printer.call("/oauth/token", &fields).await.expect(200));
        assert_eq!(Jwt::read(&granted.access_token).claims["aud"], origin.as_str(), "{resource}");
        granted.caller.me().await.expect(200);
        let fields =
            [("grant_type", "refresh_token"), ("refresh_token", &granted.refresh_token), ("resource", &resource)];
        printer.call("/oauth/token", &fields).await.expect(200);
        printer.call("/oauth/par", &flow.fields()).await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_place_is_refused_at_every_step() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let granted = printer.connects(&browser, "profile:read", &["profile:read"]).await;
    let origin = tapri.origin();
    for resource in ["https://elsewhere.example", &format!("{origin}/api"), &format!("{origin}/#top"), "mcp"] {
        let one_of_two = printer.asks("profile:read").with("resource", &origin).and("resource", resource);
        let back = browser.begins(&one_of_two).await.expect(303).location();
        assert_eq!(param(&back, "error").as_deref(), Some("invalid_target"), "{back}");
        printer.call("/oauth/par", &one_of_two.fields()).await.oauth_error(400, "invalid_target");
        let fields =
            [("grant_type", "refresh_token"), ("refresh_token", &granted.refresh_token), ("resource", resource)];
        printer.call("/oauth/token", &fields).await.oauth_error(400, "invalid_target");
    }
    printer.refreshes(&granted.refresh_token).await.expect(200);
}
