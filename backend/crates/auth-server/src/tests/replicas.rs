//! The process holds no state: another one goes on where this one stopped.

use httpkit::auth_wire::{EndSession, SessionTokens};
use serde_json::Value;

use super::World;
use super::actors::{VERIFIER, challenge_of, text};
use super::answer::param;
use super::tokens::access_claims;
use super::world::encode;

#[tokio::test]
async fn a_flow_completes_on_other_replicas_at_every_step() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let asked = asha.follow(&world.another().await, &app.link("openid posts:read", &[])).await;
    let redirect = asha.allow(&world.another().await, &asked, "posts:read").await;
    let code = param(&redirect, "code").unwrap();
    let tokens: Value = app.redeem(&world.another().await, &code).await.ok();
    let next: Value = app.refresh(&world.another().await, text(&tokens, "refresh_token")).await.ok();
    let after_restart = world.another().await;
    access_claims(&after_restart, text(&next, "access_token")).await;
    asha.refresh(&after_restart).await.ok::<SessionTokens>();
    assert_eq!(app.redeem(&after_restart, &code).await.status, 400);
    assert_eq!(app.refresh(&after_restart, text(&next, "refresh_token")).await.status, 400, "the replay was seen");
}

/// Each step of a flow on a process of its own: the one before is gone.
#[tokio::test]
async fn a_pushed_request_completes_on_other_replicas_at_every_step() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let challenge = challenge_of(VERIFIER);
    let pushed = app.post(&world.another().await, "/oauth/par", &app.request("posts:read", &challenge)).await.json();
    let link = [("client_id", app.id.as_str()), ("request_uri", text(&pushed, "request_uri"))];
    let asked = asha.follow(&world.another().await, &format!("/oauth/authorize?{}", encode(&link))).await;
    let redirect = asha.allow(&world.another().await, &asked, "posts:read").await;
    let code = param(&redirect, "code").unwrap();
    let tokens: Value = app.redeem(&world.another().await, &code).await.ok();
    assert_eq!(app.introspect(&world.another().await, text(&tokens, "access_token")).await["active"], true);
    assert_eq!(app.revoke(&world.another().await, text(&tokens, "refresh_token")).await.status, 200);
    assert_eq!(app.refresh(&world.another().await, text(&tokens, "refresh_token")).await.status, 400);
}

#[tokio::test]
async fn signing_out_on_one_replica_is_signing_out_on_all() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let tokens = app.tokens_of(&world.another().await, &asha, "posts:read").await;
    let body = EndSession { refresh_token: asha.tokens.refresh_token.clone() };
    world.another().await.post("sessions/logout", &body).await.ok::<Value>();
    let other = world.another().await;
    assert_eq!(asha.refresh(&other).await.refusal().1, "invalid_grant");
    assert_eq!(app.refresh(&other, text(&tokens, "refresh_token")).await.status, 400);
    assert!(!other.ended().await.ended.is_empty(), "whoever starts to follow hears of it");
}

#[tokio::test]
async fn replicas_that_start_at_once_use_the_same_keys() {
    let world = World::new().await;
    let (one, two) = futures::future::join(world.another(), world.another()).await;
    let keys: (Value, Value) = (one.fetch("keys").await.ok(), two.fetch("keys").await.ok());
    assert_eq!(keys.0, keys.1);
    let published = (one.browse("/oauth/jwks", &[]).await.text, two.browse("/oauth/jwks", &[]).await.text);
    assert_eq!(published.0, published.1);
}
