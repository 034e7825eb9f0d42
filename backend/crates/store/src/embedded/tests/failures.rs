//! Disks that fail: what was acknowledged stays, the caller is told, and it goes on when the disk does.

use std::sync::Arc;

use redb::ReadableTable;

use super::disk::Disk;
use super::{THINGS, Thing, numbers, thing};
use crate::embedded::layout::Documents;
use crate::{Embedded, Error, MockClock, Options, Query, Store};

async fn store_on(disk: &Disk) -> Store {
    let engine = Embedded::start(disk.clone(), Options::default()).unwrap();
    let store = Store::new(Arc::new(engine), MockClock::default());
    store.ensure(&[&THINGS]).await.unwrap();
    store
}

#[tokio::test]
async fn what_is_acknowledged_survives_a_power_cut() {
    let disk = Disk::default();
    let store = store_on(&disk).await;
    for number in 0..20 {
        let mut batch = store.batch();
        batch.insert(&thing(2 * number)).insert(&thing(2 * number + 1));
        batch.commit().await.unwrap();
        let after = disk.after_power_cut();
        assert_eq!(numbers(&store_on(&after).await).await, (0..2 * number + 2).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_disk_that_is_full_in_the_middle_loses_nothing_and_goes_on_later() {
    let disk = Disk::default();
    let store = store_on(&disk).await;
    let things = store.collection::<Thing>();
    things.insert(&thing(0)).await.unwrap();
    disk.set_full(true);
    let Err(Error::Unavailable(reason)) = things.insert(&thing(1)).await else {
        panic!("a full disk took a document");
    };
    assert!(reason.contains("full"), "{reason}");
    assert!(things.insert(&thing(1)).await.is_err());
    disk.set_full(false);
    assert_eq!(numbers(&store).await, [0]);
    things.insert(&thing(1)).await.unwrap();
    assert_eq!(numbers(&store).await, [0, 1]);
    assert_eq!(numbers(&store_on(&disk.after_power_cut()).await).await, [0, 1]);
}

#[tokio::test]
async fn a_write_that_may_not_have_reached_the_disk_is_not_acknowledged() {
    let disk = Disk::default();
    let store = store_on(&disk).await;
    let things = store.collection::<Thing>();
    things.insert(&thing(0)).await.unwrap();
    disk.set_broken(true);
    assert!(matches!(things.insert(&thing(1)).await, Err(Error::Unavailable(_))));
    disk.set_broken(false);
    // Whether it got there nobody can know; but what is there is whole, and the store goes on.
    let found = numbers(&store).await;
    assert!(found == [0] || found == [0, 1], "{found:?}");
    things.insert(&thing(2)).await.unwrap();
    assert!(numbers(&store).await.ends_with(&[2]));
}

#[tokio::test]
async fn a_nearly_full_disk_refuses_writes_and_serves_reads() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = super::open(&path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    store.collection().insert(&thing(0)).await.unwrap();
    drop(store);
    let options = Options { min_free_bytes: u64::MAX, ..Options::default() };
    let store = Store::open(&path, MockClock::default(), options).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    let Err(Error::Unavailable(reason)) = store.collection().insert(&thing(1)).await else {
        panic!("a full disk took a document");
    };
    assert!(reason.contains("make room"), "{reason}");
    assert_eq!(numbers(&store).await, [0]);
}

#[tokio::test]
async fn a_damaged_disk_is_reported_and_stops_nobody_else() {
    let disk = Disk::default();
    let store = store_on(&disk).await;
    for number in 0..200 {
        store.collection().insert(&thing(number)).await.unwrap();
    }
    store.close().await.unwrap();
    // Everything behind the header; redb keeps its header in the first page.
    disk.damage(4096, disk.len());
    let outcome = match Embedded::start(disk, Options::default()) {
        Err(error) => Err(error),
        Ok(engine) => {
            let store = Store::new(Arc::new(engine), MockClock::default());
            store.ensure(&[&THINGS]).await
        }
    };
    let reason = outcome.unwrap_err().to_string();
    assert!(reason.contains("damaged"), "{reason}");
}

#[tokio::test]
async fn a_single_wrong_bit_in_a_document_is_found_when_it_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = super::open(&path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    for number in 0..3 {
        store.collection().insert(&thing(number)).await.unwrap();
    }
    drop(store);
    let key = crate::embedded::layout::encode_key(&crate::Key::text(thing(1).name));
    // In the revision, the expiry, the checksum, the document.
    for at in [7, 9, 17, 40] {
        flip(&path, &key, at);
        let store = super::open(&path).unwrap();
        store.ensure(&[&THINGS]).await.unwrap();
        let things = store.collection::<Thing>();
        let reason = things.get(&thing(1).name).await.unwrap_err().to_string();
        assert!(reason.contains("damaged"), "{at}: {reason}");
        assert_eq!(things.get(&thing(2).name).await.unwrap().unwrap().document, thing(2));
        drop((things, store));
        flip(&path, &key, at);
    }
    let store = super::open(&path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    assert_eq!(numbers(&store).await, [0, 1, 2]);
}

/// Turns a bit of a record over.
fn flip(path: &std::path::Path, key: &[u8], at: usize) {
    let database = redb::Database::open(path).unwrap();
    let write = database.begin_write().unwrap();
    {
        let mut documents = write.open_table(Documents::new("things")).unwrap();
        let mut record = documents.get(key).unwrap().unwrap().value().to_vec();
        record[at] ^= 4;
        documents.insert(key, record.as_slice()).unwrap();
    }
    write.commit().unwrap();
}

/// A document that is not shown is not read: one that cannot be read stands in nobody's way.
#[tokio::test]
async fn a_merge_reads_only_what_it_shows() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = super::open(&path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    for number in 0..30 {
        store.collection().insert(&thing(number)).await.unwrap();
    }
    drop(store);
    let database = redb::Database::open(&path).unwrap();
    let write = database.begin_write().unwrap();
    {
        let mut documents = write.open_table(Documents::new("things")).unwrap();
        let late = crate::embedded::layout::encode_key(&crate::Key::text(thing(6).name));
        documents.insert(late.as_slice(), [].as_slice()).unwrap();
    }
    write.commit().unwrap();
    drop(database);
    let store = super::open(&path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    let things = store.collection::<Thing>();
    // A page of five asks for six, to know whether there is more.
    let page = |limit| Query::index("by_group").any_of([[0], [1], [2]]).limit(limit);
    let first = things.scan(page(5)).await.unwrap();
    assert_eq!(first.into_documents(), (0..5).map(thing).collect::<Vec<_>>());
    let reason = things.scan(page(6)).await.unwrap_err().to_string();
    assert!(reason.contains("damaged"), "{reason}");
}
