//! What a new password, a reset and a suspension do: floors, not locks.

use httpkit::auth_wire::{CredentialAnswer, CredentialChanged, EndedKind, SessionTokens};
use serde_json::Value;

use super::actors::{refresh, text};
use super::tokens::access_claims;
use super::world::open_session;
use super::{Person, World};

async fn change(world: &World, person: &Person, body: CredentialChanged) -> CredentialAnswer {
    world.post(&format!("subjects/{}/credential", person.sub()), &body).await.ok()
}

fn to_version(version: i64, keep: Option<&Person>, apps: bool) -> CredentialChanged {
    CredentialChanged { version, keep: keep.map(|person| person.tokens.session_id), apps, auth_time: None }
}

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

#[tokio::test]
async fn a_new_password_keeps_this_session_and_ends_the_others() {
    let world = World::new().await;
    let here = world.sign_in().await;
    let there = world.sign_in_as(here.sub(), 1).await;
    let kept = change(&world, &here, to_version(2, Some(&here), false)).await.tokens.unwrap();
    assert_eq!(kept.session_id, here.tokens.session_id);
    assert_eq!(access_claims(&world, &kept.access_token).await.ver, 2);
    assert_eq!(there.refresh(&world).await.refusal(), invalid_grant());
    refresh(&world, &kept.refresh_token, false).await.ok::<SessionTokens>();
    let ended: Vec<_> = world.ended().await.ended.into_iter().map(|ended| ended.what).collect();
    let keep = Some(here.tokens.session_id);
    assert_eq!(ended, [EndedKind::Subject { sub: here.sub(), sessions_from: 2, apps_from: 0, keep }]);
}

#[tokio::test]
async fn telling_it_twice_changes_nothing_the_second_time() {
    let world = World::new().await;
    let here = world.sign_in().await;
    let first = change(&world, &here, to_version(2, Some(&here), false)).await.tokens.unwrap();
    world.pass(3600);
    let second = change(&world, &here, to_version(2, Some(&here), false)).await.tokens.unwrap();
    assert_eq!(first.refresh_token, second.refresh_token);
    assert_eq!(world.ended().await.ended.len(), 0, "the first entry has expired, and there is no second");
}

#[tokio::test]
async fn a_sign_in_that_raced_the_change_is_refused() {
    let world = World::new().await;
    let here = world.sign_in().await;
    change(&world, &here, to_version(2, Some(&here), false)).await;
    let late = world.post("sessions", &open_session(here.sub(), 1, &world)).await;
    assert_eq!(late.refusal(), (409, "session_below_floor".to_owned()));
    world.post("sessions", &open_session(here.sub(), 2, &world)).await.ok::<SessionTokens>();
}

#[tokio::test]
async fn a_new_password_ends_online_apps_elsewhere_and_leaves_offline_ones() {
    let world = World::new().await;
    let app = world.public_app().await;
    let here = world.sign_in().await;
    let there = world.sign_in_as(here.sub(), 1).await;
    let online_here = app.tokens_of(&world, &here, "posts:read").await;
    let online_there = app.tokens_of(&world, &there, "posts:read").await;
    let offline = app.tokens_of(&world, &there, "posts:read offline_access").await;
    change(&world, &here, to_version(2, Some(&here), false)).await;

    let refused = app.refresh(&world, text(&online_there, "refresh_token")).await;
    assert_eq!(refused.oauth_error(), invalid_grant());
    app.refresh(&world, text(&offline, "refresh_token")).await.ok::<Value>();
    let next: Value = app.refresh(&world, text(&online_here, "refresh_token")).await.ok();
    assert_eq!(access_claims(&world, text(&next, "access_token")).await.ver, 2, "it moved up with its session");
}

#[tokio::test]
async fn with_apps_too_every_app_has_to_be_let_in_again() {
    let world = World::new().await;
    let app = world.public_app().await;
    let here = world.sign_in().await;
    let online = app.tokens_of(&world, &here, "posts:read").await;
    let offline = app.tokens_of(&world, &here, "posts:read offline_access").await;
    let code = here.let_in(&world, &app, "posts:read offline_access").await;
    let kept = change(&world, &here, to_version(2, Some(&here), true)).await.tokens.unwrap();
    for tokens in [&online, &offline] {
        assert_eq!(app.refresh(&world, text(tokens, "refresh_token")).await.oauth_error(), invalid_grant());
    }
    assert_eq!(
        app.redeem(&world, &code).await.oauth_error(),
        invalid_grant(),
        "a code in flight lies below the floor too"
    );
    app.tokens_of(&world, &Person { tokens: kept }, "posts:read offline_access").await;
}

#[tokio::test]
async fn a_reset_or_a_suspension_leaves_nothing() {
    let world = World::new().await;
    let app = world.public_app().await;
    let here = world.sign_in().await;
    let offline = app.tokens_of(&world, &here, "posts:read offline_access").await;
    assert!(change(&world, &here, to_version(2, None, true)).await.tokens.is_none());
    assert_eq!(here.refresh(&world).await.refusal(), invalid_grant());
    assert_eq!(app.refresh(&world, text(&offline, "refresh_token")).await.oauth_error(), invalid_grant());
    let ended: Vec<_> = world.ended().await.ended.into_iter().map(|ended| ended.what).collect();
    assert_eq!(ended, [EndedKind::Subject { sub: here.sub(), sessions_from: 2, apps_from: 2, keep: None }]);
}

#[tokio::test]
async fn a_dead_session_is_not_brought_back_by_keeping_it() {
    let world = World::new().await;
    let here = world.sign_in().await;
    let there = world.sign_in_as(here.sub(), 1).await;
    change(&world, &here, to_version(2, Some(&here), false)).await;
    let answer = change(&world, &here, to_version(3, Some(&there), false)).await;
    assert!(answer.tokens.is_none());
    assert_eq!(there.refresh(&world).await.refusal(), invalid_grant());
    let stranger = world.sign_in().await;
    assert!(change(&world, &here, to_version(4, Some(&stranger), false)).await.tokens.is_none());
    assert_eq!(stranger.refresh(&world).await.status, 200);
}
