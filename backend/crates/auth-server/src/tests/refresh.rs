//! Refreshing what an app was given.

use httpkit::auth_wire::EndedKind;
use serde_json::Value;

use super::World;
use super::actors::{App, refresh, text};
use super::tokens::{access_claims, refresh_claims};

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

#[tokio::test]
async fn a_reused_token_ends_the_grant_after_the_grace() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let first = app.tokens_of(&world, &asha, "posts:read").await;
    let second: Value = app.refresh(&world, text(&first, "refresh_token")).await.ok();
    world.pass(30);
    assert_eq!(app.refresh(&world, text(&first, "refresh_token")).await.oauth_error(), invalid_grant());
    assert_eq!(app.refresh(&world, text(&second, "refresh_token")).await.oauth_error(), invalid_grant());
    let gid = access_claims(&world, text(&second, "access_token")).await.gid.unwrap().parse().unwrap();
    let ended: Vec<_> = world.ended().await.ended.into_iter().map(|ended| ended.what).collect();
    assert_eq!(ended, [EndedKind::Grant { gid }]);
}

#[tokio::test]
async fn another_app_cannot_use_it_and_does_it_no_harm() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let first = app.tokens_of(&world, &asha, "posts:read").await;
    let second: Value = app.refresh(&world, text(&first, "refresh_token")).await.ok();
    world.pass(60);
    for other in [world.public_app().await, world.confidential_app().await] {
        for token in [text(&first, "refresh_token"), text(&second, "refresh_token")] {
            assert_eq!(other.refresh(&world, token).await.oauth_error(), invalid_grant());
        }
    }
    app.refresh(&world, text(&second, "refresh_token")).await.ok::<Value>();
}

#[tokio::test]
async fn sessions_and_apps_cannot_use_each_others_tokens() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    let of_app = text(&tokens, "refresh_token");
    assert_eq!(app.refresh(&world, &asha.tokens.refresh_token).await.oauth_error(), invalid_grant());
    assert_eq!(refresh(&world, of_app, false).await.refusal(), invalid_grant());
    let body = httpkit::auth_wire::EndSession { refresh_token: of_app.to_owned() };
    assert_eq!(world.post("sessions/logout", &body).await.refusal(), invalid_grant());
    app.refresh(&world, of_app).await.ok::<Value>();
    asha.refresh(&world).await.ok::<httpkit::auth_wire::SessionTokens>();
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_and_never_for_more() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let tokens = app.tokens_of(&world, &asha, "posts:read likes:write").await;
    let mut token = text(&tokens, "refresh_token").to_owned();
    for scope in ["posts:read posts:write", "posts:eat", "admin", "self"] {
        let params = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", scope)];
        assert_eq!(app.post(&world, "/oauth/token", &params).await.oauth_error(), (400, "invalid_scope".to_owned()));
    }
    let params = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "likes:write")];
    let narrowed: Value = app.post(&world, "/oauth/token", &params).await.ok();
    assert_eq!(narrowed["scope"], "likes:write");
    assert_eq!(access_claims(&world, text(&narrowed, "access_token")).await.scope, "likes:write");
    token = text(&narrowed, "refresh_token").to_owned();
    assert_eq!(refresh_claims(&token)["gen"], 2, "the refused ones turned nothing");
    let whole: Value = app.refresh(&world, &token).await.ok();
    assert_eq!(whole["scope"], "posts:read likes:write");
}

#[tokio::test]
async fn a_token_never_holds_more_than_the_app_may_ask_for_now() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let tokens = app.tokens_of(&world, &asha, "posts:read likes:write").await;
    let change = serde_json::json!({ "scope": "posts:read" });
    let path = format!("clients/{}?owner={}", app.id, app.owner);
    world.internal(http::Method::PATCH, &path, &change).await.ok::<Value>();
    let next: Value = app.refresh(&world, text(&tokens, "refresh_token")).await.ok();
    assert_eq!(next["scope"], "posts:read");
}

#[tokio::test]
async fn an_online_grant_lives_as_long_as_its_session_and_an_offline_one_as_long_as_it_is_used() {
    let world = World::new().await;
    let (mut asha, app) = (world.sign_in().await, world.public_app().await);
    let mut online = app.tokens_of(&world, &asha, "posts:read").await;
    let mut offline = app.tokens_of(&world, &asha, "posts:read offline_access").await;
    for _ in 0..3 {
        world.pass(20 * 24 * 60 * 60);
        asha.tokens = asha.refresh(&world).await.ok();
        online = app.refresh(&world, text(&online, "refresh_token")).await.ok();
    }
    offline = app.refresh(&world, text(&offline, "refresh_token")).await.ok();
    world.pass(30 * 24 * 60 * 60);
    assert_eq!(app.refresh(&world, text(&online, "refresh_token")).await.oauth_error(), invalid_grant());
    world.pass(59 * 24 * 60 * 60);
    offline = app.refresh(&world, text(&offline, "refresh_token")).await.ok();
    world.pass(90 * 24 * 60 * 60);
    assert_eq!(app.refresh(&world, text(&offline, "refresh_token")).await.oauth_error(), invalid_grant());
}

#[tokio::test]
async fn an_app_without_refresh_tokens_gets_none() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let mut new = super::world::new_client(asha.sub(), httpkit::auth_wire::ClientType::Public);
    new.grant_types = vec!["authorization_code".to_owned()];
    let registered: httpkit::auth_wire::ClientWithSecret = world.post("clients", &new).await.ok();
    let redirect_uri = registered.client.redirect_uris[0].clone();
    let app = App { id: registered.client.client_id, secret: None, owner: asha.sub(), redirect_uri };
    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    assert!(tokens.get("refresh_token").is_none());
    let refused = app.refresh(&world, "x").await;
    assert_eq!(refused.oauth_error(), (400, "unauthorized_client".to_owned()));
}
