//! Dumps: one moment of a file that goes on changing, whole or not at all.

use std::path::Path;

use super::{THINGS, Thing, numbers, open, thing};
use crate::{Dump, Embedded, MockClock, Options, Store, is_in_use, load_dump};

/// An engine beside the store that is on it.
async fn engine(path: &Path) -> (std::sync::Arc<Embedded>, Store) {
    let engine = std::sync::Arc::new(Embedded::open(path, Options::default()).unwrap());
    let store = Store::new(engine.clone(), MockClock::default());
    store.ensure(&[&THINGS]).await.unwrap();
    (engine, store)
}

fn bytes_of(dump: &Dump) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut told = (0, 0);
    let dumped = dump.write_to(&mut bytes, &mut |done, total| told = (done, total)).unwrap();
    assert_eq!(told, (dumped.entries, dumped.entries));
    bytes
}

async fn loaded(bytes: &[u8], path: &Path) -> Store {
    load_dump(&mut &*bytes, path, &mut |_, _| ()).unwrap();
    let store = open(path).unwrap();
    store.ensure(&[&THINGS]).await.unwrap();
    store
}

#[tokio::test]
async fn a_dump_is_one_moment_however_much_is_written_meanwhile() {
    let directory = tempfile::tempdir().unwrap();
    let (engine, store) = engine(&directory.path().join("store")).await;
    for number in 0..50 {
        store.collection().insert(&thing(number)).await.unwrap();
    }
    let dump = engine.dump().await.unwrap();
    store.collection::<Thing>().delete(&thing(3).name).await.unwrap();
    store.collection().insert(&thing(50)).await.unwrap();
    let copy = loaded(&bytes_of(&dump), &directory.path().join("copy")).await;
    assert_eq!(numbers(&copy).await, (0..50).collect::<Vec<_>>());
    copy.collection().insert(&thing(99)).await.unwrap();
    drop(dump);
    let later = loaded(&bytes_of(&engine.dump().await.unwrap()), &directory.path().join("later")).await;
    assert_eq!(numbers(&later).await, numbers(&store).await);
}

#[tokio::test]
async fn a_copy_never_gives_out_a_revision_of_the_original() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    let (_, store) = engine(&path).await;
    store.collection().insert(&thing(1)).await.unwrap();
    let things = store.collection::<Thing>();
    let before = things.get(&thing(1).name).await.unwrap().unwrap();
    store.close().await.unwrap();
    let copy = loaded(&bytes_of(&Dump::of_file(&path).unwrap()), &directory.path().join("copy")).await;
    let things = copy.collection::<Thing>();
    assert_eq!(things.get(&thing(1).name).await.unwrap().unwrap(), before);
    things.replace(&before, &thing(1)).await.unwrap();
    assert!(things.get(&thing(1).name).await.unwrap().unwrap().revision.number() > before.revision.number());
}

#[tokio::test]
async fn a_dump_that_breaks_off_leaves_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let (engine, store) = engine(&directory.path().join("store")).await;
    for number in 0..20 {
        store.collection().insert(&thing(number)).await.unwrap();
    }
    let whole = bytes_of(&engine.dump().await.unwrap());
    let copy = directory.path().join("copy");
    for length in [0, 10, 30, whole.len() / 2, whole.len() - 1] {
        let error = load_dump(&mut &whole[..length], &copy, &mut |_, _| ()).unwrap_err().to_string();
        assert!(error.contains("could not be read"), "{length}: {error}");
        assert!(!copy.exists());
    }
    let mut strange = whole.clone();
    strange[20] ^= 1;
    assert!(load_dump(&mut strange.as_slice(), &copy, &mut |_, _| ()).is_err(), "the number of entries is checked");
    load_dump(&mut whole.as_slice(), &copy, &mut |_, _| ()).unwrap();
    let error = load_dump(&mut whole.as_slice(), &copy, &mut |_, _| ()).unwrap_err().to_string();
    assert!(error.contains("is there already"), "{error}");
}

#[tokio::test]
async fn a_file_in_use_is_not_dumped_from_outside() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    assert!(!is_in_use(&path));
    assert!(Dump::of_file(&path).err().unwrap().to_string().contains("there is no file"));
    let (_, store) = engine(&path).await;
    assert!(is_in_use(&path));
    assert!(Dump::of_file(&path).err().unwrap().to_string().contains("in use by another process"));
    store.close().await.unwrap();
    assert!(!is_in_use(&path));
    let dump = Dump::of_file(&path).unwrap();
    assert!(is_in_use(&path), "it is locked while it is read");
    drop(dump);
}
