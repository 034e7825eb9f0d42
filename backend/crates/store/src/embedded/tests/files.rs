//! Files: found again, locked, and refused in words when they are not ours.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use redb::TableDefinition;

use super::{THINGS, numbers, open, thing};
use crate::embedded::file::{FACTS, FORMAT, unopened};
use crate::{Error, Store};

fn refusal(path: &Path) -> String {
    let Err(Error::Engine(reason)) = open(path).map(|_| ()) else {
        panic!("{} was opened", path.display());
    };
    assert!(reason.contains(&path.display().to_string()), "{reason}");
    reason
}

async fn filled(path: &Path) -> Store {
    let store = open(path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    store.collection().insert(&thing(1)).await.unwrap();
    store
}

#[tokio::test]
async fn a_file_is_found_again_and_no_revision_comes_twice() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = filled(&path).await;
    let key = thing(1).name;
    let before = store.collection::<super::Thing>().get(&key).await.unwrap().unwrap();
    drop(store);
    let store = open(&path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    let things = store.collection::<super::Thing>();
    assert_eq!(things.get(&key).await, Ok(Some(before.clone())));
    things.delete(&key).await.unwrap();
    things.insert(&thing(1)).await.unwrap();
    let after = things.get(&key).await.unwrap().unwrap();
    assert_ne!(after.revision, before.revision);
    assert!(things.replace(&before, &thing(1)).await.unwrap_err().is_stale());
}

#[tokio::test]
async fn closing_lets_go_of_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = filled(&path).await;
    store.close().await.unwrap();
    let again = open(&path).unwrap();
    again.ensure(&[&THINGS]).await.unwrap();
    assert_eq!(numbers(&again).await, [1]);
}

#[tokio::test]
async fn what_was_queued_is_written_before_the_file_is_closed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = filled(&path).await;
    let writers: Vec<_> = (2..200)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.collection().insert(&thing(number)).await.map(|()| number) })
        })
        .collect();
    tokio::task::yield_now().await;
    store.close().await.unwrap();
    let mut acknowledged = vec![1];
    for writer in writers {
        acknowledged.extend(writer.await.unwrap().ok());
    }
    assert!(acknowledged.len() > 1);
    let again = open(&path).unwrap();
    again.ensure(&[&THINGS]).await.unwrap();
    assert_eq!(numbers(&again).await, acknowledged);
}

#[tokio::test]
async fn a_file_serves_one_store_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let store = filled(&path).await;
    assert!(refusal(&path).contains("in use by another process"));
    assert_eq!(numbers(&store).await, [1]);
}

#[test]
fn a_file_of_another_kind_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    let text = "Buy milk. ".repeat(2000);
    fs::write(&path, &text).unwrap();
    assert!(refusal(&path).contains("not a store file"));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    const OTHER: TableDefinition<'_, &str, u64> = TableDefinition::new("other");
    let database = redb::Database::create(&path).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(OTHER).unwrap().insert("a", 1).unwrap();
    write.commit().unwrap();
    drop(database);
    assert!(refusal(&path).contains("not a store file"));
}

#[tokio::test]
async fn a_newer_format_names_both_versions() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    drop(filled(&path).await);
    let database = redb::Database::open(&path).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(FACTS).unwrap().insert("format", FORMAT + 1).unwrap();
    write.commit().unwrap();
    drop(database);
    let reason = refusal(&path);
    assert!(reason.contains("format 3, this one reads 2"), "{reason}");
}

#[tokio::test]
async fn a_file_that_was_cut_is_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    drop(filled(&path).await);
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2).unwrap();
    assert!(refusal(&path).contains("damaged"));
    file.set_len(100).unwrap();
    let reason = refusal(&path);
    assert!(reason.contains("damaged") || reason.contains("not a store file"), "{reason}");
}

#[test]
fn a_path_where_no_file_can_be_says_why() {
    let directory = tempfile::tempdir().unwrap();
    assert!(refusal(directory.path()).contains("is a directory"));
    assert!(refusal(&directory.path().join("missing/store")).contains("directory does not exist"));
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(refusal(&file.join("store")).contains("directory does not exist"));
}

#[test]
fn a_place_that_cannot_be_written_says_so() {
    // The tests may run as the administrator, whom no file mode refuses.
    for kind in [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem] {
        let reason = unopened("/data/store", &kind.into()).to_string();
        assert!(reason.contains("`/data/store` cannot be written: give this user the right to"), "{reason}");
    }
    let reason = unopened("/data/store", &ErrorKind::StorageFull.into()).to_string();
    assert!(reason.contains("make room"), "{reason}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    drop(filled(&path).await);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

/// What a kill in the middle of making it leaves beside it stands in nobody's way.
#[tokio::test]
async fn a_file_appears_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let half_made = directory.path().join(format!("store.{}.new", std::process::id()));
    fs::write(&half_made, [0; 5000]).unwrap();
    drop(filled(&path).await);
    let there: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(there, ["store"]);
    assert_eq!(numbers(&filled_again(&path).await).await, [1]);
}

#[tokio::test]
async fn what_a_killed_process_half_made_is_tidied_away_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    for name in ["store.4242.new", "store.copy.new", "store..new", "other.4242.new", "store.4242"] {
        fs::write(directory.path().join(name), [0; 5000]).unwrap();
    }
    drop(filled(&path).await);
    let mut there: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    there.sort();
    assert_eq!(there, ["other.4242.new", "store", "store..new", "store.4242", "store.copy.new"]);
}

async fn filled_again(path: &Path) -> Store {
    let store = open(path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    store
}
