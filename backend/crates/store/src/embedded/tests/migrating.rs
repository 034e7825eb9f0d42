//! Files of an older format, made here by hand as that format was.

use std::fs;
use std::path::Path;

use redb::{Database, ReadableDatabase};

use super::{THINGS, numbers, open, thing};
use crate::embedded::file::{FACTS, FORMAT, SCHEMAS};
use crate::embedded::layout::{self, Documents, Entries};
use crate::{Document, Error, Key, Migration, migrate};

/// A file as format 1 had it, with things 0 to 19.
fn format_1(path: &Path) {
    let database = Database::create(path).unwrap();
    let write = database.begin_write().unwrap();
    {
        let mut facts = write.open_table(FACTS).unwrap();
        facts.insert("format", 1).unwrap();
        facts.insert("epoch", 3).unwrap();
        let mut schemas = write.open_table(SCHEMAS).unwrap();
        schemas.insert("things", "by_group=group by rank\n").unwrap();
        let mut documents = write.open_table(Documents::new("things")).unwrap();
        let mut entries = write.open_table(Entries::new("things/by_group")).unwrap();
        for number in 0..20 {
            let thing = thing(number);
            let key = layout::encode_key(&Key::text(thing.key()));
            let body = bson::serialize_to_vec(&thing).unwrap();
            let revision = (3_i64 << 40) + number;
            let record = [&revision.to_be_bytes()[..], &i64::MAX.to_be_bytes(), &body].concat();
            documents.insert(key.as_slice(), record.as_slice()).unwrap();
            for entry in layout::entries(&THINGS, &key, &body).unwrap() {
                entries.insert(entry.bytes.as_slice(), ()).unwrap();
            }
        }
    }
    write.commit().unwrap();
}

fn format_of(path: &Path) -> u64 {
    let database = Database::open(path).unwrap();
    let facts = database.begin_read().unwrap().open_table(FACTS).unwrap();
    facts.get("format").unwrap().unwrap().value()
}

fn refusal(path: &Path) -> String {
    let Err(Error::Engine(reason)) = open(path).map(|_| ()) else {
        panic!("{} was opened", path.display());
    };
    reason
}

#[tokio::test]
async fn an_older_file_is_refused_until_it_is_migrated_and_then_has_everything() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    format_1(&path);
    let reason = refusal(&path);
    assert!(reason.contains("format 1, this one reads 2") && reason.contains("store migrate"), "{reason}");

    let mut told = 0;
    let dry = migrate(&path, true, &mut |documents| told = documents).unwrap();
    assert_eq!(dry, Migration { from: 1, to: FORMAT, steps: vec!["each document gets a checksum"], documents: 20 });
    assert_eq!((told, format_of(&path)), (20, 1), "a dry run changes nothing");
    assert!(refusal(&path).contains("format 1"));

    assert_eq!(migrate(&path, false, &mut |_| ()).unwrap(), dry, "what the dry run said is what happened");
    let store = open(&path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    assert_eq!(numbers(&store).await, (0..20).collect::<Vec<_>>());
    let stored = store.collection::<super::Thing>().get(&thing(7).name).await.unwrap().unwrap();
    assert_eq!(stored.revision.number(), (3 << 40) + 7, "a document keeps its revision");
    store.collection().replace(&stored, &thing(7)).await.unwrap();
    store.close().await.unwrap();
    assert!(migrate(&path, false, &mut |_| ()).unwrap().is_empty(), "there is nothing left to do");
}

#[test]
fn a_damaged_older_file_is_refused_and_stays_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    format_1(&path);
    let database = Database::open(&path).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(Documents::new("things")).unwrap().insert([0x20].as_slice(), [1, 2].as_slice()).unwrap();
    write.commit().unwrap();
    drop(database);
    for dry_run in [true, false] {
        let reason = migrate(&path, dry_run, &mut |_| ()).unwrap_err().to_string();
        assert!(reason.contains("damaged"), "{reason}");
        assert_eq!(format_of(&path), 1);
    }
}

#[test]
fn what_cannot_be_migrated_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let reason = |path: &Path| migrate(path, false, &mut |_| ()).unwrap_err().to_string();
    assert!(reason(&path).contains("there is no file"), "{}", reason(&path));
    assert!(!path.exists(), "looking for it does not make it");
    format_1(&path);
    let database = Database::open(&path).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(FACTS).unwrap().insert("format", FORMAT + 1).unwrap();
    write.commit().unwrap();
    assert!(reason(&path).contains("in use by another process"));
    drop(database);
    assert!(reason(&path).contains("newer version"));
    let text = "Buy milk. ".repeat(2000);
    fs::write(&path, &text).unwrap();
    assert!(reason(&path).contains("not a store file"));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}
