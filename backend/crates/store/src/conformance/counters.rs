//! Counters: documents that are only added to.

use super::World;
use super::documents::Tally;
use crate::Error;

/// An addition creates its counter, and every field that it names; the others are nothing.
pub async fn a_counter_starts_at_nothing(world: World) {
    let tallies = world.store.collection::<Tally>();
    let owner = world.owner();
    assert_eq!(tallies.get(&owner).await, Ok(None));
    world.store.batch().add::<Tally>(&owner, "ups", 3).commit().await.unwrap();
    let found = tallies.get(&owner).await.unwrap().unwrap();
    assert_eq!(found.document, Tally { owner, ups: 3, downs: 0 });
    world.store.batch().add::<Tally>(&owner, "downs", -4).commit().await.unwrap();
    let found = tallies.get_many([&owner]).await.unwrap().remove(0).unwrap();
    assert_eq!(found.document, Tally { owner, ups: 3, downs: -4 });
    tallies.delete(&owner).await.unwrap();
    assert_eq!(tallies.get(&owner).await, Ok(None));
}

/// Additions of many at once are all counted, and none of them is refused.
pub async fn a_thousand_additions_are_a_thousand(world: World) {
    let owner = world.owner();
    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let store = world.store.clone();
            tokio::spawn(async move { store.batch().add::<Tally>(&owner, "ups", 1).commit().await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(world.store.collection::<Tally>().get(&owner).await.unwrap().unwrap().ups, 1000);
}

/// One addition may name several fields, and one field more than once.
pub async fn several_fields_are_added_at_once(world: World) {
    let owner = world.owner();
    let fields = [("ups", 1), ("downs", 2), ("ups", 10)];
    world.store.batch().add_all::<Tally>(&owner, &fields).commit().await.unwrap();
    let found = world.store.collection::<Tally>().get(&owner).await.unwrap().unwrap();
    assert_eq!(found.document, Tally { owner, ups: 11, downs: 2 });
}

/// A counter at its end refuses, instead of starting again from the other one.
pub async fn a_counter_never_wraps_around(world: World) {
    let owner = world.owner();
    world.store.batch().add::<Tally>(&owner, "ups", i64::MAX).commit().await.unwrap();
    let refused = world.store.batch().add::<Tally>(&owner, "ups", 1).commit().await;
    assert!(matches!(refused, Err(Error::Engine(_))));
    assert_eq!(world.store.collection::<Tally>().get(&owner).await.unwrap().unwrap().ups, i64::MAX);
}
