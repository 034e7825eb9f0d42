//! Apps that pose as others, or ask about what is not theirs.

use serde_json::json;
use testkit::{Tapri, all_at_once};

#[tokio::test(flavor = "multi_thread")]
async fn row_30_a_client_that_authenticates_twice_in_the_address_or_as_two() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let (printer, other) = (asha.registers("Chai Printer").await, asha.registers("Other App").await);
    let phone = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    let (id, secret) = (printer.client_id.as_str(), printer.secret.clone().expect("it is confidential"));
    let granted = printer.connects(&browser, "posts:read", &["posts:read"]).await;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", granted.refresh_token.as_str())];
    let wire = tapri.visitor();
    fn with<'a>(fields: &[(&'a str, &'a str)], extra: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        [fields, extra].concat()
    }
    let token = || wire.post("/oauth/token");

    // Two ways at once, one of them wrong or both right.
    let both = token().basic(id, &secret).form(&with(&fields, &[("client_id", id), ("client_secret", &secret)])).await;
    both.oauth_error(400, "invalid_request");
    // Basic for one app, the body for another.
    let crossed = token().basic(id, &secret).form(&with(&fields, &[("client_id", &other.client_id)]));
    crossed.await.oauth_error(400, "invalid_request");
    // The secret in the address.
    let query = format!("/oauth/token?client_id={id}&client_secret={secret}");
    wire.post(&query).form(&fields).await.oauth_error(400, "invalid_request");
    // A confidential app without its secret, and a public one with somebody's.
    token().form(&with(&fields, &[("client_id", id)])).await.oauth_error(401, "invalid_client");
    let posing = token().basic(&phone.client_id, &secret).form(&fields).await;
    assert_eq!(posing.status(), 401, "{posing:?}");
    // Nobody at all; an app that does not exist; our own web app.
    for nobody in ["", "app_00000000000000000000000000", "tapri-web"] {
        token().form(&with(&fields, &[("client_id", nobody)])).await.oauth_error(401, "invalid_client");
    }
    // The same parameter twice (RFC 6749 section 3.2).
    let twice = [&fields[..], &fields[1..]].concat();
    printer.call("/oauth/token", &twice).await.oauth_error(400, "invalid_request");
    let failed = token().basic(id, "wrong").form(&fields).await.oauth_error(401, "invalid_client");
    assert!(failed.header("www-authenticate").starts_with("Basic"), "{failed:?}");
    // None of it harmed the grant.
    printer.refreshes(&granted.refresh_token).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_32_an_app_that_asks_for_more_than_it_registered() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let body = json!({
        "client_name": "Small App", "client_type": "confidential", "scope": "posts:read",
        "redirect_uris": ["https://printer.example/callback"],
    });
    let small = asha.registers_with(&body).await;
    for scope in ["posts:read posts:write", "posts:write", "admin", "mod", "self"] {
        let back = browser.begins(&small.asks(scope)).await.expect(303).location();
        assert_eq!(testkit::param(&back, "error").as_deref(), Some("invalid_scope"), "{scope}");
    }
    let widened = json!({"scope": "self"});
    asha.patch(&format!("/api/v1/apps/{}", small.client_id), &widened).await.expect(422);
    small.connects(&browser, "posts:read", &["posts:read"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_35_introspection_by_anyone() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let (printer, other) = (asha.registers("Chai Printer").await, asha.registers("Other App").await);
    let phone = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    let granted = printer.connects(&browser, "posts:read", &["posts:read"]).await;
    let wire = tapri.visitor();
    for token in [granted.access_token.as_str(), "nonsense"] {
        wire.post("/oauth/introspect").form(&[("token", token)]).await.oauth_error(401, "invalid_client");
        let wrong = wire.post("/oauth/introspect").basic(&printer.client_id, "wrong").form(&[("token", token)]);
        wrong.await.oauth_error(401, "invalid_client");
        phone.introspects(token).await.oauth_error(401, "invalid_client");
        assert_eq!(other.introspects(token).await.expect(200).json(), &json!({"active": false}));
    }
    let answers = all_at_once(50, |_| {
        let call = other.introspects(&granted.access_token);
        async move { call.await.json().clone() }
    })
    .await;
    assert!(answers.iter().all(|answer| *answer == json!({"active": false})));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_36_revoking_what_belongs_to_another() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let (printer, thief) = (asha.registers("Chai Printer").await, asha.registers("Thief").await);
    let granted = printer.connects(&browser, "profile:read", &["profile:read"]).await;
    for token in [&granted.access_token, &granted.refresh_token] {
        thief.revokes(token).await.expect(400);
    }
    granted.caller.me().await.expect(200);
    thief.revokes("nonsense").await.expect(200);
    // A wrong hint is only a hint.
    let hinted = [("token", granted.refresh_token.as_str()), ("token_type_hint", "access_token")];
    printer.call("/oauth/revoke", &hinted).await.expect(200);
    printer.refreshes(&granted.refresh_token).await.oauth_error(400, "invalid_grant");
}
