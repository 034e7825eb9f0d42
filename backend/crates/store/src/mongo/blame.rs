//! Which index refused an insert, when several would have.
//!
//! The port says the key, since an insert under a taken key is refused whatever the document holds; MongoDB may name any
//! of them, and goes no further. So where it names another one, the key is looked for.

use super::Mongo;
use super::prepared::{Prepared, PreparedAction};
use crate::{Error, KEY_INDEX};

impl Mongo {
    /// The refusal, naming the key if that is taken as well. `writes` are in the order of the batch.
    pub(super) async fn blame(&self, writes: &[Prepared], error: Error) -> Error {
        let Error::Duplicate { write: number, index } = error else {
            return error;
        };
        let refused = writes.iter().find(|write| write.number == number);
        let Some(refused) = refused.filter(|write| matches!(write.action, PreparedAction::Insert(..))) else {
            return error;
        };
        let taken = index == KEY_INDEX
            || match written_before(writes, refused) {
                Some(taken) => taken,
                // If it cannot be read now, what MongoDB named is as true.
                None => {
                    let found = self.get_now(refused.schema, std::slice::from_ref(&refused.key), refused.now).await;
                    found.is_ok_and(|found| found.iter().any(Option::is_some))
                }
            };
        Error::Duplicate { write: number, index: if taken { KEY_INDEX } else { index } }
    }
}

/// Whether the writes before this one left a document under its key; `None` when they did not touch it.
fn written_before(writes: &[Prepared], refused: &Prepared) -> Option<bool> {
    let before = writes.iter().filter(|write| write.number < refused.number);
    let same = before.filter(|write| write.schema.collection == refused.schema.collection && write.key == refused.key);
    same.max_by_key(|write| write.number).map(|write| match write.action {
        PreparedAction::Insert(..) | PreparedAction::Replace(..) | PreparedAction::Add(..) => true,
        PreparedAction::Delete(..) => false,
    })
}
