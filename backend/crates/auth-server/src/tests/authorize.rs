//! The authorization endpoint: who may be sent where, and when nobody needs to be asked.

use http::header::CONTENT_TYPE;
use http::{Method, Request};
use httpkit::auth_wire::{ClientType, ClientWithSecret};
use httpkit::cookies::FLOW_PREFIX;

use super::actors::{VERIFIER, challenge_of};
use super::answer::param;
use super::world::{ORIGIN, new_client, unknown_app};
use super::{Answer, App, World};

/// A page for people, that leads nowhere.
fn assert_error_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert!(answer.header("content-type").starts_with("text/html"), "{answer:?}");
    assert!(!answer.headers.contains_key("location"));
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(answer.header("x-frame-options"), "DENY");
}

/// An error that the app is told, with `iss` and `state` (RFC 9207).
fn assert_error_redirect(answer: &Answer, app: &App, error: &str) {
    let location = answer.location();
    assert!(location.as_str().starts_with(&app.redirect_uri), "{location}");
    assert_eq!(param(&location, "error").as_deref(), Some(error), "{location}");
    assert_eq!(param(&location, "iss").as_deref(), Some(ORIGIN));
    assert_eq!(param(&location, "state").as_deref(), Some("af0ifjsldkj"));
    assert_eq!(param(&location, "code"), None);
}

#[tokio::test]
async fn an_unknown_app_or_a_strange_redirect_uri_is_told_to_the_person_and_sent_nowhere() {
    let world = World::new().await;
    let app = world.public_app().await;
    let unknown = unknown_app(&world);
    for changes in [
        ("client_id", unknown.as_str()),
        ("client_id", "tapri-web"),
        ("client_id", "{\"$ne\":\"\"}"),
        ("client_id", ""),
        ("redirect_uri", "https://prints.example/callback/"),
        ("redirect_uri", "https://prints.example.evil/callback"),
        ("redirect_uri", "https://evil.example/?https://prints.example/callback"),
        ("redirect_uri", ""),
    ] {
        let answer = world.browse(&app.link("posts:read", &[changes]), &[]).await;
        assert_error_page(&answer, 400);
    }
    let twice = format!("{}&client_id={}", app.link("posts:read", &[]), app.id);
    assert_error_page(&world.browse(&twice, &[]).await, 400);
}

#[tokio::test]
async fn what_else_is_wrong_the_app_is_told() {
    let world = World::new().await;
    let app = world.public_app().await;
    for (changes, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("response_mode", "web_message"), "invalid_request"),
        (("claims", "[]"), "invalid_request"),
        (("id_token_hint", "a.b.c"), "invalid_request"),
        (("scope", ""), "invalid_scope"),
        (("scope", "posts:read posts:eat"), "invalid_scope"),
        (("scope", "self"), "invalid_scope"),
        (("scope", "posts:read admin"), "invalid_scope"),
        (("prompt", "none login"), "invalid_request"),
        (("max_age", "soon"), "invalid_request"),
        (("resource", "https://elsewhere.example/"), "invalid_target"),
        (("resource", "http://localhost:3000/api"), "invalid_target"),
        (("request", "x"), "request_not_supported"),
        (("request_uri", "urn:x"), "request_uri_not_supported"),
    ] {
        let answer = world.browse(&app.link("posts:read", &[changes]), &[]).await;
        assert_error_redirect(&answer, &app, error);
    }
}

#[tokio::test]
async fn an_app_may_name_this_origin_as_its_resource() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    for resource in [ORIGIN, "http://localhost:3000/", "HTTP://LOCALHOST:3000"] {
        let asked = asha.follow(&world, &app.link("posts:read", &[("resource", resource)])).await;
        assert_eq!(asked.location().path(), "/oauth/consent", "{resource}");
    }
    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    for (resource, status) in [("https://elsewhere.example/", 400), (ORIGIN, 200)] {
        let token = tokens["refresh_token"].as_str().unwrap();
        let params = [("grant_type", "refresh_token"), ("refresh_token", token), ("resource", resource)];
        assert_eq!(app.post(&world, "/oauth/token", &params).await.status, status, "{resource}");
    }
}

#[tokio::test]
async fn pkce_with_s256_is_required() {
    let world = World::new().await;
    for app in [world.public_app().await, world.confidential_app().await] {
        for changes in [
            [("code_challenge", ""), ("code_challenge_method", "")],
            [("code_challenge", VERIFIER), ("code_challenge_method", "plain")],
            [("code_challenge", VERIFIER), ("code_challenge_method", "")],
            [("code_challenge", ""), ("code_challenge_method", "S256")],
        ] {
            let answer = world.browse(&app.link("posts:read", &changes), &[]).await;
            assert_error_redirect(&answer, &app, "invalid_request");
        }
    }
}

#[tokio::test]
async fn an_error_description_repeats_nothing_dangerous() {
    let world = World::new().await;
    let app = world.public_app().await;
    let answer = world.browse(&app.link("\"</script>\\\u{e9}\r\n", &[]), &[]).await;
    assert_error_redirect(&answer, &app, "invalid_scope");
    let words = answer.param("error_description").unwrap();
    assert!(words.chars().all(|letter| matches!(letter, ' '..='~') && letter != '"' && letter != '\\'), "{words}");
}

#[tokio::test]
async fn who_has_to_decide_is_sent_to_the_page_with_a_cookie_for_this_flow() {
    let world = World::new().await;
    let app = world.public_app().await;
    let asked = world.browse(&app.link("posts:read", &[]), &[]).await;
    assert!(asked.location().as_str().starts_with(&format!("{ORIGIN}/oauth/consent?request=")));
    let set: Vec<_> = asked.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(matches!(set[..], [cookie] if cookie.starts_with(FLOW_PREFIX)
        && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=600")));
    assert_eq!((asked.header("cache-control"), asked.header("referrer-policy")), ("no-store", "no-referrer"));
    assert!(!asked.headers.contains_key("access-control-allow-origin"), "no page of another origin reads this");
}

#[tokio::test]
async fn what_was_remembered_needs_no_page() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let asked = asha.follow(&world, &app.link("openid posts:read posts:write", &[])).await;
    asha.allow(&world, &asked, "posts:read").await;

    let again = asha.follow(&world, &app.link("openid posts:read posts:write", &[])).await;
    let code = again.param("code").expect("straight to the code");
    assert_eq!(again.param("iss").as_deref(), Some(ORIGIN));
    let tokens: serde_json::Value = app.redeem(&world, &code).await.ok();
    assert_eq!(tokens["scope"], "openid posts:read", "what was declined stays declined");

    let more = asha.follow(&world, &app.link("openid posts:read likes:write", &[])).await;
    assert_eq!(more.location().path(), "/oauth/consent", "what was never asked is asked");
}

#[tokio::test]
async fn prompts_and_ages_are_obeyed() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let link = |changes: &[(&str, &str)]| app.link("posts:read", changes);
    assert_error_redirect(&world.browse(&link(&[("prompt", "none")]), &[]).await, &app, "login_required");
    assert_error_redirect(&asha.follow(&world, &link(&[("prompt", "none")])).await, &app, "consent_required");

    asha.let_in(&world, &app, "posts:read").await;
    assert!(asha.follow(&world, &link(&[("prompt", "none")])).await.param("code").is_some());
    let page = |answer: Answer| assert_eq!(answer.location().path(), "/oauth/consent");
    page(asha.follow(&world, &link(&[("prompt", "consent")])).await);
    world.pass(60);
    page(asha.follow(&world, &link(&[("prompt", "login")])).await);
    page(asha.follow(&world, &link(&[("max_age", "59")])).await);
    assert!(asha.follow(&world, &link(&[("max_age", "60")])).await.param("code").is_some());
    assert_error_redirect(
        &asha.follow(&world, &link(&[("prompt", "none"), ("max_age", "59")])).await,
        &app,
        "login_required",
    );
}

#[tokio::test]
async fn a_session_that_ended_and_a_cookie_that_is_not_ours_are_nobody() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    asha.let_in(&world, &app, "posts:read").await;
    let silent = app.link("posts:read", &[("prompt", "none")]);
    let forged = [(httpkit::cookies::SESSION.to_owned(), "forged".to_owned())];
    assert_error_redirect(&world.browse(&silent, &forged).await, &app, "login_required");
    let two = [asha.cookies(), forged.to_vec()].concat();
    assert_error_redirect(&world.browse(&silent, &two).await, &app, "login_required");
    world.remove(&format!("subjects/{}/sessions/{}", asha.sub(), asha.tokens.session_id)).await;
    assert_error_redirect(&asha.follow(&world, &silent).await, &app, "login_required");
}

#[tokio::test]
async fn a_public_app_on_the_persons_own_machine_always_shows_the_page() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    for uri in ["http://127.0.0.1/callback", "com.example.prints:/callback"] {
        let mut new = new_client(asha.sub(), ClientType::Public);
        new.redirect_uris = vec![uri.to_owned()];
        let ClientWithSecret { client, .. } = world.post("clients", &new).await.ok();
        let app = App { id: client.client_id, secret: None, owner: asha.sub(), redirect_uri: uri.to_owned() };
        asha.let_in(&world, &app, "posts:read").await;
        let again = asha.follow(&world, &app.link("posts:read", &[])).await;
        assert_eq!(again.location().path(), "/oauth/consent", "{uri}");
        let silent = asha.follow(&world, &app.link("posts:read", &[("prompt", "none")])).await;
        assert_error_redirect(&silent, &app, "interaction_required");
    }
}

#[tokio::test]
async fn a_loopback_app_may_listen_on_any_port() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let mut new = new_client(asha.sub(), ClientType::Public);
    new.redirect_uris = vec!["http://127.0.0.1/callback".to_owned()];
    let ClientWithSecret { client, .. } = world.post("clients", &new).await.ok();
    let redirect_uri = "http://127.0.0.1:49152/callback".to_owned();
    let app = App { id: client.client_id, secret: None, owner: asha.sub(), redirect_uri };
    app.tokens_of(&world, &asha, "posts:read").await;
}

#[tokio::test]
async fn a_post_becomes_a_get_of_the_same_request() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    asha.let_in(&world, &app, "posts:read").await;
    let challenge = challenge_of(VERIFIER);
    let posted = world.form("/oauth/authorize", None, &app.request("posts:read", &challenge)).await;
    let resume = posted.location();
    assert_eq!((resume.path(), resume.origin().ascii_serialization().as_str()), ("/oauth/authorize", ORIGIN));
    let link = format!("/oauth/authorize?{}", resume.query().unwrap());
    let code = asha.follow(&world, &link).await.param("code").expect("straight to the code");
    app.redeem(&world, &code).await.ok::<serde_json::Value>();

    assert_error_page(&asha.follow(&world, &link).await, 409);
    assert_error_page(&asha.follow(&world, "/oauth/authorize?pushed=forged").await, 400);
    let unsent = world.form("/oauth/authorize", None, &app.request("posts:read", &challenge)).await;
    world.pass(600);
    let late = format!("/oauth/authorize?{}", unsent.location().query().unwrap());
    assert_error_page(&world.browse(&late, &[]).await, 400);
}

#[tokio::test]
async fn a_post_of_something_else_than_a_form_gets_a_page() {
    let world = World::new().await;
    let request =
        Request::builder().method(Method::POST).uri("/oauth/authorize").header(CONTENT_TYPE, "application/json");
    let answer = world.send(request.body("{}".into()).unwrap()).await;
    assert_error_page(&answer, 400);
}

#[tokio::test]
async fn flows_that_nobody_finishes_do_not_fill_the_browser() {
    let world = World::new().await;
    let app = world.public_app().await;
    let mut jar: Vec<(String, String)> = Vec::new();
    for _ in 0..20 {
        world.pass(1);
        let asked = world.browse(&app.link("posts:read", &[]), &jar).await;
        for (name, value) in asked.cookies() {
            jar.retain(|(kept, _)| *kept != name);
            if !value.is_empty() {
                jar.push((name, value));
            }
        }
    }
    assert_eq!(jar.len(), 8);
}

#[tokio::test]
async fn the_redirect_keeps_the_apps_own_query() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let mut new = new_client(asha.sub(), ClientType::Public);
    new.redirect_uris = vec!["https://prints.example/callback?from=tapri".to_owned()];
    let ClientWithSecret { client, .. } = world.post("clients", &new).await.ok();
    let redirect_uri = client.redirect_uris[0].clone();
    let app = App { id: client.client_id, secret: None, owner: asha.sub(), redirect_uri };
    let answer = world.browse(&app.link("nonsense", &[]), &[]).await;
    assert!(answer.location().as_str().starts_with("https://prints.example/callback?from=tapri&error=invalid_scope&"));
}
