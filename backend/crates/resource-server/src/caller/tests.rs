//! How a request is judged when keys change and when the auth server falls silent.

use std::time::Duration;

use http::Method;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use serde_json::Value;

use crate::testing::{Answer, World};

async fn who_am_i(world: &World, token: &str) -> Answer {
    world.call(Method::GET, "/api/v1/auth/sessions", token, Value::Null).await
}

#[tokio::test]
async fn a_key_that_is_new_is_asked_for_once() {
    let world = World::new().await;
    let asha = world.user("asha").await;
    let before = world.own_token(asha);
    world.auth.rotate_key();
    let after = world.own_token(asha);
    assert_eq!(who_am_i(&world, &after).await.status, 200);
    assert_eq!(who_am_i(&world, &before).await.status, 200, "the old key still verifies");
    let asked = world.auth.keys_asked();
    for kid in ["invented", "../../etc/passwd", "{\"$gt\":\"\"}"] {
        let header = data_encoding::BASE64URL_NOPAD
            .encode(format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":{kid:?}}}"#).as_bytes());
        let (_, rest) = after.split_once('.').unwrap();
        let answer = who_am_i(&world, &format!("{header}.{rest}")).await;
        assert_eq!((answer.status.as_u16(), answer.reason()), (401, "token_invalid".to_owned()));
    }
    assert_eq!(world.auth.keys_asked(), asked, "invented keys cost the auth server nothing");
}

#[tokio::test]
async fn without_news_nobody_is_judged_until_the_auth_server_is_back() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    world.auth.fall_silent(true);
    world.clock.advance(Duration::from_secs(61));
    let answer = who_am_i(&world, &token).await;
    assert_eq!((answer.status.as_u16(), answer.reason()), (503, "unavailable".to_owned()));
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(world.call(Method::GET, "/readyz", "", Value::Null).await.status, 503);
    assert_eq!(world.call(Method::GET, "/healthz", "", Value::Null).await.status, 200);
    assert_eq!(world.call(Method::GET, "/api/v1/users/asha", "", Value::Null).await.status, 200, "public reads go on");
    world.auth.fall_silent(false);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(who_am_i(&world, &token).await.status, 200);
    assert_eq!(world.call(Method::GET, "/readyz", "", Value::Null).await.status, 200);
}

#[tokio::test]
async fn an_expired_token_is_told_to_refresh() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    world.clock.advance(Duration::from_secs(600));
    let answer = who_am_i(&world, &token).await;
    assert_eq!((answer.status.as_u16(), answer.reason()), (401, "token_expired".to_owned()));
    assert!(answer.headers[WWW_AUTHENTICATE].to_str().unwrap().starts_with("Bearer error=\"invalid_token\""));
}

#[tokio::test]
async fn an_app_gets_nowhere_near_what_is_in_person() {
    let world = World::new().await;
    let everything = httpkit::ScopeSet::all().to_string();
    let token = world.app_token(world.user("asha").await, &everything);
    for (method, path) in [
        (Method::GET, "/api/v1/auth/sessions"),
        (Method::DELETE, "/api/v1/auth/sessions"),
        (Method::POST, "/api/v1/auth/password/change"),
        (Method::GET, "/api/v1/apps"),
        (Method::GET, "/api/v1/me/authorized-apps"),
        (Method::GET, "/api/v1/consent?request=x"),
        (Method::POST, "/api/v1/consent"),
    ] {
        let answer = world.call(method.clone(), path, &token, Value::Null).await;
        assert_eq!((answer.status.as_u16(), answer.reason()), (403, "first_party_only".to_owned()), "{method} {path}");
    }
}

#[tokio::test]
async fn a_token_comes_in_one_header_or_not_at_all() {
    let world = World::new().await;
    let token = world.own_token(world.user("asha").await);
    let twice = http::Request::get("/api/v1/auth/sessions")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .header(AUTHORIZATION, format!("Bearer {token}"));
    assert_eq!(world.send(twice.body(axum::body::Body::empty()).unwrap()).await.status, 400);
    let basic = http::Request::get("/api/v1/auth/sessions").header(AUTHORIZATION, "Basic YTpi");
    assert_eq!(world.send(basic.body(axum::body::Body::empty()).unwrap()).await.status, 400);
    let answer = world.call(Method::GET, &format!("/api/v1/auth/sessions?access_token={token}"), "", Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.reason()), (400, "token_in_query".to_owned()));
}
