//! Cursors: where a list goes on. Opaque and sealed, so that a forged one is 400 and never a query of the caller's making.
//!
//! A cursor is bound to its list (`home feed of that user`): taken to another list it does not open.

use serde::{Deserialize, Serialize};
use store::{Position, Random};

use crate::error::{Error, Result};
use crate::seal::Sealer;

/// Seals and opens the cursors of a server.
#[derive(Debug)]
pub struct Cursors(Sealer);

#[derive(Serialize, Deserialize)]
struct Sealed {
    list: String,
    position: Vec<u8>,
}

impl Cursors {
    /// The purpose to derive the key for.
    pub const PURPOSE: &'static str = "cursor";

    /// `key` as derived for [`Cursors::PURPOSE`].
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Sealer::new(Self::PURPOSE, key))
    }

    /// The cursor that goes on after `position` in `list`.
    pub fn write(&self, list: &str, position: &Position, random: &dyn Random) -> String {
        self.0.seal(&Sealed { list: list.to_owned(), position: position.to_bytes() }, random)
    }

    /// Where to go on in `list`.
    ///
    /// # Errors
    /// 400 `cursor_invalid` for anything that was not written for this list.
    pub fn read(&self, list: &str, cursor: &str) -> Result<Position> {
        self.0
            .open::<Sealed>(cursor)
            .ok()
            .filter(|sealed| sealed.list == list)
            .and_then(|sealed| Position::from_bytes(&sealed.position))
            .ok_or_else(|| {
                Error::unreadable("cursor_invalid", "This cursor is not one of ours. Start the list again")
                    .field("cursor")
            })
    }
}
