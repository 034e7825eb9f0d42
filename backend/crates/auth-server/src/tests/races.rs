//! Everything at once, on both engines: one successor, one redemption, and nothing that outlives its end.

use std::future::Future;

use futures::future::join_all;
use httpkit::auth_wire::{EndSession, RefreshSession, SessionTokens};
use serde_json::{Value, json};
use store::{Embedded, MockClock, Options, Store};

use super::World;
use super::actors::{refresh, text};

const RACERS: usize = 200;
const ROUNDS: usize = 8;

/// The story on the store in memory and on the one in a file.
async fn on_both_engines<F: Future<Output = ()>>(story: impl Fn(World) -> F) {
    story(World::new().await).await;
    let directory = tempfile::tempdir().unwrap();
    let clock = MockClock::default();
    let engine = Embedded::open(&directory.path().join("store.redb"), Options::default()).unwrap();
    story(World::on(Store::new(std::sync::Arc::new(engine), clock.clone()), clock).await).await;
}

/// All of these at the same time, on all threads.
async fn all_at_once<T: Send + 'static>(
    futures: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    join_all(futures.map(tokio::spawn)).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_refreshes_of_a_session_have_one_successor() {
    on_both_engines(async |world| {
        let asha = world.sign_in().await;
        world.pass(60);
        let racers = (0..RACERS).map(|_| {
            let (world, asha) = (world.clone(), asha.clone());
            async move { asha.refresh(&world).await.ok::<SessionTokens>().refresh_token }
        });
        let mut successors = all_at_once(racers).await;
        successors.dedup();
        assert_eq!(successors.len(), 1);
        assert_eq!(super::tokens::refresh_claims(&successors[0])["gen"], 2);
        refresh(&world, &successors[0], false).await.ok::<SessionTokens>();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_refreshes_of_an_app_have_one_successor() {
    on_both_engines(async |world| {
        let (asha, app) = (world.sign_in().await, world.confidential_app().await);
        let tokens = app.tokens_of(&world, &asha, "posts:read offline_access").await;
        let racers = (0..RACERS).map(|_| {
            let (world, app, token) = (world.clone(), app.clone(), text(&tokens, "refresh_token").to_owned());
            async move { text(&app.refresh(&world, &token).await.ok(), "refresh_token").to_owned() }
        });
        let mut successors = all_at_once(racers).await;
        successors.dedup();
        assert_eq!(successors.len(), 1);
        app.refresh(&world, &successors[0]).await.ok::<Value>();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_redemptions_of_one_code_give_tokens_once_and_the_replay_ends_them() {
    on_both_engines(async |world| {
        let (asha, app) = (world.sign_in().await, world.confidential_app().await);
        let code = asha.let_in(&world, &app, "posts:read").await;
        let racers = (0..RACERS).map(|_| {
            let (world, app, code) = (world.clone(), app.clone(), code.clone());
            async move { app.redeem(&world, &code).await }
        });
        let answers = all_at_once(racers).await;
        let (good, bad): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((good.len(), bad.len()), (1, RACERS - 1));
        let invalid_grant = (400, "invalid_grant".to_owned());
        assert!(bad.iter().all(|answer| answer.oauth_error() == invalid_grant));
        let refused = app.refresh(&world, text(&good[0].json(), "refresh_token")).await;
        assert_eq!(refused.oauth_error(), invalid_grant);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_log_out_no_token_works_that_a_refresh_won_in_the_race() {
    on_both_engines(async |world| {
        for _ in 0..ROUNDS {
            let asha = world.sign_in().await;
            let racers = (0..20).map(|racer| {
                let (world, token) = (world.clone(), asha.tokens.refresh_token.clone());
                async move {
                    if racer == 10 {
                        world.post("sessions/logout", &EndSession { refresh_token: token }).await
                    } else {
                        world.post("sessions/refresh", &RefreshSession { refresh_token: token, lenient: false }).await
                    }
                }
            });
            let answers = all_at_once(racers).await;
            for answer in answers.iter().filter(|answer| answer.status == 200) {
                if let Some(token) = answer.json()["refresh_token"].as_str() {
                    assert_eq!(refresh(&world, token, false).await.refusal().1, "invalid_grant");
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_withdrawal_no_token_works_that_an_app_won_in_the_race() {
    on_both_engines(async |world| {
        let app = world.confidential_app().await;
        for _ in 0..ROUNDS {
            let asha = world.sign_in().await;
            let tokens = app.tokens_of(&world, &asha, "posts:read offline_access").await;
            let code = asha.let_in(&world, &app, "posts:read offline_access").await;
            let racers = (0..12).map(|racer| {
                let (world, app, code, sub) = (world.clone(), app.clone(), code.clone(), asha.sub());
                let token = text(&tokens, "refresh_token").to_owned();
                async move {
                    match racer % 4 {
                        0 => app.redeem(&world, &code).await,
                        1 => world.remove(&format!("subjects/{sub}/apps/{}", app.id)).await,
                        _ => app.refresh(&world, &token).await,
                    }
                }
            });
            let answers = all_at_once(racers).await;
            for answer in answers.iter().filter(|answer| answer.status == 200) {
                if let Some(token) = answer.json()["refresh_token"].as_str() {
                    assert_eq!(app.refresh(&world, token).await.oauth_error().1, "invalid_grant");
                    assert_eq!(app.introspect(&world, token).await, json!({ "active": false }));
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_password_signs_nobody_out_who_refreshes_here_and_everybody_elsewhere() {
    on_both_engines(async |world| {
        for _ in 0..ROUNDS {
            let here = world.sign_in().await;
            let there = world.sign_in_as(here.sub(), 1).await;
            let change = json!({ "version": 2, "keep": here.tokens.session_id });
            let racers = (0..20).map(|racer| {
                let (world, here, there, change) = (world.clone(), here.clone(), there.clone(), change.clone());
                async move {
                    match racer {
                        10 => Some(world.post(&format!("subjects/{}/credential", here.sub()), &change).await),
                        racer if racer % 2 == 0 => Some(here.refresh(&world).await),
                        _ => {
                            there.refresh(&world).await;
                            None
                        }
                    }
                }
            });
            let answers = all_at_once(racers).await;
            assert!(answers.iter().flatten().all(|answer| answer.status == 200), "{answers:?}");
            let kept: SessionTokens = here_again(&world, &answers).await;
            assert_eq!(super::tokens::access_claims(&world, &kept.access_token).await.ver, 2);
            assert_eq!(there.refresh(&world).await.refusal().1, "invalid_grant");
        }
    })
    .await;
}

/// Goes on with the tokens that the change of the password answered with.
async fn here_again(world: &World, answers: &[Option<super::Answer>]) -> SessionTokens {
    let kept = answers[10].as_ref().unwrap().json();
    refresh(world, text(&kept["tokens"], "refresh_token"), false).await.ok()
}
