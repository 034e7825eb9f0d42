//! Where a browser may be sent: what was registered, and nowhere else.

use serde_json::json;
use testkit::{Tapri, param};

const REGISTERED: &str = "https://printer.example/callback";

/// What is near a registered redirect URI and is not it.
fn near_misses() -> Vec<String> {
    let mut misses: Vec<String> = [
        "https://printer.example/Callback",
        "https://PRINTER.example/callback",
        "HTTPS://printer.example/callback",
        "https://printer.example/callback/",
        "https://printer.example/callback?extra=1",
        "https://printer.example/callback?",
        "https://printer.example/callback#fragment",
        "https://printer.example/callback#",
        "https://printer.example/callback/..;/evil",
        "https://printer.example/x/../callback",
        "https://printer.example/%63allback",
        "https://printer.example/callback%2e",
        "https://printer.example/callback%00",
        "https://printer.example/callback%0d%0aSet-Cookie:a=b",
        "https://printer.example\\callback",
        "https://printer.example\\@evil.example/callback",
        "https://user@printer.example/callback",
        "https://evil.example@printer.example/callback",
        "https://printer.example@evil.example/callback",
        "https://a@b@c@printer.example/callback",
        "https://printer.example.evil.example/callback",
        "https://printer.example:443/callback",
        "https://printer.example:8443/callback",
        "https://printér.example/callback",
        "https://xn--printr-dva.example/callback",
        "http://printer.example/callback",
        "//printer.example/callback",
        "/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        " https://printer.example/callback",
        "https://printer.example/callback ",
        "https://printer.example/callback\r\nX: y",
        "",
    ]
    .map(str::to_owned)
    .to_vec();
    misses.push(format!("https://{}printer.example/callback", "a@".repeat(50)));
    misses
}

#[tokio::test(flavor = "multi_thread")]
async fn row_16_what_is_only_near_a_registered_address_gets_a_page_and_no_redirect() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    assert_eq!(printer.redirect_uri, REGISTERED);
    for address in near_misses() {
        let reply = browser.begins(&printer.asks("posts:read").with("redirect_uri", &address)).await;
        assert_eq!(reply.status(), 400, "{address:?}: {reply:?}");
        assert_eq!(reply.header("location"), "", "{address:?}");
        assert!(!reply.text().contains("<script>alert"), "{address:?}");
        assert_eq!(reply.header("x-frame-options"), "DENY");
    }
    let twice = browser.begins(&printer.asks("posts:read").and("redirect_uri", "https://evil.example/")).await;
    assert_eq!((twice.status(), twice.header("location")), (400, ""), "{twice:?}");
    browser.reaches_consent(&printer.asks("posts:read")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_17_on_the_loopback_only_the_port_may_vary() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let browser = asha.browser().await;
    let uris = ["http://127.0.0.1/callback", "http://[::1]/callback", "http://localhost:9000/callback"];
    let body = json!({"client_name": "Pocket Chai", "redirect_uris": uris, "client_type": "public"});
    let phone = asha.registers_with(&body).await;
    for good in [
        "http://127.0.0.1/callback",
        "http://127.0.0.1:54321/callback",
        "http://[::1]:54321/callback",
        "http://localhost:54321/callback",
    ] {
        let flow = phone.asks("posts:read").with("redirect_uri", good);
        let back = browser.allows(&flow, &["posts:read"]).await;
        assert!(back.as_str().starts_with(&format!("{good}?")), "{back}");
        phone.redeems(&flow, &param(&back, "code").expect("a code")).await.expect(200);
    }
    for bad in [
        "http://127.0.0.2:54321/callback",
        "http://127.0.0.1:54321/other",
        "http://127.0.0.1:54321/callback?x=1",
        "http://127.0.0.1:54321/callback/",
        "https://127.0.0.1:54321/callback",
        "http://user@127.0.0.1:54321/callback",
        "http://localhost.evil.example:54321/callback",
        "http://127.1:54321/callback",
        "http://0.0.0.0:54321/callback",
        "http://2130706433:54321/callback",
    ] {
        let reply = browser.begins(&phone.asks("posts:read").with("redirect_uri", bad)).await;
        assert_eq!((reply.status(), reply.header("location")), (400, ""), "{bad}: {reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_18_addresses_that_run_code_or_hide_something_cannot_be_registered() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for address in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://x.example/1",
        "about:blank",
        "view-source:https://x.example/",
        "intent://x.example/#Intent;end",
        "content://x.example/1",
        "ws://127.0.0.1/callback",
        "vscodes://x.example/callback",
        "vscode:javascript:alert(1)#",
        "https://printer.example/callback#fragment",
        "https://user:pass@printer.example/callback",
        "https://*.printer.example/callback",
        "http://printer.example/callback",
        "not a url",
        "/relative",
        "",
    ] {
        let body = json!({"client_name": "X", "redirect_uris": [address], "client_type": "public"});
        let reply = asha.send("/api/v1/apps", &body).await.expect(422);
        assert!(reply.field().starts_with("redirect_uris"), "{address:?}: {reply:?}");
    }
    let none = json!({"client_name": "X", "redirect_uris": [], "client_type": "public"});
    asha.send("/api/v1/apps", &none).await.expect(422);
    assert!(asha.get("/api/v1/apps").await.expect(200).items().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn row_19_an_error_before_the_address_is_known_to_be_good_redirects_nowhere() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = || printer.asks("posts:read");
    let unknown = format!("app_{}", "0".repeat(26));
    for bad in [
        flow().with("client_id", &unknown),
        flow().with("client_id", "tapri-web"),
        flow().with("client_id", "nonsense"),
        flow().without("client_id"),
        flow().without("redirect_uri").with("client_id", &unknown),
        flow().with("redirect_uri", "https://evil.example/").with("prompt", "none"),
        flow().with("redirect_uri", "https://evil.example/").with("response_type", "token"),
        flow().and("client_id", &unknown),
    ] {
        let reply = browser.begins(&bad).await;
        assert_eq!((reply.status(), reply.header("location")), (400, ""), "{}: {reply:?}", bad.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_20_every_answer_that_goes_back_names_its_issuer() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = || printer.asks("posts:read");
    let cases = [
        (flow().with("response_type", "token"), "unsupported_response_type"),
        (flow().without("response_type"), "invalid_request"),
        (flow().with("scope", "posts:eat"), "invalid_scope"),
        (flow().with("scope", "self"), "invalid_scope"),
        (flow().without("code_challenge").without("code_challenge_method"), "invalid_request"),
        (flow().with("code_challenge_method", "plain"), "invalid_request"),
        (flow().without("code_challenge_method"), "invalid_request"),
        (flow().with("code_challenge", "short"), "invalid_request"),
        (flow().with("prompt", "dance"), "invalid_request"),
        (flow().with("max_age", "soon"), "invalid_request"),
        (flow().with("resource", "https://elsewhere.example/"), "invalid_target"),
        (flow().with("request", "x.y.z"), "request_not_supported"),
    ];
    for (flow, error) in cases {
        let back = browser.begins(&flow).await.expect(303).location();
        assert!(back.as_str().starts_with(&format!("{REGISTERED}?")), "{} led to {back}", flow.path());
        assert_eq!(param(&back, "error").as_deref(), Some(error), "{back}");
        assert_eq!(param(&back, "iss"), Some(tapri.origin()), "{back}");
        assert_eq!(param(&back, "state"), Some(flow.state.clone()), "{back}");
        assert_eq!(param(&back, "code"), None);
    }
    let good = browser.allows(&flow(), &["posts:read"]).await;
    let metadata = tapri.visitor().get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(param(&good, "iss").as_deref(), metadata.json()["issuer"].as_str());
}
