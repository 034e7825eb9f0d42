//! The process holds no state: another one goes on where this one stopped.

use httpkit::auth_wire::SessionTokens;
use serde_json::Value;

use super::World;
use super::actors::text;
use super::answer::param;
use super::tokens::access_claims;

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

#[tokio::test]
async fn replicas_that_start_at_once_use_the_same_keys() {
    let world = World::new().await;
    let (one, two) = futures::future::join(world.another(), world.another()).await;
    let keys: (Value, Value) = (one.fetch("keys").await.ok(), two.fetch("keys").await.ok());
    assert_eq!(keys.0, keys.1);
    let published = (one.browse("/oauth/jwks", &[]).await.text, two.browse("/oauth/jwks", &[]).await.text);
    assert_eq!(published.0, published.1);
}
