//! What every answer carries, and how the house answers at its other doors.

use testkit::Tapri;

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_hard_to_misuse() {
    let tapri = Tapri::start().await;
    for path in [
        "/api/v1/users/nobody",
        "/api/v1/nothing",
        "/oauth/jwks",
        "/oauth/authorize",
        "/.well-known/openid-configuration",
    ] {
        let reply = tapri.visitor().get(path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        assert!(reply.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert_eq!(reply.header("server"), "", "{path} says what it runs on");
        assert_eq!(reply.header("x-powered-by"), "", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_resource_servers_own_port_has_the_test_page_and_its_health() {
    let tapri = Tapri::start().await;
    let resource = tapri.resource();
    let page = resource.get("/").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"), "{page:?}");
    resource.get("/healthz").await.expect(200);
    resource.get("/readyz").await.expect(200);
    tapri.auth().get("/healthz").await.expect(200);
    tapri.auth().get("/readyz").await.expect(200);
    resource.get("/api/v1/openapi.json").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_auth_servers_inside_opens_to_the_resource_server_alone() {
    let tapri = Tapri::start().await;
    let asha = tapri.sign_up("asha").await;
    for path in ["/internal/v1/keys", "/internal/v1/events", "/internal/v1/sessions", "/internal/v1/anything"] {
        for call in [tapri.auth().get(path), tapri.auth().get(path).bearer(&asha.token()), tapri.auth().post(path)] {
            let reply = call.await;
            assert!([401, 403, 404, 405].contains(&reply.status()), "{path}: {reply:?}");
            assert!(!reply.text().contains("secret"), "{path}");
        }
        // Nothing of it is reachable from outside.
        for outside in [tapri.visitor().get(path).await, tapri.resource().get(path).await] {
            assert!(outside.status() == 404 || outside.header("content-type").starts_with("text/html"), "{outside:?}");
            assert!(!outside.text().contains("\"keys\""));
        }
    }
    tapri.auth().get("/internal/v1/keys").bearer("x".repeat(43).as_str()).await.expect(401);
    assert!(!tapri.access_keys().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reaches_the_auth_server_directly_gets_what_everybody_gets() {
    let tapri = Tapri::start().await;
    for path in ["/.well-known/oauth-authorization-server", "/oauth/jwks"] {
        let (direct, public) = (tapri.auth().get(path).await.expect(200), tapri.visitor().get(path).await.expect(200));
        assert_eq!(direct.json(), public.json(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_asked_for_by_another_name_of_this_machine_are_moved_to_the_origin() {
    let tapri = Tapri::start().await;
    let port = tapri.visitor().address().port();
    let moved = tapri.visitor().get("/login?next=x").header("host", &format!("127.0.0.1:{port}")).await;
    assert!((300..400).contains(&moved.status()), "{moved:?}");
    assert_eq!(moved.location().as_str(), format!("{}/login?next=x", tapri.origin()));
}
