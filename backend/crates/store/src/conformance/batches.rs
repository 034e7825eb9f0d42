//! Atomic batches.

use super::World;
use super::documents::{Note, Tally};
use crate::{Error, Query};

/// Writes to several collections happen together.
pub async fn a_batch_is_all_or_nothing(world: World) {
    let owner = world.owner();
    let (first, second) = (world.stored(owner, 1).await, world.note(owner, 2));
    let notes = world.store.collection::<Note>();
    let stored = notes.get(&first.id).await.unwrap().unwrap();
    let replaced = Note { rank: 10, ..first.clone() };
    let mut batch = world.store.batch();
    batch.insert(&second).replace(&stored, &replaced).add::<Tally>(&owner, "ups", 2);
    batch.commit().await.unwrap();
    let found = notes.get_many([&first.id, &second.id]).await.unwrap();
    assert_eq!(found.into_iter().map(|note| note.unwrap().into_document()).collect::<Vec<_>>(), [replaced, second]);
    assert_eq!(world.store.collection::<Tally>().get(&owner).await.unwrap().unwrap().ups, 2);
    assert_eq!(world.store.batch().commit().await, Ok(()), "an empty batch is done at once");
}

/// One write that is refused undoes the writes before it and prevents those behind it; the error says which.
pub async fn the_third_of_five_writes_spoils_all_five(world: World) {
    let owner = world.owner();
    let notes = world.store.collection::<Note>();
    let taken = Note { title: Some("chai".into()), ..world.note(owner, 1) };
    notes.insert(&taken).await.unwrap();
    let stale = notes.get(&taken.id).await.unwrap().unwrap();
    notes.replace(&stale, &taken).await.unwrap();
    let fine = [world.note(owner, 2), world.note(owner, 3)];
    let wrong = Note { title: Some("chai".into()), ..world.note(owner, 4) };
    let count = || async { notes.scan(Query::index("by_owner").equal([owner])).await.unwrap().items.len() };

    let mut unique = world.store.batch();
    unique.insert(&fine[0]).add::<Tally>(&owner, "ups", 1).insert(&wrong);
    unique.insert(&fine[1]).delete::<Note>(&taken.id);
    assert_eq!(unique.commit().await, Err(Error::Duplicate { write: 2, index: "by_title" }));
    assert_eq!(count().await, 1);

    let mut key = world.store.batch();
    key.insert(&fine[0]).add::<Tally>(&owner, "ups", 1).insert(&taken).insert(&fine[1]);
    assert_eq!(key.commit().await, Err(Error::Duplicate { write: 2, index: crate::KEY_INDEX }));
    assert_eq!(count().await, 1);

    let mut old = world.store.batch();
    old.insert(&fine[0]).add::<Tally>(&owner, "ups", 1).replace(&stale, &taken).insert(&fine[1]);
    assert_eq!(old.commit().await, Err(Error::Stale { write: 2 }));
    assert_eq!(count().await, 1);
    assert_eq!(world.store.collection::<Tally>().get(&owner).await, Ok(None));
    assert_eq!(*notes.get(&taken.id).await.unwrap().unwrap(), taken);
}

/// Writes happen in their order, so that a later one sees what an earlier one did.
pub async fn a_batch_may_touch_one_document_twice(world: World) {
    let note = world.stored(world.owner(), 1).await;
    let moved = Note { rank: 2, ..note.clone() };
    let mut batch = world.store.batch();
    batch.delete::<Note>(&note.id).insert(&moved);
    batch.add::<Tally>(&note.owner, "ups", 1).add::<Tally>(&note.owner, "ups", 2);
    batch.commit().await.unwrap();
    let notes = world.store.collection::<Note>();
    assert_eq!(*notes.get(&note.id).await.unwrap().unwrap(), moved);
    assert_eq!(world.store.collection::<Tally>().get(&note.owner).await.unwrap().unwrap().ups, 3);
    let listed = notes.scan(Query::index("by_rank").equal([note.owner])).await.unwrap();
    assert_eq!(listed.into_documents(), [moved]);
    let twice = world.note(note.owner, 3);
    let mut batch = world.store.batch();
    batch.insert(&twice).insert(&twice);
    assert_eq!(batch.commit().await, Err(Error::Duplicate { write: 1, index: crate::KEY_INDEX }));
    assert_eq!(notes.get(&twice.id).await, Ok(None));
}

/// After a refused batch the indexes are as they were: nothing new is found, nothing old is lost.
pub async fn a_refused_batch_leaves_indexes_alone(world: World) {
    let notes = world.store.collection::<Note>();
    let owner = world.owner();
    let kept = Note { title: Some("kept".into()), ..world.note(owner, 1) };
    notes.insert(&kept).await.unwrap();
    let stored = notes.get(&kept.id).await.unwrap().unwrap();
    let fresh = Note { title: Some("fresh".into()), ..world.note(owner, 2) };
    let mut batch = world.store.batch();
    batch.replace(&stored, &Note { rank: 7, title: None, ..kept.clone() });
    batch.insert(&fresh).delete::<Note>(&fresh.id).insert(&fresh).insert(&fresh);
    assert!(batch.commit().await.unwrap_err().is_duplicate_key());
    assert_eq!(notes.find("by_title", &["fresh".into()]).await, Ok(None));
    assert_eq!(*notes.find("by_title", &["kept".into()]).await.unwrap().unwrap(), kept);
    for index in ["by_owner", "by_rank", "titled"] {
        let listed = notes.scan(Query::index(index).equal([owner])).await.unwrap();
        assert_eq!(listed.into_documents(), std::slice::from_ref(&kept), "{index}");
    }
    assert_eq!(notes.get(&kept.id).await.unwrap().unwrap().revision, stored.revision);
}

/// A unique value can pass from one document to another in one batch, if it is given up first.
pub async fn a_unique_value_moves_within_a_batch(world: World) {
    let notes = world.store.collection::<Note>();
    let old = Note { title: Some("name".into()), ..world.note(world.owner(), 1) };
    notes.insert(&old).await.unwrap();
    let stored = notes.get(&old.id).await.unwrap().unwrap();
    let new = Note { title: Some("name".into()), ..world.note(world.owner(), 2) };
    let mut wrong = world.store.batch();
    wrong.insert(&new).replace(&stored, &Note { title: None, ..old.clone() });
    assert_eq!(wrong.commit().await, Err(Error::Duplicate { write: 0, index: "by_title" }));
    let mut right = world.store.batch();
    right.replace(&stored, &Note { title: None, ..old.clone() }).insert(&new);
    right.commit().await.unwrap();
    assert_eq!(*notes.find("by_title", &["name".into()]).await.unwrap().unwrap(), new);
}
