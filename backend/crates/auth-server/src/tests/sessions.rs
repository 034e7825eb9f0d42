//! Signing in, refreshing, signing out.

use httpkit::auth_wire::{
    Done, EndOthers, EndSession, Ended, EndedKind, Listed, SessionEnded, SessionTokens, SessionView,
};
use serde_json::Value;

use super::World;
use super::actors::{Person, refresh};
use super::tokens::{access_claims, refresh_claims};
use super::world::open_session;

fn log_out_body(person: &Person) -> EndSession {
    EndSession { refresh_token: person.tokens.refresh_token.clone() }
}

fn kinds(ended: Vec<Ended>) -> Vec<EndedKind> {
    ended.into_iter().map(|ended| ended.what).collect()
}

#[tokio::test]
async fn a_session_tells_its_tokens_and_appears_in_the_list() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let claims = access_claims(&world, &asha.tokens.access_token).await;
    let session = asha.tokens.session_id.to_string();
    assert_eq!(
        (claims.kind.as_str(), claims.client_id.as_str(), claims.scope.as_str()),
        ("access", "tapri-web", "self")
    );
    assert_eq!((claims.iss.as_str(), claims.aud.as_str()), ("http://localhost:3000", "http://localhost:3000"));
    assert_eq!((claims.gid.as_deref(), claims.sid.as_deref()), (Some(session.as_str()), Some(session.as_str())));
    assert_eq!((claims.sub, claims.ver, claims.exp - claims.iat), (asha.sub().to_string(), 1, 600));
    assert_eq!((asha.tokens.expires_in, asha.tokens.refresh_expires_in), (600, 30 * 24 * 60 * 60));

    let list: Listed<SessionView> = world.fetch(&format!("subjects/{}/sessions", asha.sub())).await.ok();
    let ids: Vec<_> = list.items.iter().map(|session| session.session_id).collect();
    assert_eq!(ids, [asha.tokens.session_id]);
}

#[tokio::test]
async fn a_refresh_rotates_and_the_old_token_is_answered_with_the_same_successor_within_the_grace() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let next: SessionTokens = asha.refresh(&world).await.ok();
    assert_ne!(next.refresh_token, asha.tokens.refresh_token);
    world.pass(29);
    let again: SessionTokens = asha.refresh(&world).await.ok();
    assert_eq!(again.refresh_token, next.refresh_token);
    assert_ne!(again.access_token, next.access_token);
}

#[tokio::test]
async fn a_token_that_was_rotated_away_long_ago_ends_the_session() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let next: SessionTokens = asha.refresh(&world).await.ok();
    world.pass(30);
    assert_eq!(asha.refresh(&world).await.refusal(), (400, "invalid_grant".to_owned()));
    assert_eq!(refresh(&world, &next.refresh_token, false).await.refusal(), (400, "invalid_grant".to_owned()));
    assert_eq!(kinds(world.ended().await.ended), [EndedKind::Session { sid: asha.tokens.session_id }]);
}

#[tokio::test]
async fn a_token_two_generations_old_ends_the_session_even_inside_the_grace() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let second: SessionTokens = asha.refresh(&world).await.ok();
    let third: SessionTokens = refresh(&world, &second.refresh_token, false).await.ok();
    assert_eq!(asha.refresh(&world).await.refusal(), (400, "invalid_grant".to_owned()));
    assert_eq!(refresh(&world, &third.refresh_token, false).await.refusal(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_lenient_refresh_leaves_a_young_generation_unrotated() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    world.pass(29);
    let same: SessionTokens = refresh(&world, &asha.tokens.refresh_token, true).await.ok();
    assert_eq!(same.refresh_token, asha.tokens.refresh_token);
    world.pass(1);
    let next: SessionTokens = refresh(&world, &asha.tokens.refresh_token, true).await.ok();
    assert_ne!(next.refresh_token, asha.tokens.refresh_token);
}

#[tokio::test]
async fn a_session_that_nobody_came_back_to_is_over() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    world.pass(30 * 24 * 60 * 60);
    assert_eq!(asha.refresh(&world).await.refusal(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_session_lives_a_year_at_most_however_often_it_is_used() {
    let world = World::new().await;
    let mut asha = world.sign_in().await;
    for _ in 0..18 {
        world.pass(20 * 24 * 60 * 60);
        asha.tokens = asha.refresh(&world).await.ok();
    }
    assert_eq!(asha.tokens.refresh_expires_in, 5 * 24 * 60 * 60);
    world.pass(5 * 24 * 60 * 60);
    assert_eq!(asha.refresh(&world).await.refusal(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn logging_out_ends_the_session_even_with_a_token_that_was_rotated_away() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let next: SessionTokens = asha.refresh(&world).await.ok();
    let ended: SessionEnded = world.post("sessions/logout", &log_out_body(&asha)).await.ok();
    assert_eq!((ended.sub, ended.session_id), (asha.sub(), asha.tokens.session_id));
    assert_eq!(refresh(&world, &next.refresh_token, false).await.refusal().1, "invalid_grant");
    assert_eq!(kinds(world.ended().await.ended), [EndedKind::Session { sid: asha.tokens.session_id }]);
    world.post("sessions/logout", &log_out_body(&asha)).await.ok::<SessionEnded>();
    assert_eq!(world.ended().await.ended.len(), 1, "a second log-out says nothing new");
}

#[tokio::test]
async fn one_session_or_all_others_can_be_ended_by_their_owner_alone() {
    let world = World::new().await;
    let phone = world.sign_in().await;
    let (laptop, tablet) = (world.sign_in_as(phone.sub(), 1).await, world.sign_in_as(phone.sub(), 1).await);
    let stranger = world.sign_in().await;
    let path =
        |owner: &Person, session: &Person| format!("subjects/{}/sessions/{}", owner.sub(), session.tokens.session_id);

    assert_eq!(world.remove(&path(&stranger, &laptop)).await.refusal(), (404, "session_not_found".to_owned()));
    world.remove(&path(&phone, &laptop)).await.ok::<Done>();
    assert_eq!(world.remove(&path(&phone, &laptop)).await.refusal(), (404, "session_not_found".to_owned()));
    assert_eq!(laptop.refresh(&world).await.refusal().1, "invalid_grant");

    let keep = EndOthers { keep: Some(phone.tokens.session_id) };
    world.post(&format!("subjects/{}/sessions/end", phone.sub()), &keep).await.ok::<Done>();
    assert_eq!(tablet.refresh(&world).await.refusal().1, "invalid_grant");
    phone.refresh(&world).await.ok::<SessionTokens>();
    stranger.refresh(&world).await.ok::<SessionTokens>();
}

#[tokio::test]
async fn signing_in_again_renews_ones_own_session_and_ends_another_persons() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    world.pass(60);
    let mut again = open_session(asha.sub(), 1, &world);
    again.session_cookie = Some(asha.tokens.session_cookie.clone());
    let renewed: SessionTokens = world.post("sessions", &again).await.ok();
    assert_eq!(renewed.session_id, asha.tokens.session_id);
    assert_eq!(refresh_claims(&renewed.refresh_token)["gen"], 2);

    let bilal = world.sign_in().await;
    let mut in_the_same_browser = open_session(bilal.sub(), 1, &world);
    in_the_same_browser.session_cookie = Some(renewed.session_cookie.clone());
    let other: SessionTokens = world.post("sessions", &in_the_same_browser).await.ok();
    assert_ne!(other.session_id, asha.tokens.session_id);
    assert_eq!(refresh(&world, &renewed.refresh_token, false).await.refusal().1, "invalid_grant");
}

#[tokio::test]
async fn a_generation_newer_than_known_is_refused_and_ends_nothing() {
    // Two worlds of one seed: the second is the first before the refresh, as a restored backup is.
    let (world, restored) = (World::new().await, World::new().await);
    let (asha, before) = (world.sign_in().await, restored.sign_in().await);
    assert_eq!(before.tokens.refresh_token, asha.tokens.refresh_token);
    let next: SessionTokens = asha.refresh(&world).await.ok();
    assert_eq!(refresh(&restored, &next.refresh_token, false).await.refusal().1, "invalid_grant");
    assert_eq!(restored.ended().await.ended, []);
    before.refresh(&restored).await.ok::<SessionTokens>();
}

#[tokio::test]
async fn only_the_resource_server_gets_an_answer() {
    let world = World::new().await;
    for credential in [None, Some("Bearer wrong"), Some("Basic wrong"), Some("Bearer ")] {
        let mut request = http::Request::builder().uri("/internal/v1/keys");
        if let Some(credential) = credential {
            request = request.header("authorization", credential);
        }
        let answer = world.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.refusal(), (401, "service_credential_needed".to_owned()));
    }
    assert!(world.fetch("keys").await.ok::<Value>()["keys"][0]["secret"].is_string());
}

#[tokio::test]
async fn what_is_no_refresh_token_of_a_session_is_refused() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    for token in ["", "x", "a.b.c", asha.tokens.access_token.as_str(), asha.tokens.session_cookie.as_str()] {
        assert_eq!(refresh(&world, token, false).await.refusal(), (400, "invalid_grant".to_owned()), "{token}");
        let body = EndSession { refresh_token: token.to_owned() };
        assert_eq!(world.post("sessions/logout", &body).await.refusal().1, "invalid_grant");
    }
}
