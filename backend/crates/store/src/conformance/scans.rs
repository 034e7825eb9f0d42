//! Ordered reads of one list.

use super::World;
use super::documents::{Edge, Note, Word};
use crate::{Position, Query, Store, Time, Value};
use bson::spec::BinarySubtype;
use bson::{Binary, Bson};

/// All pages of a query, with the numbers of documents in each.
pub(super) async fn pages(store: &Store, query: Query) -> (Vec<Note>, Vec<usize>) {
    let (mut all, mut sizes, mut next) = (Vec::new(), Vec::new(), None::<Position>);
    loop {
        let page = store.collection::<Note>().scan(query.clone().after(next)).await.unwrap();
        sizes.push(page.items.len());
        next = page.next.clone();
        all.extend(page.into_documents());
        if next.is_none() {
            return (all, sizes);
        }
    }
}

/// Notes of one owner with many equal ranks, in the order of rank and id.
async fn ties(world: &World) -> (super::OwnerId, Vec<Note>) {
    let owner = world.owner();
    let mut notes = Vec::new();
    for rank in [5, 1, 5, 3, 5, 1, 5] {
        notes.push(world.stored(owner, rank).await);
    }
    world.stored(world.owner(), 5).await;
    notes.sort_by_key(|note| (note.rank, note.id));
    (owner, notes)
}

/// A scan gives the documents by the ordered field, equal ones by key, in both directions.
pub async fn a_scan_is_ordered_by_field_then_key_both_ways(world: World) {
    let (owner, mut notes) = ties(&world).await;
    let query = || Query::index("by_rank").equal([owner]);
    let list = world.store.collection::<Note>();
    assert_eq!(list.scan(query()).await.unwrap().into_documents(), notes);
    notes.reverse();
    assert_eq!(list.scan(query().descending()).await.unwrap().into_documents(), notes);
}

/// Pages of any size show each document once, also where a page ends among equal values.
pub async fn pages_over_ties_show_everything_once(world: World) {
    let (owner, mut notes) = ties(&world).await;
    for limit in [1, 2, 3, 7, 8] {
        let query = Query::index("by_rank").equal([owner]).limit(limit);
        assert_eq!(pages(&world.store, query).await.0, notes, "pages of {limit}");
    }
    let exact = Query::index("by_rank").equal([owner]).limit(7);
    assert_eq!(pages(&world.store, exact).await.1, [7], "no empty page at the end");
    notes.reverse();
    let query = Query::index("by_rank").equal([owner]).descending().limit(2);
    assert_eq!(pages(&world.store, query).await, (notes, vec![2, 2, 2, 1]));
}

/// A cursor is a place, not a document: what is inserted or deleted around it moves nothing else.
pub async fn a_cursor_survives_inserts_and_deletes(world: World) {
    let (owner, mut notes) = ties(&world).await;
    let query = || Query::index("by_rank").equal([owner]).limit(3);
    let list = world.store.collection::<Note>();
    let first = list.scan(query()).await.unwrap();
    let next = Position::from_bytes(&first.next.clone().unwrap().to_bytes());
    // The document on which the page ended, one behind it and one before it go; one comes before it, one behind.
    for gone in [0, 2, 4] {
        list.delete(&notes[gone].id).await.unwrap();
    }
    world.stored(owner, 0).await;
    let late = world.stored(owner, 4).await;
    let rest = list.scan(query().after(next).limit(50)).await.unwrap().into_documents();
    let mut expected = notes.split_off(3);
    expected.remove(1);
    expected.push(late);
    expected.sort_by_key(|note| (note.rank, note.id));
    assert_eq!(rest, expected);
}

/// From a page one comes back to the page before it, in the same order, in both directions.
pub async fn the_page_before_is_the_page_before(world: World) {
    let (owner, _) = ties(&world).await;
    let list = world.store.collection::<Note>();
    let up = || Query::index("by_rank").equal([owner]).limit(2);
    for query in [up(), up().descending()] {
        let first = list.scan(query.clone()).await.unwrap();
        let second = list.scan(query.clone().after(first.next.clone())).await.unwrap();
        let third = list.scan(query.clone().after(second.next.clone())).await.unwrap();
        let before = list.scan(query.clone().before(third.first)).await.unwrap();
        assert_eq!(before.items, second.items);
        let before = list.scan(query.clone().before(before.next)).await.unwrap();
        assert_eq!(before.items, first.items);
        assert_eq!(before.next, None);
        assert_eq!(list.scan(query.before(first.first)).await.unwrap().items, []);
    }
}

/// A range over the ordered field has or has not its ends, as it says.
pub async fn a_range_has_the_ends_it_names(world: World) {
    let owner = world.owner();
    for rank in [-2, -1, 0, 1, 1, 2] {
        world.stored(owner, rank).await;
    }
    let list = world.store.collection::<Note>();
    let ranks = async |query: Query| {
        let page = list.scan(query.equal([owner])).await.unwrap();
        page.items.into_iter().map(|note| note.rank).collect::<Vec<_>>()
    };
    let query = || Query::index("by_rank");
    assert_eq!(ranks(query().at_least(1)).await, [1, 1, 2]);
    assert_eq!(ranks(query().above(1)).await, [2]);
    assert_eq!(ranks(query().at_most(-1)).await, [-2, -1]);
    assert_eq!(ranks(query().below(-1)).await, [-2]);
    assert_eq!(ranks(query().at_least(-1).below(1).descending()).await, [0, -1]);
    assert_eq!(ranks(query().above(1).below(1)).await, [] as [i64; 0]);
    assert_eq!(ranks(query().at_least(2).at_most(-2)).await, [] as [i64; 0]);
    let page = list.scan(query().equal([owner]).at_most(1).limit(4)).await.unwrap();
    assert_eq!(ranks(query().at_most(1).after(page.next)).await, [1]);
}

/// Without an index documents come in the order of their keys, and a range of keys is a range of pairs.
pub async fn keys_are_an_order_of_their_own(world: World) {
    let owners = [world.owner(), world.owner(), world.owner()];
    let edges = world.store.collection::<Edge>();
    let mut all = Vec::new();
    for (from, to) in [(0, 1), (2, 0), (1, 0), (1, 2), (0, 2)] {
        let edge = Edge { from: owners[from], to: owners[to] };
        edges.insert(&edge).await.unwrap();
        all.push(edge);
    }
    all.sort_by_key(|edge| (edge.from, edge.to));
    assert_eq!(edges.scan(Query::by_key()).await.unwrap().into_documents(), all);
    let first = edges.scan(Query::by_key().limit(2)).await.unwrap();
    let rest = edges.scan(Query::by_key().after(first.next)).await.unwrap();
    assert_eq!(rest.into_documents(), all[2..]);
    let end = |byte: u8| [owners[1].as_bytes().to_vec(), vec![byte; 16]].concat();
    let of_one = Query::by_key().at_least(end(0)).at_most(end(0xff));
    let expected: Vec<_> = all.into_iter().filter(|edge| edge.from == owners[1]).collect();
    assert_eq!(edges.scan(of_one).await.unwrap().into_documents(), expected);
}

/// Numbers sort as numbers, dates as dates, text by its bytes, binary by length first.
pub async fn values_sort_as_values_not_as_text(world: World) {
    let words = world.store.collection::<Word>();
    let bytes = |bytes: &[u8]| Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() });
    let date = |time: i64| Bson::DateTime(bson::DateTime::from_millis(time));
    let groups: [(&str, Vec<Bson>); 5] = [
        ("numbers", [i64::MIN, -10, -9, 0, 9, 10, i64::MAX].map(Bson::Int64).into()),
        ("texts", ["", "\0", "10", "9", "A", "a", "a\0", "a\0b", "a ", "ab", "é"].map(Into::into).into()),
        ("bytes", vec![bytes(&[]), bytes(&[9]), bytes(&[0, 0]), bytes(&[0, 1]), bytes(&[0; 300])]),
        ("flags", vec![false.into(), true.into()]),
        ("dates", [-1, 0, 1, 1_790_000_000_000].map(date).into()),
    ];
    for (group, values) in groups {
        for (number, value) in values.iter().enumerate().rev() {
            let word = Word { name: format!("{group}{number:02}"), group: group.into(), value: value.clone() };
            words.insert(&word).await.unwrap();
        }
        let found = words.scan(Query::index("by_value").equal([group])).await.unwrap();
        let found: Vec<_> = found.items.into_iter().map(|word| word.document.value).collect();
        assert_eq!(found, values, "{group}");
    }
    let late = Query::index("by_value").equal(["dates"]).above(Time::from_millis(1));
    assert_eq!(words.scan(late).await.unwrap().items.len(), 1);
}

/// A list of `a` holds nothing of `ab`, of `a\0b`, or of a number that looks alike.
pub async fn prefixes_are_values_not_beginnings(world: World) {
    let words = world.store.collection::<Word>();
    let values = ["a".into(), "ab".into(), "a\0b".into(), Bson::Int64(1), Bson::Int64(256), true.into()];
    for (number, value) in values.into_iter().enumerate() {
        words.insert(&Word { name: format!("{number}"), group: "g".into(), value }).await.unwrap();
    }
    for (name, value) in [("0", Value::from("a")), ("1", "ab".into()), ("3", 1.into()), ("5", true.into())] {
        let query = Query::index("by_both").equal(["g".into(), value]);
        let found = words.scan(query).await.unwrap();
        assert_eq!(found.items.iter().map(|word| word.name.as_str()).collect::<Vec<_>>(), [name]);
    }
}

/// Values of every kind can stand in one list: kind after kind, whatever range and page is asked for.
pub async fn values_of_every_kind_are_one_order(world: World) {
    let words = world.store.collection::<Word>();
    let date = Bson::DateTime(bson::DateTime::from_millis(0));
    let bytes = Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: vec![1] });
    let values = [Bson::Int64(-1), Bson::Int64(7), "".into(), "z".into(), bytes, false.into(), true.into(), date];
    let names: Vec<_> = (0..values.len()).map(|number| format!("{number}")).collect();
    for (name, value) in names.iter().zip(values) {
        words.insert(&Word { name: name.clone(), group: "g".into(), value }).await.unwrap();
    }
    let list = || Query::index("by_value").equal(["g"]);
    let found = async |query: Query| {
        let page = words.scan(query).await.unwrap();
        page.items.into_iter().map(|word| word.document.name).collect::<Vec<_>>()
    };
    assert_eq!(found(list().at_least(7)).await, names[1..]);
    assert_eq!(found(list().above("z")).await, names[4..]);
    assert_eq!(found(list().at_most("a").descending()).await, ["2", "1", "0"]);
    assert_eq!(found(list().above(0).below(true)).await, names[1..6]);
    let backwards: Vec<_> = names.iter().rev().cloned().collect();
    for (query, expected) in
        [(list().limit(3), &names), (list().limit(1), &names), (list().descending().limit(3), &backwards)]
    {
        let (mut all, mut next) = (Vec::new(), None::<Position>);
        loop {
            let page = words.scan(query.clone().after(next)).await.unwrap();
            next = page.next.clone();
            all.extend(page.items.into_iter().map(|word| word.document.name));
            if next.is_none() {
                break;
            }
        }
        assert_eq!(&all, expected);
    }
}
