//! Many lists read as one.

use super::World;
use super::documents::{Note, OwnerId, Seat, Word};
use super::scans::pages;
use crate::{Position, Query, Value};

/// Three owners, whose notes alternate and share ranks.
async fn lists(world: &World) -> ([OwnerId; 3], Vec<Note>) {
    let owners = [world.owner(), world.owner(), world.owner()];
    let mut notes = Vec::new();
    for (number, rank) in [3, 1, 2, 2, 1, 3, 3, 2, 2, 1].into_iter().enumerate() {
        notes.push(world.stored(owners[number % 3], rank).await);
    }
    world.stored(world.owner(), 2).await;
    notes.sort_by_key(|note| (note.rank, note.id));
    (owners, notes)
}

/// Several lists come as one, ordered over all of them, in both directions, whatever the order of the prefixes.
pub async fn many_prefixes_are_one_order(world: World) {
    let ([a, b, c], mut notes) = lists(&world).await;
    let list = world.store.collection::<Note>();
    let found = list.scan(Query::index("by_rank").any_of([[c], [a], [b]])).await.unwrap();
    assert_eq!(found.into_documents(), notes);
    notes.retain(|note| note.owner != c && note.rank >= 2);
    notes.reverse();
    let some = Query::index("by_rank").any_of([[a], [b]]).at_least(2).descending();
    assert_eq!(list.scan(some).await.unwrap().into_documents(), notes);
}

/// A merge is paged like one list, also among equal values of different lists.
pub async fn a_merge_pages_without_gaps(world: World) {
    let ([a, b, c], mut notes) = lists(&world).await;
    for limit in [1, 3, 4] {
        let query = Query::index("by_rank").any_of([[a], [b], [c]]).limit(limit);
        assert_eq!(pages(&world.store, query).await.0, notes, "pages of {limit}");
    }
    notes.reverse();
    let query = Query::index("by_rank").any_of([[a], [b], [c]]).descending().limit(3);
    assert_eq!(pages(&world.store, query).await.0, notes);
    notes.sort_by_key(|note| note.id);
    let query = Query::index("by_owner").any_of([[a], [b], [c]]).limit(4);
    assert_eq!(pages(&world.store, query).await.0, notes);
}

/// A prefix that is named twice is still one list.
pub async fn the_same_prefix_twice_shows_nothing_twice(world: World) {
    let ([a, b, _], mut notes) = lists(&world).await;
    notes.retain(|note| note.owner == a || note.owner == b);
    let query = Query::index("by_rank").any_of([[a], [b], [a], [a]]);
    let found = world.store.collection::<Note>().scan(query).await.unwrap();
    assert_eq!(found.into_documents(), notes);
}

/// The merge of no lists is empty: who follows nobody sees nothing, not everything.
pub async fn no_prefix_finds_nothing(world: World) {
    lists(&world).await;
    let nobody: [[OwnerId; 1]; 0] = [];
    let found = world.store.collection::<Note>().scan(Query::index("by_rank").any_of(nobody)).await.unwrap();
    assert_eq!(found.items, []);
    assert_eq!((found.next, found.first), (None, None));
}

/// A feed over five hundred lists is one page, the newest of all of them.
pub async fn five_hundred_prefixes_are_one_page(world: World) {
    let owners: Vec<_> = (0..500).map(|_| world.owner()).collect();
    let mut notes = Vec::new();
    for chunk in owners.chunks(250) {
        let mut batch = world.store.batch();
        for owner in chunk {
            for rank in 0..2 {
                let note = world.note(*owner, rank);
                batch.insert(&note);
                notes.push(note);
            }
        }
        batch.commit().await.unwrap();
    }
    notes.sort_by_key(|note| std::cmp::Reverse(note.id));
    let query = Query::index("by_owner").any_of(owners.iter().map(|owner| [*owner])).descending().limit(20);
    let found = world.store.collection::<Note>().scan(query.clone()).await.unwrap();
    let next = world.store.collection::<Note>().scan(query.after(found.next.clone())).await.unwrap();
    assert_eq!(found.into_documents(), notes[..20]);
    assert_eq!(next.into_documents(), notes[20..40]);
}

/// Lists that are fixed by two fields are merged like others, also where only some of their combinations are asked for: what
/// a feed does with whom it follows and who may see what.
pub async fn lists_of_two_fields_are_one_order(world: World) {
    let words = world.store.collection::<Word>();
    let mut number = 0;
    for _ in 0..3 {
        for group in ["asha", "bilal", "carla"] {
            for value in ["public", "followers"] {
                let name = format!("{number:02}");
                words.insert(&Word { name, group: group.into(), value: value.into() }).await.unwrap();
                number += 1;
            }
        }
    }
    let asked = [["asha", "public"], ["bilal", "public"], ["asha", "followers"], ["carla", "public"]];
    let query = || Query::index("by_both").any_of(asked).descending().limit(5);
    let (mut found, mut next) = (Vec::new(), None::<Position>);
    loop {
        let page = words.scan(query().after(next)).await.unwrap();
        next = page.next.clone();
        found.extend(page.items.into_iter().map(|word| word.document.name));
        if next.is_none() {
            break;
        }
    }
    assert_eq!(found, ["16", "14", "13", "12", "10", "08", "07", "06", "04", "02", "01", "00"].map(str::to_owned));
}

/// A merge over a unique index is ordered like any other: equal values of different lists by their keys.
pub async fn a_merge_over_a_unique_index_is_in_order(world: World) {
    let seats = world.store.collection::<Seat>();
    for (name, row, number) in [("d", 1, 1), ("c", 2, 1), ("b", 3, 1), ("a", 1, 2), ("e", 2, 0)] {
        let seat = Seat { name: name.into(), hall: "left".into(), row, number: Some(number) };
        seats.insert(&seat).await.unwrap();
    }
    let rows = || (1..=3).map(|row| [Value::from("left"), row.into()]);
    let names = async |query: Query| {
        let page = seats.scan(query).await.unwrap();
        (page.items.into_iter().map(|seat| seat.document.name).collect::<String>(), page.next)
    };
    assert_eq!(names(Query::index("place").any_of(rows())).await.0, "ebcda");
    let first = names(Query::index("place").any_of(rows()).limit(2)).await;
    let second = names(Query::index("place").any_of(rows()).limit(2).after(first.1)).await;
    assert_eq!((first.0.as_str(), second.0.as_str()), ("eb", "cd"));
    assert_eq!(names(Query::index("place").any_of(rows()).descending().limit(3)).await.0, "adc");
}
