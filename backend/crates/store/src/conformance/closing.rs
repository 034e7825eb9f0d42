//! The end of an engine's life.

use super::World;
use super::documents::Note;
use crate::{Error, Query};

/// What was committed before is kept; what comes after is refused, and closing twice is no error.
pub async fn after_close_everything_is_unavailable(world: World) {
    let note = world.stored(world.owner(), 1).await;
    let notes = world.store.collection::<Note>();
    world.store.close().await.unwrap();
    let gone = |error: Error| matches!(error, Error::Unavailable(_));
    assert!(gone(notes.get(&note.id).await.unwrap_err()));
    assert!(gone(notes.insert(&world.note(note.owner, 2)).await.unwrap_err()));
    assert!(gone(notes.scan(Query::by_key()).await.unwrap_err()));
    assert_eq!(world.store.close().await, Ok(()));
}
