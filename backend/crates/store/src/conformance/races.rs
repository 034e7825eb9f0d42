//! Many at once: each revision, key and unique value goes to one of them, and nothing is lost.

use std::sync::Arc;

use tokio::sync::Barrier;

use super::World;
use super::documents::{Note, Seat, Tally};
use crate::{Change, Error, Query, Store};

/// Runs so many tasks, all from one moment on, and returns what they say.
async fn race<T, F>(store: &Store, racers: usize, run: impl Fn(usize, Store) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(racers));
    let tasks: Vec<_> = (0..racers)
        .map(|number| {
            let (start, task) = (Arc::clone(&start), run(number, store.clone()));
            tokio::spawn(async move {
                start.wait().await;
                task.await
            })
        })
        .collect();
    let mut said = Vec::new();
    for task in tasks {
        said.push(task.await.unwrap());
    }
    said
}

/// Of sixty-four who replace one revision, one succeeds and the others learn that they are late.
pub async fn one_of_sixty_four_racers_wins_each_revision(world: World) {
    let note = world.stored(world.owner(), 0).await;
    let notes = world.store.collection::<Note>();
    for round in 1..=3 {
        let stored = notes.get(&note.id).await.unwrap().unwrap();
        let outcomes = race(&world.store, 64, |number, store| {
            let stored = stored.clone();
            let new = Note { rank: round * 100 + number as i64, ..stored.document.clone() };
            async move { store.collection::<Note>().replace(&stored, &new).await.map(|()| new.rank) }
        })
        .await;
        let winners: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
        assert_eq!(winners.len(), 1);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(Error::Stale { write: 0 }))));
        assert_eq!(notes.get(&note.id).await.unwrap().unwrap().rank, *winners[0]);
    }
}

/// Of sixty-four who insert one key, one succeeds: what an authorization code is redeemed by.
pub async fn sixty_four_inserts_make_one_document(world: World) {
    let note = world.note(world.owner(), 0);
    let outcomes = race(&world.store, 64, |number, store| {
        let note = Note { rank: number as i64, ..note.clone() };
        async move { store.collection::<Note>().insert(&note).await.map(|()| note) }
    })
    .await;
    let winners: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.as_ref().is_err_and(Error::is_duplicate_key)).count(), 63);
    assert_eq!(world.store.collection::<Note>().get(&note.id).await.unwrap().unwrap().document, *winners[0]);
}

/// Of sixty-four who claim one unique value under different keys, one succeeds.
pub async fn sixty_four_claims_of_a_name_give_it_once(world: World) {
    let outcomes = race(&world.store, 64, |number, store| async move {
        let seat = Seat { name: format!("{number}"), hall: "left".into(), row: 1, number: Some(1) };
        store.collection::<Seat>().insert(&seat).await
    })
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let late = Err(Error::Duplicate { write: 0, index: "place" });
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == late).count(), 63);
    let found = world.store.collection::<Seat>().scan(Query::by_key()).await.unwrap();
    assert_eq!(found.items.len(), 1);
}

/// Sixty-four who each add one to what they read are all counted.
pub async fn modify_loses_no_update(world: World) {
    let note = world.stored(world.owner(), 0).await;
    let outcomes = race(&world.store, 64, |_, store| async move {
        let add = |note: &mut Note| {
            note.rank += 1;
            Ok::<_, Error>(Change::Write)
        };
        store.collection::<Note>().modify(&note.id, add).await
    })
    .await;
    let mut ranks: Vec<_> = outcomes.into_iter().map(|note| note.unwrap().unwrap().rank).collect();
    ranks.sort_unstable();
    assert_eq!(ranks, (1..=64).collect::<Vec<_>>());
    assert_eq!(world.store.collection::<Note>().get(&note.id).await.unwrap().unwrap().rank, 64);
}

/// A thousand batches at once, in pairs that claim the same name: one of each pair is whole, of the other nothing is.
pub async fn a_thousand_concurrent_batches_are_each_whole(world: World) {
    let owner = world.owner();
    let notes: Vec<_> = (0..2000).map(|number| world.note(owner, number)).collect();
    let outcomes = race(&world.store, 1000, |number, store| {
        let named = Note { title: Some(format!("name {}", number / 2)), ..notes[2 * number].clone() };
        let plain = notes[2 * number + 1].clone();
        async move { store.batch().insert(&plain).add::<Tally>(&owner, "ups", 1).insert(&named).commit().await }
    })
    .await;
    for pair in outcomes.chunks(2) {
        assert_eq!(pair.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(pair.contains(&Err(Error::Duplicate { write: 2, index: "by_title" })));
    }
    assert_eq!(world.store.collection::<Tally>().get(&owner).await.unwrap().unwrap().ups, 500);
    let found = world.store.collection::<Note>().get_many(notes.iter().map(|note| &note.id)).await.unwrap();
    for (pair, outcome) in found.chunks(2).zip(outcomes) {
        assert!(pair.iter().all(|note| note.is_some() == outcome.is_ok()));
    }
    let listed = super::scans::pages(&world.store, Query::index("by_owner").equal([owner]).limit(999)).await;
    assert_eq!(listed.1, [999, 1]);
}
