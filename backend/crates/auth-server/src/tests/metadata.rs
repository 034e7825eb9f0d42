//! The metadata says what works, and what it says works.

use http::{Method, Request};
use serde_json::Value;

use super::World;
use super::world::ORIGIN;

#[tokio::test]
async fn both_documents_agree_and_name_the_configured_origin() {
    let world = World::new().await;
    let oauth: Value = world.browse("/.well-known/oauth-authorization-server", &[]).await.ok();
    let openid: Value = world.browse("/.well-known/openid-configuration", &[]).await.ok();
    assert_eq!(oauth, openid);
    assert_eq!(oauth["issuer"], ORIGIN);
    assert_eq!(oauth["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    let supported = oauth["scopes_supported"].as_array().unwrap();
    assert!(supported.contains(&"posts:read".into()) && !supported.contains(&"self".into()));
}

#[tokio::test]
async fn every_endpoint_that_is_named_answers_and_every_route_is_named() {
    let world = World::new().await;
    let metadata: Value = world.browse("/.well-known/oauth-authorization-server", &[]).await.ok();
    let mut named: Vec<String> = metadata
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        .map(|(_, url)| url.as_str().unwrap().strip_prefix(ORIGIN).unwrap().to_owned())
        .collect();
    for path in named.iter().filter(|path| *path != "/oauth/userinfo") {
        let status = world.browse(path, &[]).await.status;
        assert_ne!(status, 404, "{path}");
    }
    let mut routes: Vec<String> = crate::openapi().paths.paths.keys().cloned().collect();
    // A registration says itself where it is kept (RFC 7591 section 3.2.1).
    routes.retain(|path| path.starts_with("/oauth/") && path != "/oauth/register/{client_id}");
    routes.push("/oauth/userinfo".to_owned());
    routes.sort();
    named.sort();
    assert_eq!(named, routes, "userinfo is the resource server's, all others are here");
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_answered_as_the_rfcs_say() {
    let world = World::new().await;
    assert_eq!(world.browse("/oauth/nothing", &[]).await.oauth_error(), (404, "invalid_request".to_owned()));
    let wrong = world.browse("/oauth/token", &[]).await;
    assert_eq!(wrong.oauth_error(), (405, "invalid_request".to_owned()));
    assert_eq!(wrong.header("allow"), "POST");
}

#[tokio::test]
async fn pages_of_other_origins_may_read_answers_for_programs_and_no_others() {
    let world = World::new().await;
    let preflight = |path: &str| {
        Request::builder()
            .method(Method::OPTIONS)
            .uri(path)
            .header("origin", "https://prints.example")
            .header("access-control-request-method", "POST")
            .body(axum::body::Body::empty())
            .unwrap()
    };
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/jwks"] {
        let answer = world.send(preflight(path)).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
    }
    let answer = world.send(preflight("/oauth/authorize")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_body_that_is_no_form_or_too_large_is_refused_in_words() {
    let world = World::new().await;
    let post = |content_type: &str, body: String| {
        let request = Request::builder().method(Method::POST).uri("/oauth/token").header("content-type", content_type);
        request.body(axum::body::Body::from(body)).unwrap()
    };
    let json = world.send(post("application/json", "{}".to_owned())).await;
    assert_eq!(json.oauth_error(), (400, "invalid_request".to_owned()));
    let large = world.send(post("application/x-www-form-urlencoded", format!("code={}", "x".repeat(100_000)))).await;
    assert_eq!(large.oauth_error(), (413, "invalid_request".to_owned()));
}

#[tokio::test]
async fn the_process_says_whether_it_lives_and_whether_it_can_work() {
    let world = World::new().await;
    assert_eq!(world.browse("/healthz", &[]).await.text, "ok");
    assert_eq!(world.browse("/readyz", &[]).await.text, "ready");
}
