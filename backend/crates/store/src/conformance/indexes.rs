//! Unique, compound and partial indexes.

use super::World;
use super::documents::{self, Note, Seat};
use crate::{Error, Query};

fn titled(mut note: Note, title: &str) -> Note {
    note.title = Some(title.to_owned());
    note
}

fn seat(name: &str, row: i64, number: Option<i64>) -> Seat {
    Seat { name: name.into(), hall: "left".into(), row, number }
}

/// Two documents cannot share a unique value; the error names the index.
pub async fn a_unique_value_has_one_document(world: World) {
    let notes = world.store.collection::<Note>();
    let first = titled(world.note(world.owner(), 1), "chai");
    notes.insert(&first).await.unwrap();
    let second = titled(world.note(world.owner(), 2), "chai");
    let refused = notes.insert(&second).await.unwrap_err();
    assert_eq!(refused, Error::Duplicate { write: 0, index: "by_title" });
    assert_eq!(notes.get(&second.id).await, Ok(None));
    let other_case = titled(second, "Chai");
    notes.insert(&other_case).await.unwrap();
    let found = notes.find("by_title", &["chai".into()]).await.unwrap().unwrap();
    assert_eq!(*found, first);
    assert_eq!(notes.find("by_title", &["tea".into()]).await, Ok(None));
    let stored = notes.get(&other_case.id).await.unwrap().unwrap();
    let refused = notes.replace(&stored, &titled(other_case.clone(), "chai")).await.unwrap_err();
    assert!(refused.is_duplicate_of("by_title"));
    assert_eq!(*notes.get(&other_case.id).await.unwrap().unwrap(), other_case);
}

/// A unique value that its document gave up, by change or deletion, can be taken again.
pub async fn a_unique_value_is_free_again_after_change_or_deletion(world: World) {
    let notes = world.store.collection::<Note>();
    let first = titled(world.note(world.owner(), 1), "a");
    notes.insert(&first).await.unwrap();
    let stored = notes.get(&first.id).await.unwrap().unwrap();
    notes.replace(&stored, &titled(first.clone(), "b")).await.unwrap();
    let second = titled(world.note(world.owner(), 2), "a");
    notes.insert(&second).await.unwrap();
    notes.delete(&second.id).await.unwrap();
    notes.insert(&titled(world.note(world.owner(), 3), "a")).await.unwrap();
    assert_eq!(notes.find("by_title", &["b".into()]).await.unwrap().unwrap().id, first.id);
}

/// A compound index is unique over all its fields together, the ordered one included.
pub async fn a_compound_index_is_unique_as_a_whole(world: World) {
    let seats = world.store.collection::<Seat>();
    seats.insert(&seat("a", 1, Some(1))).await.unwrap();
    seats.insert(&seat("b", 1, Some(2))).await.unwrap();
    seats.insert(&seat("c", 2, Some(1))).await.unwrap();
    let refused = seats.insert(&seat("d", 2, Some(1))).await.unwrap_err();
    assert_eq!(refused, Error::Duplicate { write: 0, index: "place" });
    let place = ["left".into(), 2.into(), 1.into()];
    assert_eq!(seats.find("place", &place).await.unwrap().unwrap().name, "c");
    let row = Query::index("place").equal([crate::Value::from("left"), 1.into()]).descending();
    let names: Vec<_> = seats.scan(row).await.unwrap().items.into_iter().map(|seat| seat.document.name).collect();
    assert_eq!(names, ["b", "a"]);
}

/// Where an indexed field is absent or null, the document is not in the index, and unique to nobody.
pub async fn an_absent_field_keeps_a_document_out_of_the_index(world: World) {
    let (notes, seats) = (world.store.collection::<Note>(), world.store.collection::<Seat>());
    let owner = world.owner();
    let (absent, other) = (world.stored(owner, 1).await, world.stored(owner, 2).await);
    let present = titled(world.note(owner, 3), "t");
    notes.insert(&present).await.unwrap();
    let titled = notes.scan(Query::index("titled").equal([owner])).await.unwrap();
    assert_eq!(titled.into_documents(), std::slice::from_ref(&present));
    let all = notes.scan(Query::index("by_owner").equal([owner])).await.unwrap();
    assert_eq!(all.into_documents(), [absent, other, present]);
    // `Seat` writes its missing number as null.
    seats.insert(&seat("a", 1, None)).await.unwrap();
    seats.insert(&seat("b", 1, None)).await.unwrap();
    let row = Query::index("place").equal([crate::Value::from("left"), 1.into()]);
    assert_eq!(seats.scan(row).await.unwrap().into_documents(), []);
}

/// After a change a document is found at its new place and no more at its old one.
pub async fn an_index_follows_its_document(world: World) {
    let notes = world.store.collection::<Note>();
    let (asha, bilal) = (world.owner(), world.owner());
    let note = world.stored(asha, 1).await;
    let list = async |owner| {
        let page = notes.scan(Query::index("by_rank").equal([owner])).await.unwrap();
        page.items.into_iter().map(|note| note.rank).collect::<Vec<_>>()
    };
    let stored = notes.get(&note.id).await.unwrap().unwrap();
    notes.replace(&stored, &Note { owner: bilal, rank: 9, ..note.clone() }).await.unwrap();
    assert_eq!(list(asha).await, [] as [i64; 0]);
    assert_eq!(list(bilal).await, [9]);
    notes.delete(&note.id).await.unwrap();
    assert_eq!(list(bilal).await, [] as [i64; 0]);
}

/// Declaring the same collections again, as every start does, changes nothing.
pub async fn declaring_again_changes_nothing(world: World) {
    let note = world.stored(world.owner(), 1).await;
    world.store.ensure(documents::SCHEMAS).await.unwrap();
    let page = world.store.collection::<Note>().scan(Query::index("by_owner").equal([note.owner])).await.unwrap();
    assert_eq!(page.into_documents(), [note]);
}
