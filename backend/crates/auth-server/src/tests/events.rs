//! How the resource server hears of what ended.

use std::time::Duration;

use futures::future::join;
use httpkit::auth_wire::{EndedKind, Events};

use super::{Person, World};

async fn after(world: &World, position: &str, wait_ms: u64) -> Events {
    world.fetch(&format!("events?after={position}&wait_ms={wait_ms}")).await.ok()
}

async fn end(world: &World, person: &Person) {
    world.remove(&format!("subjects/{}/sessions/{}", person.sub(), person.tokens.session_id)).await;
}

fn ended_session(person: &Person) -> EndedKind {
    EndedKind::Session { sid: person.tokens.session_id }
}

#[tokio::test]
async fn the_whole_list_comes_first_and_then_only_news() {
    let world = World::new().await;
    let (asha, bilal) = (world.sign_in().await, world.sign_in().await);
    end(&world, &asha).await;
    let all = after(&world, "", 0).await;
    assert_eq!(all.ended[0].what, ended_session(&asha));
    assert_eq!(after(&world, &all.next, 1).await.ended, []);
    world.pass(1);
    end(&world, &bilal).await;
    let news = after(&world, &all.next, 0).await;
    assert_eq!(news.ended.iter().map(|ended| ended.what.clone()).collect::<Vec<_>>(), [ended_session(&bilal)]);
}

#[tokio::test]
async fn who_waits_is_answered_when_something_ends() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    let start = after(&world, "", 0).await;
    assert_eq!(start.ended, []);
    let (news, ()) = join(after(&world, &start.next, 10_000), end(&world, &asha)).await;
    assert_eq!(news.ended[0].what, ended_session(&asha));
}

#[tokio::test]
async fn an_entry_of_another_process_is_heard_too() {
    let world = World::new().await;
    let other = world.another().await;
    let asha = world.sign_in().await;
    let start = after(&world, "", 0).await;
    let waiting = tokio::time::timeout(Duration::from_secs(5), after(&other, &start.next, 10_000));
    let (news, ()) = join(waiting, end(&world, &asha)).await;
    assert_eq!(news.unwrap().ended[0].what, ended_session(&asha));
}

#[tokio::test]
async fn an_entry_whose_writer_was_slow_is_not_missed() {
    let world = World::new().await;
    let (asha, bilal) = (world.sign_in().await, world.sign_in().await);
    end(&world, &asha).await;
    let position = after(&world, "", 0).await.next;
    // Another replica drew its id 29 seconds before and commits only now.
    world.clock.set(asha.tokens.session_id.time() - Duration::from_secs(29));
    end(&world, &bilal).await;
    world.clock.set(asha.tokens.session_id.time());
    let news = after(&world, &position, 0).await;
    assert!(news.ended.iter().any(|ended| ended.what == ended_session(&bilal)), "{news:?}");
    assert_eq!(after(&world, &news.next, 1).await.ended, [], "and is told once");
}

#[tokio::test]
async fn an_entry_stays_twice_the_life_of_an_access_token() {
    let world = World::new().await;
    let asha = world.sign_in().await;
    end(&world, &asha).await;
    world.pass(1199);
    assert_eq!(after(&world, "", 0).await.ended.len(), 1);
    world.pass(1);
    assert_eq!(after(&world, "", 0).await.ended, []);
}

#[tokio::test]
async fn a_strange_position_is_refused() {
    let world = World::new().await;
    let answer = world.fetch("events?after=nonsense").await;
    assert_eq!(answer.refusal(), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn a_server_that_stops_lets_everybody_go() {
    let world = World::new().await;
    let start = after(&world, "", 0).await;
    let stop = tokio_util::sync::CancellationToken::new();
    stop.cancel();
    let (news, ()) = join(after(&world, &start.next, 15_000), world.server.run_background(stop)).await;
    assert_eq!(news.ended, []);
}
