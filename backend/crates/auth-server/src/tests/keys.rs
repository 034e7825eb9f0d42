//! Keys change, and nobody notices: published before they sign, believed until the last thing that they signed is over.

use std::collections::HashSet;

use httpkit::auth_wire::{KeyState, KeyView, Listed, SessionTokens, VerificationKeys};
use serde_json::Value;

use super::actors::text;
use super::tokens::access_claims;
use super::{Person, World};

/// The name of the key that signed a token.
pub(super) fn kid(token: &str) -> String {
    let header = data_encoding::BASE64URL_NOPAD.decode(token.split('.').next().unwrap().as_bytes()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

async fn keys(world: &World) -> Vec<String> {
    let keys: VerificationKeys = world.fetch("keys").await.ok();
    keys.keys.into_iter().map(|key| key.kid).collect()
}

pub(super) async fn rotate(world: &World) -> Vec<KeyView> {
    world.post("keys/rotate", &Value::Null).await.ok::<Listed<KeyView>>().items
}

pub(super) async fn published(world: &World) -> HashSet<String> {
    let keys: Value = world.browse("/oauth/jwks", &[]).await.ok();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_new_key_is_published_before_it_signs_on_every_replica() {
    let world = World::new().await;
    let (replica, asha) = (world.another().await, world.sign_in().await);
    let first = kid(&asha.tokens.access_token);
    rotate(&world).await;
    world.pass(30);
    let known = keys(&replica).await;
    assert_eq!((known.len(), &known[0]), (2, &first), "the other replica publishes it too, and signs with the old one");
    let asha = Person { tokens: asha.refresh(&replica).await.ok() };
    assert_eq!(kid(&asha.tokens.access_token), first);
    world.pass(570);
    for server in [&world, &replica] {
        let tokens: SessionTokens = asha.refresh(server).await.ok();
        assert_eq!(
            [kid(&tokens.access_token), kid(&tokens.refresh_token)].iter().filter(|kid| **kid == first).count(),
            0
        );
        assert_eq!(kid(&tokens.access_token), known[1]);
        access_claims(server, &asha.tokens.access_token).await;
    }
}

#[tokio::test]
async fn a_key_is_retired_when_the_last_thing_that_it_signed_has_expired() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let first = kid(&asha.tokens.access_token);
    rotate(&world).await;
    world.pass(600 + 600 + 119);
    assert!(keys(&world).await.contains(&first));
    world.pass(1);
    assert!(!keys(&world).await.contains(&first));
    asha.refresh(&world).await.ok::<SessionTokens>();
    let views: Listed<KeyView> = world.fetch("keys/all").await.ok();
    let state = |kid: &str| views.items.iter().find(|key| key.kid == kid).map(|key| key.state);
    assert_eq!(state(&first), Some(KeyState::Retired));
    world.server.core.keys.tend().await.unwrap();
    let views: Listed<KeyView> = world.fetch("keys/all").await.ok();
    assert!(views.items.iter().all(|key| key.kid != first), "it is forgotten");
}

#[tokio::test]
async fn rotating_twice_at_once_makes_one_key() {
    let world = World::new().await;
    let replica = world.another().await;
    futures::future::join(rotate(&world), rotate(&replica)).await;
    let views = rotate(&world).await;
    assert_eq!(views.iter().filter(|key| key.purpose == "access").count(), 2, "{views:?}");
}

#[tokio::test]
async fn refresh_tokens_and_their_successors_survive_a_rotation_byte_by_byte() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    rotate(&world).await;
    world.pass(599);
    let first: SessionTokens = asha.refresh(&world).await.ok();
    world.pass(1);
    let again: SessionTokens = asha.refresh(&world).await.ok();
    assert_eq!(first.refresh_token, again.refresh_token, "the grant names the key, so the repeat is the same");
    let next: SessionTokens = Person { tokens: first }.refresh(&world).await.ok();
    assert_ne!(kid(&next.refresh_token), kid(&again.refresh_token));
}

#[tokio::test]
async fn what_was_sealed_before_opens_after() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    rotate(&world).await;
    world.pass(570);
    let asked = asha.follow(&world, &app.link("openid posts:read", &[])).await;
    world.pass(31);
    let redirect = asha.allow(&world, &asked, "posts:read").await;
    let code = super::answer::param(&redirect, "code").unwrap();
    let tokens: Value = app.redeem(&world, &code).await.ok();
    assert!(published(&world).await.contains(&kid(text(&tokens, "id_token"))));
    let silent = asha.follow(&world, &app.link("posts:read", &[("prompt", "none")])).await;
    assert!(silent.param("code").is_some(), "the session cookie was sealed before");
}

#[tokio::test]
async fn keys_get_a_successor_by_the_calendar() {
    let world = World::new().await;
    world.sign_in().await;
    let keys_of = |views: &[KeyView], purpose: &str| views.iter().filter(|key| key.purpose == purpose).count();
    world.server.core.keys.tend().await.unwrap();
    let views: Listed<KeyView> = world.fetch("keys/all").await.ok();
    assert_eq!(views.items.len(), 7, "one of each use");
    world.pass(90 * 24 * 3600 - 1);
    world.server.core.keys.tend().await.unwrap();
    assert_eq!(keys_of(&world.fetch("keys/all").await.ok::<Listed<KeyView>>().items, "access"), 1);
    world.pass(1);
    world.server.core.keys.tend().await.unwrap();
    let views: Listed<KeyView> = world.fetch("keys/all").await.ok();
    for purpose in ["access", "refresh", "seal", "id_token", "id_token_ps256", "id_token_es256", "id_token_eddsa"] {
        assert_eq!(keys_of(&views.items, purpose), 2, "{purpose}");
    }
}

#[tokio::test]
async fn the_next_key_of_id_tokens_is_in_the_published_set_before_it_signs() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let before = published(&world).await;
    assert_eq!(before.len(), 4, "one for each algorithm");
    rotate(&world).await;
    let during = published(&world).await;
    assert!(during.is_superset(&before) && during.len() == 8);
    let signed_by = async || {
        let tokens = app.tokens_of(&world, &asha, "openid").await;
        kid(text(&tokens, "id_token"))
    };
    assert!(before.contains(&signed_by().await));
    world.pass(600);
    let signer = signed_by().await;
    assert!(during.contains(&signer) && !before.contains(&signer));
}
