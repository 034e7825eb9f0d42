//! Keys that an operator gives up: what they made is worth nothing at once, and somebody signs in their place.

use std::collections::HashSet;

use httpkit::auth_wire::{EndedKind, KeyState, KeyView, Listed, SessionTokens, VerificationKeys};
use serde_json::Value;

use super::answer::Answer;
use super::keys::{kid, published, rotate};
use super::{Person, World};

async fn retire(world: &World, kid: &str) -> Answer {
    world.post(&format!("keys/{kid}/retire"), &Value::Null).await
}

async fn retired(world: &World, kid: &str) -> Vec<KeyView> {
    retire(world, kid).await.ok::<Listed<KeyView>>().items
}

async fn believed(world: &World) -> HashSet<String> {
    let keys: VerificationKeys = world.fetch("keys").await.ok();
    keys.keys.into_iter().map(|key| key.kid).collect()
}

fn signing<'v>(views: &'v [KeyView], purpose: &str) -> &'v str {
    let mut signing = views.iter().filter(|view| view.purpose == purpose && view.state == KeyState::Signing);
    let signs = signing.next().unwrap_or_else(|| panic!("none of {purpose} signs: {views:?}"));
    assert_eq!(signing.next(), None, "two of {purpose} sign");
    &signs.kid
}

#[tokio::test]
async fn a_key_of_access_tokens_is_believed_nowhere_and_nobody_is_signed_out() {
    let world = World::new().await;
    let (replica, asha) = (world.another().await, world.sign_in().await);
    let leaked = kid(&asha.tokens.access_token);
    let views = retired(&world, &leaked).await;
    assert_ne!(signing(&views, "access"), leaked);
    assert!(views.iter().any(|view| view.kid == leaked && view.state == KeyState::Retired));
    assert_eq!(world.ended().await.ended[0].what, EndedKind::Key { kid: leaked.clone() });
    // Who asks for the keys is told what the store says now; who signs knows within a second.
    for server in [&world, &replica] {
        assert!(!believed(server).await.contains(&leaked));
    }
    let renewed: SessionTokens = asha.refresh(&world).await.ok();
    assert_eq!(kid(&renewed.access_token), signing(&views, "access"));
    world.pass(1);
    let renewed: SessionTokens = Person { tokens: renewed }.refresh(&replica).await.ok();
    assert_eq!(kid(&renewed.access_token), signing(&views, "access"));

    let again = retired(&replica, &leaked).await;
    assert_eq!((signing(&again, "access"), world.ended().await.ended.len()), (signing(&views, "access"), 1));
    assert_eq!(retire(&world, "nonsense").await.refusal(), (404, "key_not_found".to_owned()));
    world.server.core.keys.tend().await.unwrap();
    let views: Listed<KeyView> = world.fetch("keys/all").await.ok();
    assert!(views.items.iter().all(|key| key.kid != leaked), "it is forgotten like any other");
}

#[tokio::test]
async fn a_key_of_refresh_tokens_signs_everybody_out_once() {
    let world = World::new().await;
    let (replica, asha, app) = (world.another().await, world.sign_in().await, world.confidential_app().await);
    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    retired(&world, &kid(&asha.tokens.refresh_token)).await;
    world.pass(1);
    for server in [&world, &replica] {
        assert_eq!(asha.refresh(server).await.refusal().1, "invalid_grant");
        let refused = app.refresh(server, super::actors::text(&tokens, "refresh_token")).await;
        assert_eq!(refused.oauth_error(), (400, "invalid_grant".to_owned()));
    }
    assert_eq!(world.ended().await.ended, [], "resource servers never saw this key");
    let back = world.sign_in_as(asha.sub(), 1).await;
    back.refresh(&replica).await.ok::<SessionTokens>();
}

#[tokio::test]
async fn codes_and_requests_under_a_given_up_key_are_begun_anew() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let asked = asha.follow(&world, &app.link("openid posts:read", &[])).await;
    let code = asha.let_in(&world, &app, "openid posts:read").await;
    let views: Listed<KeyView> = world.fetch("keys/all").await.ok();
    retired(&world, signing(&views.items, "seal")).await;
    assert_eq!(app.redeem(&world, &code).await.oauth_error(), (400, "invalid_grant".to_owned()));
    let view = world.post("consent/view", &asha.question(&asked)).await;
    assert_eq!(view.refusal(), (400, "request_invalid".to_owned()));
    let renewed = Person { tokens: asha.refresh(&world).await.ok() };
    let code = renewed.let_in(&world, &app, "openid posts:read").await;
    app.redeem(&world, &code).await.ok::<Value>();
}

#[tokio::test]
async fn whatever_key_is_given_up_in_whatever_state_one_signs_and_it_is_a_new_one() {
    let world = World::new().await;
    world.server.core.keys.tend().await.unwrap();
    let before = rotate(&world).await;
    let known: HashSet<&str> = before.iter().map(|view| view.kid.as_str()).collect();
    let purposes: HashSet<&str> = before.iter().map(|view| view.purpose.as_str()).collect();
    assert_eq!(purposes.len(), 7);
    for purpose in purposes {
        // The one that waits first: then nothing changes for those who sign.
        let next = before.iter().find(|view| view.purpose == purpose && view.state == KeyState::Next).unwrap();
        let views = retired(&world, &next.kid).await;
        assert_eq!(signing(&views, purpose), signing(&before, purpose));
        let views = retired(&world, signing(&before, purpose)).await;
        assert!(!known.contains(signing(&views, purpose)), "{purpose}");
    }
    let jwks = published(&world).await;
    assert!(jwks.len() == 4 && jwks.iter().all(|kid| !known.contains(kid.as_str())), "{jwks:?}");
    // The calendar goes on from the new ones.
    world.pass(90 * 24 * 3600);
    world.server.core.keys.tend().await.unwrap();
    let views: Listed<KeyView> = world.fetch("keys/all").await.ok();
    assert_eq!(views.items.iter().filter(|view| view.state == KeyState::Next).count(), 7, "{views:?}");
}

#[tokio::test]
async fn two_who_give_up_one_key_at_once_make_one_successor() {
    let world = World::new().await;
    let (replica, asha) = (world.another().await, world.sign_in().await);
    let leaked = kid(&asha.tokens.access_token);
    futures::future::join(retire(&world, &leaked), retire(&replica, &leaked)).await;
    let views = retired(&world, &leaked).await;
    assert_eq!(views.iter().filter(|view| view.purpose == "access").count(), 2, "{views:?}");
    assert_ne!(signing(&views, "access"), leaked);
}
