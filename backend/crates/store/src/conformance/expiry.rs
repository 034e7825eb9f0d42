//! Expiry: invisible at once, by the injected clock; deleted later, by the sweeper.

use std::time::Duration;

use super::World;
use super::documents::Pass;
use crate::{Change, Clock, Error, Query, Result};

const MINUTE: Duration = Duration::from_secs(60);

impl World {
    /// A stored pass that is good for that many minutes, or for ever.
    async fn pass(&self, code: &str, holder: &str, minutes: Option<u32>) -> Result<Pass> {
        let until = minutes.map(|minutes| self.clock.now() + MINUTE * minutes);
        let pass = Pass { code: code.into(), holder: holder.into(), until };
        self.store.collection().insert(&pass).await.map(|()| pass)
    }

    async fn codes(&self) -> Vec<String> {
        let page = self.store.collection::<Pass>().scan(Query::by_key()).await.unwrap();
        page.items.into_iter().map(|pass| pass.document.code).collect()
    }
}

/// At its moment a document is gone for every kind of read.
pub async fn an_expired_document_is_invisible_at_once(world: World) {
    let passes = world.store.collection::<Pass>();
    let pass = world.pass("a", "asha", Some(1)).await.unwrap();
    world.pass("b", "bilal", Some(2)).await.unwrap();
    world.pass("c", "carla", None).await.unwrap();
    world.clock.advance(MINUTE - Duration::from_millis(1));
    assert_eq!(world.codes().await, ["a", "b", "c"]);
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(world.codes().await, ["b", "c"]);
    assert_eq!(passes.get(&pass.code).await, Ok(None));
    assert_eq!(passes.get_many([&pass.code]).await, Ok(vec![None]));
    assert_eq!(passes.exists(&pass.code).await, Ok(false));
    assert_eq!(passes.find("by_holder", &["asha".into()]).await, Ok(None));
    let listed = passes.scan(Query::index("by_holder").any_of([["asha"], ["bilal"]])).await.unwrap();
    assert_eq!(listed.items.len(), 1);
    let page = passes.scan(Query::by_key().limit(1)).await.unwrap();
    assert_eq!(page.items[0].code, "b", "a page is filled with what is visible");
}

/// A key whose document has expired can be used again.
pub async fn an_insert_over_an_expired_document_succeeds(world: World) {
    let old = world.pass("a", "asha", Some(1)).await.unwrap();
    let stored = world.store.collection::<Pass>().get(&old.code).await.unwrap().unwrap();
    assert!(world.pass("a", "asha", Some(1)).await.unwrap_err().is_duplicate_key());
    world.clock.advance(MINUTE);
    let new = world.pass("a", "bilal", Some(1)).await.unwrap();
    let found = world.store.collection::<Pass>().get(&"a".to_owned()).await.unwrap().unwrap();
    assert_eq!(found.document, new);
    assert_ne!(found.revision, stored.revision);
    assert_eq!(world.store.sweep(10).await, Ok(0), "nothing is left of the old one");
    world.pass("b", "asha", Some(1)).await.unwrap();
}

/// A unique value whose document has expired can be used again, under another key.
pub async fn an_expired_document_holds_no_unique_value(world: World) {
    world.pass("a", "asha", Some(1)).await.unwrap();
    let taken = Err(Error::Duplicate { write: 0, index: "by_holder" });
    assert_eq!(world.pass("b", "asha", Some(1)).await, taken);
    world.clock.advance(MINUTE);
    world.pass("b", "asha", None).await.unwrap();
    assert_eq!(world.codes().await, ["b"]);
    let found = world.store.collection::<Pass>().find("by_holder", &["asha".into()]).await.unwrap().unwrap();
    assert_eq!(found.code, "b");
}

/// What has expired is not brought back by who read it before.
pub async fn an_expired_document_cannot_be_replaced(world: World) {
    let passes = world.store.collection::<Pass>();
    let pass = world.pass("a", "asha", Some(1)).await.unwrap();
    let stored = passes.get(&pass.code).await.unwrap().unwrap();
    world.clock.advance(MINUTE);
    let longer = Pass { until: None, ..pass.clone() };
    assert_eq!(passes.replace(&stored, &longer).await, Err(Error::Stale { write: 0 }));
    assert_eq!(passes.modify(&pass.code, |_| Ok::<_, Error>(Change::Write)).await, Ok(None));
    assert_eq!(passes.get(&pass.code).await, Ok(None));
    assert_eq!(passes.delete(&pass.code).await, Ok(()));
}

/// The sweeper deletes what has expired, at most as much as it may, and nothing else.
pub async fn the_sweeper_deletes_the_expired_only(world: World) {
    for number in 0..5 {
        let code = format!("{number}");
        world.pass(&code, &code, Some(number + 1)).await.unwrap();
    }
    world.pass("z", "z", None).await.unwrap();
    assert_eq!(world.store.sweep(10).await, Ok(0));
    world.clock.advance(MINUTE * 3);
    assert_eq!(world.store.sweep(2).await, Ok(2));
    assert_eq!(world.store.sweep(10).await, Ok(1));
    assert_eq!(world.store.sweep(10).await, Ok(0));
    assert_eq!(world.codes().await, ["3", "4", "z"]);
    // What was swept is gone, not hidden: going back in time does not show it.
    world.clock.set(world.clock.now() - MINUTE * 3);
    assert_eq!(world.codes().await, ["3", "4", "z"]);
}

/// A document lives as long as its newest version says.
pub async fn an_expiry_can_be_moved(world: World) {
    let passes = world.store.collection::<Pass>();
    let pass = world.pass("a", "asha", Some(1)).await.unwrap();
    world.pass("b", "bilal", None).await.unwrap();
    let later = |pass: &mut Pass| {
        pass.until = pass.until.map(|until| until + MINUTE);
        Ok::<_, Error>(Change::Write)
    };
    passes.modify(&pass.code, later).await.unwrap();
    world.clock.advance(MINUTE);
    assert_eq!(world.store.sweep(10).await, Ok(0));
    assert_eq!(world.codes().await, ["a", "b"]);
    let now = world.clock.now();
    let end = |pass: &mut Pass| {
        pass.until = Some(now);
        Ok::<_, Error>(Change::Write)
    };
    passes.modify(&"b".to_owned(), end).await.unwrap();
    assert_eq!(world.codes().await, ["a"]);
    assert_eq!(world.store.sweep(10).await, Ok(1));
}

/// A batch takes keys and unique values that expired documents still have, like a single write.
pub async fn a_batch_takes_what_expired_documents_had(world: World) {
    world.pass("a", "asha", Some(1)).await.unwrap();
    world.pass("b", "bilal", Some(1)).await.unwrap();
    let kept = world.pass("c", "carla", None).await.unwrap();
    let stored = world.store.collection::<Pass>().get(&kept.code).await.unwrap().unwrap();
    world.clock.advance(MINUTE);
    let pass = |code: &str, holder: &str| Pass { code: code.into(), holder: holder.into(), until: None };
    let mut batch = world.store.batch();
    batch.insert(&pass("a", "dara")).insert(&pass("d", "bilal")).replace(&stored, &pass("c", "asha"));
    batch.commit().await.unwrap();
    assert_eq!(world.codes().await, ["a", "c", "d"]);
    let found = world.store.collection::<Pass>().find("by_holder", &["asha".into()]).await.unwrap().unwrap();
    assert_eq!(found.code, "c");
    assert_eq!(world.store.sweep(10).await, Ok(0), "nothing is left of the old ones");
}

/// A batch that is refused leaves what had expired where it was, for the sweeper.
pub async fn a_refused_batch_removes_nothing_that_has_expired(world: World) {
    world.pass("a", "asha", Some(1)).await.unwrap();
    let taken = world.pass("b", "bilal", None).await.unwrap();
    world.clock.advance(MINUTE);
    let pass = |code: &str, holder: &str| Pass { code: code.into(), holder: holder.into(), until: None };
    let mut batch = world.store.batch();
    batch.insert(&pass("a", "carla")).insert(&pass("c", "asha")).insert(&taken);
    assert_eq!(batch.commit().await, Err(Error::Duplicate { write: 2, index: crate::KEY_INDEX }));
    assert_eq!(world.codes().await, ["b"]);
    let alone = world.store.collection().insert(&pass("a", "bilal")).await;
    assert_eq!(alone, Err(Error::Duplicate { write: 0, index: "by_holder" }));
    assert_eq!(world.store.sweep(10).await, Ok(1));
}
