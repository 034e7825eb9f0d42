//! Every collection of the resource server, in one list: what is declared at start, copied to another engine, spread over
//! shards. A slice adds its own to its `SCHEMAS`, a new slice is a line here; a test reads the sources and finds one that
//! is missing.

use std::sync::LazyLock;

use httpkit::jobs::Queue as _;
use store::Schema;

use crate::jobs::ResourceQueue;
use crate::{
    accounts, audit, comments, follows, idempotency, likes, media, moderation, notable, posts, users, webhooks,
};

static ALL: LazyLock<Vec<&'static Schema>> = LazyLock::new(|| {
    let slices = [
        accounts::SCHEMAS,
        users::SCHEMAS,
        posts::SCHEMAS,
        media::SCHEMAS,
        likes::SCHEMAS,
        comments::SCHEMAS,
        follows::SCHEMAS,
        idempotency::SCHEMAS,
        audit::SCHEMAS,
        notable::SCHEMAS,
        webhooks::SCHEMAS,
        moderation::SCHEMAS,
        &[ResourceQueue::SCHEMA],
    ];
    slices.concat()
});

/// The collections of the resource server.
pub fn schemas() -> &'static [&'static Schema] {
    &ALL
}
