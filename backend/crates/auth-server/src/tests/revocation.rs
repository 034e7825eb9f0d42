//! An app gives back a token; a person withdraws what an app was given.

use httpkit::auth_wire::{AuthorizedApp, Done, EndedKind, Listed};
use serde_json::{Value, json};
use store::Clock as _;

use super::World;
use super::actors::text;
use super::tokens::access_claims;

#[tokio::test]
async fn a_refresh_token_goes_with_its_grant() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    let revoked = app.revoke(&world, text(&tokens, "refresh_token")).await;
    assert_eq!((revoked.status.as_u16(), revoked.text.as_str()), (200, ""));
    let refused = app.refresh(&world, text(&tokens, "refresh_token")).await;
    assert_eq!(refused.oauth_error(), (400, "invalid_grant".to_owned()));
    let gid = access_claims(&world, text(&tokens, "access_token")).await.gid.unwrap().parse().unwrap();
    assert_eq!(world.ended().await.ended[0].what, EndedKind::Grant { gid });
}

#[tokio::test]
async fn an_access_token_goes_alone() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.confidential_app().await);
    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    let access = text(&tokens, "access_token");
    app.revoke(&world, access).await.text.is_empty().then_some(()).unwrap();
    let jti = access_claims(&world, access).await.jti;
    assert_eq!(world.ended().await.ended[0].what, EndedKind::Token { jti });
    assert_eq!(app.introspect(&world, access).await, json!({ "active": false }));
    let next: Value = app.refresh(&world, text(&tokens, "refresh_token")).await.ok();
    assert_eq!(app.introspect(&world, text(&next, "access_token")).await["active"], true);
}

#[tokio::test]
async fn another_apps_token_lives_on_and_what_is_none_is_over_already() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let other = world.public_app().await;
    let tokens = app.tokens_of(&world, &asha, "posts:read").await;
    let session = [asha.tokens.access_token.as_str(), asha.tokens.refresh_token.as_str()];
    for token in [text(&tokens, "access_token"), text(&tokens, "refresh_token"), session[0], session[1]] {
        assert_eq!(other.revoke(&world, token).await.oauth_error(), (400, "invalid_grant".to_owned()));
    }
    assert_eq!(world.ended().await.ended, []);
    for token in ["x", "a.b.c"] {
        assert_eq!(other.revoke(&world, token).await.status, 200);
    }
    let wrong_hint = [("token", text(&tokens, "refresh_token")), ("token_type_hint", "access_token")];
    assert_eq!(app.post(&world, "/oauth/revoke", &wrong_hint).await.status, 200);
    assert_eq!(app.refresh(&world, text(&tokens, "refresh_token")).await.status, 400);
}

#[tokio::test]
async fn a_person_sees_the_apps_with_access_and_withdraws_one() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let code = asha.let_in(&world, &app, "openid posts:read offline_access").await;
    world.pass(30);
    let tokens: Value = app.redeem(&world, &code).await.ok();
    let apps: Listed<AuthorizedApp> = world.fetch(&format!("subjects/{}/apps", asha.sub())).await.ok();
    assert_eq!(
        apps.items,
        [AuthorizedApp {
            client_id: app.id.clone(),
            client_name: "Midnight Prints".to_owned(),
            client_uri: Some("https://prints.example/".to_owned()),
            logo_media: None,
            owner: Some(app.owner),
            scopes: "openid offline_access posts:read".parse().unwrap(),
            granted_at: asha.tokens.session_id.time(),
            last_used: Some(world.clock.now()),
        }]
    );

    let path = format!("subjects/{}/apps/{}", asha.sub(), app.id);
    for _ in 0..2 {
        world.remove(&path).await.ok::<Done>();
    }
    assert_eq!(app.refresh(&world, text(&tokens, "refresh_token")).await.status, 400);
    let ended: Vec<_> = world.ended().await.ended.into_iter().map(|ended| ended.what).collect();
    assert_eq!(ended, [EndedKind::Consent { sub: asha.sub(), client_id: app.id.clone(), revision: 1 }]);
    let apps: Listed<AuthorizedApp> = world.fetch(&format!("subjects/{}/apps", asha.sub())).await.ok();
    assert_eq!(apps.items, []);

    let asked = asha.follow(&world, &app.link("posts:read", &[])).await;
    assert_eq!(asked.location().path(), "/oauth/consent", "it has to ask anew");
    let again = app.tokens_of(&world, &asha, "posts:read").await;
    assert_eq!(access_claims(&world, text(&again, "access_token")).await.rev, 1);
}

#[tokio::test]
async fn withdrawing_what_was_never_let_in_changes_nothing() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    world.remove(&format!("subjects/{}/apps/{}", asha.sub(), app.id)).await.ok::<Done>();
    assert_eq!(world.ended().await.ended, []);
}
