//! Documents by key: reading, creating, deleting.

use super::World;
use super::documents::{Edge, Note, OwnerId, Sample};
use crate::{Document, Error, Schema};

/// A document is found by its key alone, and nothing else is.
pub async fn a_document_is_found_by_its_key_alone(world: World) {
    let notes = world.store.collection::<Note>();
    let note = world.stored(world.owner(), 7).await;
    let other = world.note(world.owner(), 7);
    assert_eq!(*notes.get(&note.id).await.unwrap().unwrap(), note);
    assert_eq!(notes.get(&other.id).await, Ok(None));
    assert_eq!(notes.exists(&note.id).await, Ok(true));
    assert_eq!(notes.exists(&other.id).await, Ok(false));
}

/// A read of many keys answers in their order, also for keys that are not there or come twice.
pub async fn many_keys_are_one_read_in_their_order(world: World) {
    let notes = world.store.collection::<Note>();
    let owner = world.owner();
    let (a, b) = (world.stored(owner, 1).await, world.stored(owner, 2).await);
    let missing = world.note(owner, 3);
    let found = notes.get_many([&b.id, &missing.id, &a.id, &b.id]).await.unwrap();
    let found: Vec<_> = found.into_iter().map(|note| note.map(|note| note.into_document())).collect();
    assert_eq!(found, [Some(b.clone()), None, Some(a), Some(b)]);
    assert_eq!(notes.get_many([]).await, Ok(Vec::new()));
}

/// An insert under a key that is taken is refused and changes nothing.
pub async fn an_insert_never_overwrites(world: World) {
    let notes = world.store.collection::<Note>();
    let note = world.stored(world.owner(), 1).await;
    let again = Note { rank: 2, ..note.clone() };
    let refused = notes.insert(&again).await.unwrap_err();
    assert_eq!(refused, Error::Duplicate { write: 0, index: crate::KEY_INDEX });
    assert_eq!(*notes.get(&note.id).await.unwrap().unwrap(), note);
}

/// Pairs of ids, and texts of every kind, are keys that are never confused.
pub async fn keys_of_every_form_are_told_apart(world: World) {
    let (a, b) = (world.owner(), world.owner());
    let edges = world.store.collection::<Edge>();
    edges.insert(&Edge { from: a, to: b }).await.unwrap();
    assert_eq!(edges.get(&(b, a)).await, Ok(None));
    assert_eq!(*edges.get(&(a, b)).await.unwrap().unwrap(), Edge { from: a, to: b });
    let samples = world.store.collection::<Sample>();
    let names = ["", "a", "A", "a\0", "a\0b", "é", "e\u{301}", "a.b", "$a", " a"];
    for name in names {
        samples.insert(&Sample { name: name.into(), value: name.into() }).await.unwrap();
    }
    for name in names {
        let found = samples.get(&name.to_owned()).await.unwrap().unwrap();
        assert_eq!(found.value.as_str(), Some(name));
    }
}

/// What was read before a deletion cannot be written back, not even over a document of the same key.
pub async fn a_deleted_document_is_gone_and_its_revision_with_it(world: World) {
    let notes = world.store.collection::<Note>();
    let note = world.stored(world.owner(), 1).await;
    let old = notes.get(&note.id).await.unwrap().unwrap();
    notes.delete(&note.id).await.unwrap();
    assert_eq!(notes.get(&note.id).await, Ok(None));
    assert_eq!(notes.delete(&note.id).await, Ok(()), "deleting nothing is no error");
    assert_eq!(notes.replace(&old, &note).await, Err(Error::Stale { write: 0 }));
    assert_eq!(notes.delete_at(&old).await, Err(Error::Stale { write: 0 }));
    notes.insert(&note).await.unwrap();
    assert_eq!(notes.replace(&old, &note).await, Err(Error::Stale { write: 0 }));
    assert_eq!(notes.delete_at(&old).await, Err(Error::Stale { write: 0 }));
    let new = notes.get(&note.id).await.unwrap().unwrap();
    assert_ne!(new.revision, old.revision);
    assert_eq!(notes.delete_at(&new).await, Ok(()));
}

/// A collection that was not declared is neither read nor written.
pub async fn undeclared_collections_are_refused(world: World) {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Stray {
        id: OwnerId,
    }
    static STRAYS: Schema = Schema::new("strays");
    impl Document for Stray {
        type Key = OwnerId;
        const SCHEMA: &'static Schema = &STRAYS;
        fn key(&self) -> OwnerId {
            self.id
        }
    }
    let strays = world.store.collection::<Stray>();
    let stray = Stray { id: world.owner() };
    let refused = |error: Error| matches!(&error, Error::Engine(reason) if reason.contains("strays"));
    assert!(refused(strays.get(&stray.id).await.unwrap_err()));
    assert!(refused(strays.insert(&stray).await.unwrap_err()));
    assert!(refused(strays.scan(crate::Query::by_key()).await.unwrap_err()));
    world.store.ensure(&[&STRAYS]).await.unwrap();
    strays.insert(&stray).await.unwrap();
    assert_eq!(*strays.get(&stray.id).await.unwrap().unwrap(), stray);
}
