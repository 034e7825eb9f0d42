//! What a foreign page, a planted cookie or a forwarded link could do to somebody's browser.

use http::Method;
use serde_json::json;
use testkit::{Tapri, password_of};

#[tokio::test(flavor = "multi_thread")]
async fn row_21_forged_sign_ins_and_forged_consents() {
    let tapri = Tapri::start().await;
    let (asha, bilal) = (tapri.sign_up("asha").await, tapri.sign_up("bilal").await);
    let printer = asha.registers("Chai Printer").await;
    let (browser, other) = (asha.browser().await, bilal.browser().await);
    let request = browser.reaches_consent(&printer.asks("posts:read")).await;
    let consent = json!({"request": request, "decision": "allow", "scopes": ["posts:read"]});
    let login = json!({"login": "bilal", "password": password_of("bilal"), "session": "cookie"});
    let (ours, token) = (browser.origin(), browser.access_token());
    for (path, body) in [("/api/v1/consent", &consent), ("/api/v1/auth/login", &login)] {
        let call = || browser.bare(Method::POST, path).bearer(&token).json(body);
        call().header("origin", &ours).await.expect(403);
        call().header("origin", "https://evil.example").header("x-csrf-token", &browser.csrf()).await.expect(403);
        call().header("origin", "null").header("x-csrf-token", &browser.csrf()).await.expect(403);
        call().header("origin", &ours).header("x-csrf-token", &other.csrf()).await.expect(403);
        // As a form, the way a foreign page could send it without asking first.
        let form = browser.bare(Method::POST, path).header("origin", &ours).body("text/plain", body.to_string());
        assert!((400..500).contains(&form.await.status()));
    }
    assert!(asha.authorized_apps().await.expect(200).items().is_empty());
    assert_eq!(browser.caller().me().await.expect(200).data()["username"], "asha", "still the same person");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_22_pages_in_a_foreign_frame() {
    let tapri = Tapri::start().await;
    for path in [
        "/",
        "/login",
        "/oauth/consent?request=x",
        "/device",
        "/api/v1/me",
        "/oauth/authorize",
        "/docs",
        "/oauth/token",
    ] {
        let reply = tapri.visitor().get(path).header("accept", "text/html").await;
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_23_a_planted_session_and_a_forwarded_flow() {
    let tapri = Tapri::start().await;
    let (asha, mallory) = (tapri.sign_up("asha").await, tapri.sign_up("mallory").await);
    let printer = asha.registers("Chai Printer").await;
    let attacker = mallory.browser().await;

    // Whatever was planted before: after sign-in there is a new session, and the planted one is not it.
    let victim = tapri.browser();
    for name in ["tapri_session", "tapri_csrf"] {
        let planted = attacker.cookies(|jar| jar.get(name).map(|cookie| cookie.value.clone())).unwrap_or_default();
        victim.cookies(|jar| jar.plant(name, &planted));
    }
    victim.fetches_csrf().await;
    victim.sign_in("asha", &password_of("asha")).await.expect(200);
    let session = |browser: &testkit::Browser| {
        browser.cookies(|jar| jar.get("tapri_session").map(|cookie| cookie.value.clone())).expect("a session")
    };
    assert_ne!(session(&victim), session(&attacker));
    assert_eq!(victim.caller().me().await.expect(200).data()["username"], "asha");

    // A flow that another browser began is not answered here.
    let request = attacker.reaches_consent(&printer.asks("posts:read")).await;
    for reply in [victim.reads_consent(&request).await, victim.decides(&request, "allow", &["posts:read"]).await] {
        reply.refused(403, "flow_not_yours");
    }
    assert!(asha.authorized_apps().await.expect(200).items().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn row_27_no_redirect_repeats_a_post() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    let flow = printer.asks("posts:read");
    let by_post = tapri.visitor().post("/oauth/authorize").form(&flow.fields()).await;
    assert_eq!(by_post.status(), 303, "{by_post:?}");
    assert_eq!(browser.begins(&flow).await.status(), 303);
    let back = browser.begins(&flow.clone().with("scope", "posts:eat")).await;
    assert_eq!(back.status(), 303);
    let decided = browser.decides(&browser.reaches_consent(&flow).await, "allow", &["posts:read"]).await;
    assert_eq!(decided.status(), 200, "a call of the page, which moves on by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_28_secrets_in_addresses_and_referrers() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let (browser, printer) = (asha.browser().await, asha.registers("Chai Printer").await);
    for path in ["/", "/login", "/oauth/consent?request=x", "/api/v1/me", "/oauth/authorize?x=1", "/docs"] {
        let reply = tapri.visitor().get(path).header("accept", "text/html").await;
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        if reply.header("content-type").starts_with("text/html") {
            let text = reply.text();
            let foreign = ["src=\"http", "href=\"http", "src=\"//", "@import"];
            assert!(!foreign.iter().any(|sign| text.contains(sign)), "{path} loads from elsewhere");
        }
    }
    let flow = printer.asks("openid posts:read");
    let page = browser.begins(&flow).await.expect(303).location();
    let back = browser.allows(&flow, &["posts:read"]).await;
    for url in [page, back] {
        for (name, value) in url.query_pairs() {
            assert!(!name.contains("token") && !value.contains("eyJ"), "{name} in {url}");
        }
    }
    for reply in [browser.refreshes().await, asha.refresh().await] {
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_55_no_foreign_origin_reads_what_cookies_stand_behind() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    let suffix = format!("{}.evil.example", tapri.origin());
    for origin in ["https://evil.example", "null", &suffix] {
        for path in ["/oauth/authorize?client_id=x", "/api/v1/auth/csrf", "/api/v1/consent?request=x", "/login", "/"] {
            let reply = tapri.visitor().get(path).header("origin", origin).await;
            assert_eq!(reply.header("access-control-allow-origin"), "", "{path} from {origin}");
            assert_eq!(reply.header("access-control-allow-credentials"), "", "{path} from {origin}");
            let preflight = tapri.visitor().call(Method::OPTIONS, path).header("origin", origin);
            let preflight = preflight.header("access-control-request-method", "POST").await;
            assert_eq!(preflight.header("access-control-allow-origin"), "", "{path} from {origin}");
        }
        for path in ["/api/v1/auth/refresh", "/api/v1/auth/login", "/api/v1/auth/logout", "/api/v1/auth/register"] {
            let reply = tapri.visitor().post(path).header("origin", origin).json(&json!({})).await;
            assert_eq!(reply.header("access-control-allow-origin"), "", "{path} from {origin}");
        }
        // What knows its caller by a header alone is open to every page, and never with cookies.
        let open = asha.me().header("origin", origin).await.expect(200);
        assert_eq!(open.header("access-control-allow-origin"), "*");
        assert_eq!(open.header("access-control-allow-credentials"), "");
        let exposed = open.header("access-control-expose-headers").to_ascii_lowercase();
        assert!(exposed.contains("www-authenticate") && exposed.contains("x-request-id"), "{exposed}");
        for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/userinfo"] {
            let reply = tapri.visitor().post(path).header("origin", origin).form(&[("x", "y")]).await;
            assert_eq!(reply.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(reply.header("access-control-allow-credentials"), "", "{path}");
        }
        for path in ["/oauth/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-protected-resource"] {
            let reply = tapri.visitor().get(path).header("origin", origin).await.expect(200);
            assert_eq!(reply.header("access-control-allow-origin"), "*", "{path}");
        }
    }
    let wire = tapri.visitor();
    let preflight = wire.call(Method::OPTIONS, "/oauth/token").header("origin", "https://app.example");
    let preflight = preflight
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    let preflight = preflight.await;
    assert!(preflight.status() < 300, "{preflight:?}");
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
}
