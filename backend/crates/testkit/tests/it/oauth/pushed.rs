//! Pushed authorization requests (RFC 9126): the app sends what it asks itself, the browser brings only an address.

use std::time::Duration;

use httpkit::cookies::FLOW_PREFIX;
use serde_json::json;
use testkit::{App, Flow, ProofKey, Reply, Tapri, param};
use url::Url;

use super::proofs::posted;

/// Pushes `flow` as `app`.
pub async fn pushed(app: &App, flow: &Flow) -> Reply {
    // How it proves who it is names it too.
    let fields: Vec<_> = flow.fields().into_iter().filter(|(name, _)| *name != "client_id").collect();
    app.call("/oauth/par", &fields).await
}

/// The request of a browser that an app sends with what was answered to a pushed one.
pub fn carried(app: &App, pushed: &Reply) -> Flow {
    let request_uri = pushed.json()["request_uri"].as_str().unwrap_or_default();
    app.asks("").only(&[("client_id", &app.client_id), ("request_uri", request_uri)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_goes_the_whole_way() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let printer = asha.registers("Chai Printer").await;
    let phone = asha.registers_public("Pocket Chai", "http://127.0.0.1/callback").await;
    for app in [&printer, &phone] {
        let flow = app.asks("openid profile:read");
        let reply = pushed(app, &flow).await.expect(201);
        assert_eq!(reply.json()["expires_in"], 300);
        assert_eq!(reply.header("cache-control"), "no-store");
        let back = browser.allows(&carried(app, &reply), &["profile:read"]).await;
        assert_eq!(param(&back, "state"), Some(flow.state.clone()));
        assert_eq!(param(&back, "iss"), Some(tapri.origin()));
        let granted = app.granted(&app.redeems(&flow, &param(&back, "code").expect("a code")).await.expect(200));
        granted.caller.me().await.expect(200);
        // By POST too, and what else the browser brings does not count.
        let flow = app.asks("profile:read");
        let carrier = carried(app, &pushed(app, &flow).await.expect(201)).and("scope", "admin").and("state", "forged");
        let next = tapri.visitor().post("/oauth/authorize").form(&carrier.fields()).await.expect(303).location();
        let next = browser.comes_from_elsewhere(next.as_str()).await.expect(303).location();
        assert_ne!(param(&next, "state").as_deref(), Some("forged"), "{next}");
        assert_eq!(param(&next, "error"), None, "{next}");
    }
    let open = tapri.visitor().post("/oauth/par").header("origin", "https://app.example").form(&[("x", "y")]).await;
    assert_eq!(open.header("access-control-allow-origin"), "*");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_is_judged_like_any_other_and_at_once() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let printer = asha.registers("Chai Printer").await;
    let flow = || printer.asks("posts:read");
    for (bad, error) in [
        (flow().with("redirect_uri", "https://evil.example/"), "invalid_request"),
        (flow().without("redirect_uri"), "invalid_request"),
        (flow().with("response_type", "token"), "unsupported_response_type"),
        (flow().with("scope", "posts:eat"), "invalid_scope"),
        (flow().without("code_challenge"), "invalid_request"),
        (flow().with("code_challenge_method", "plain"), "invalid_request"),
        (flow().with("resource", "https://elsewhere.example/"), "invalid_target"),
        (flow().with("dpop_jkt", "short"), "invalid_request"),
        (flow().with("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"),
        (flow().and("scope", "posts:read"), "invalid_request"),
    ] {
        pushed(&printer, &bad).await.oauth_error(400, error);
    }
    let wire = tapri.visitor();
    wire.post("/oauth/par").form(&flow().fields()).await.oauth_error(401, "invalid_client");
    wire.post("/oauth/par")
        .basic(&printer.client_id, "wrong")
        .form(&flow().fields())
        .await
        .oauth_error(401, "invalid_client");
    wire.post("/oauth/par").json(&json!({})).await.oauth_error(400, "invalid_request");
    let large = "x".repeat(100_000);
    pushed(&printer, &flow().with("state", &large)).await.oauth_error(413, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_waits_five_minutes_for_the_browser() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let (early, late) =
        (pushed(&printer, &printer.asks("posts:read")).await, pushed(&printer, &printer.asks("posts:read")).await);
    tapri.advance(Duration::from_secs(299));
    let request = browser.reaches_consent(&carried(&printer, &early)).await;
    tapri.advance(Duration::from_secs(1));
    let page = browser.begins(&carried(&printer, &late)).await.expect(400);
    assert!(page.text().contains("expired"), "{page:?}");
    // From then on the person has the usual time.
    tapri.advance(Duration::from_secs(500));
    browser.refreshes().await.expect(200);
    browser.decides(&request, "allow", &["posts:read"]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_must_push_cannot_ask_otherwise() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let body = json!({
        "client_name": "Careful", "client_type": "confidential", "require_pushed_authorization_requests": true,
        "redirect_uris": ["https://printer.example/callback"],
    });
    let careful = asha.registers_with(&body).await;
    let back = browser.begins(&careful.asks("posts:read")).await.expect(303).location();
    assert_eq!(param(&back, "error").as_deref(), Some("invalid_request"), "{back}");
    browser.reaches_consent(&carried(&careful, &pushed(&careful, &careful.asks("posts:read")).await)).await;

    let strict = Tapri::plan().settings(|settings| settings.auth.require_pushed_requests = true).start().await;
    let bilal = strict.sign_up("bilal").await;
    let (browser, printer) = (bilal.browser().await, bilal.registers("Chai Printer").await);
    let metadata = strict.visitor().get("/.well-known/oauth-authorization-server").await.expect(200).json().clone();
    assert_eq!(metadata["require_pushed_authorization_requests"], true);
    let back = browser.begins(&printer.asks("posts:read")).await.expect(303).location();
    assert_eq!(param(&back, "error").as_deref(), Some("invalid_request"), "{back}");
    browser.reaches_consent(&carried(&printer, &pushed(&printer, &printer.asks("posts:read")).await)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_comes_with_a_pushed_request_binds_its_code() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let (key, other) = (ProofKey::new(), ProofKey::new());
    let flow = printer.asks("profile:read");
    let crossed = flow.clone().with("dpop_jkt", &other.thumbprint());
    posted(&tapri, &printer, &key, "/oauth/par", &crossed.fields()).await.oauth_error(400, "invalid_dpop_proof");
    let reply = posted(&tapri, &printer, &key, "/oauth/par", &flow.fields()).await.expect(201);
    let back = browser.allows(&carried(&printer, &reply), &["profile:read"]).await;
    let code = param(&back, "code").expect("a code");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", flow.param("redirect_uri")),
        ("code_verifier", &flow.verifier),
    ];
    posted(&tapri, &printer, &other, "/oauth/token", &fields).await.oauth_error(400, "invalid_dpop_proof");
    posted(&tapri, &printer, &key, "/oauth/token", &fields).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_that_is_opened_in_two_tabs_can_be_answered_in_either() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    for answered in ["first", "second"] {
        let flow = printer.asks("posts:read");
        let carrier = carried(&printer, &pushed(&printer, &flow).await.expect(201));
        let first = browser.reaches_consent(&carrier).await;
        let second = browser.reaches_consent(&carrier).await;
        for tab in [&first, &second] {
            browser.reads_consent(tab).await.expect(200);
        }
        let (tab, other) = if answered == "first" { (&first, &second) } else { (&second, &first) };
        let reply = browser.decides(tab, "allow", &["posts:read"]).await.expect(200);
        let back = Url::parse(&reply.text_of("redirect_to")).expect("a URL");
        printer.redeems(&flow, &param(&back, "code").expect("a code")).await.expect(200);
        let over = browser.reads_consent(other).await.refused(409, "request_finished");
        assert_eq!(over.json()["details"]["way_back"]["name"], "Chai Printer");
        asha.withdraws(&printer).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_that_two_browsers_open_is_bound_to_each_by_itself() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let printer = asha.registers("Chai Printer").await;
    let (hers, his) = (asha.browser().await, bilal.browser().await);
    let carrier = carried(&printer, &pushed(&printer, &printer.asks("posts:read")).await.expect(201));
    let (at_hers, at_his) = (hers.reaches_consent(&carrier).await, his.reaches_consent(&carrier).await);
    hers.reads_consent(&at_his).await.refused(403, "flow_not_yours");
    his.reads_consent(&at_hers).await.refused(403, "flow_not_yours");
    // A cookie that nobody here drew is not kept, and counts for nothing.
    his.cookies(|jar| {
        let flows: Vec<_> =
            jar.names().into_iter().filter(|name| name.contains(FLOW_PREFIX)).map(str::to_owned).collect();
        assert_eq!(flows.len(), 1);
        flows.iter().for_each(|name| jar.plant(name, "chosen-by-somebody-else"));
    });
    let again = his.reaches_consent(&carrier).await;
    his.reads_consent(&again).await.expect(200);
    his.reads_consent(&at_his).await.refused(403, "flow_not_yours");
}
