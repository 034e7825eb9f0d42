//! How a replica of the resource server follows the list: a long poll that is answered at once by what this process
//! ends, and within a quarter of a second by what another replica ends.

use std::time::Duration;

use httpkit::auth_wire::Events;
use store::{Query, Stored, Time, Value};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::Revocation;
use super::cursor::Cursor;
use super::news::Bell;
use crate::core::Core;
use crate::error::{Error, Result};

/// How often the store is asked for what other replicas wrote.
const POLL: Duration = Duration::from_millis(250);
const PAGE: usize = 500;

/// What ended since `after` (empty: everything that still matters), waiting up to `wait` for news.
///
/// # Errors
/// `invalid_request` for a cursor that is none of ours.
pub(crate) async fn follow(core: &Core, after: &str, wait: Duration) -> Result<Events> {
    let cursor = Cursor::parse(after).ok_or_else(|| Error::invalid_request("`after` is no position in this list"))?;
    // Heard before the first look, so that nothing falls between the two.
    let mut bell = core.news.listen();
    let give_up = deadline(wait.min(core.lifetimes.longest_wait));
    loop {
        let entries = entries_from(core, cursor.from()).await?;
        let ids: Vec<_> = entries.iter().map(|entry| entry.id).collect();
        let all = cursor.missed_one(&ids);
        let ended: Vec<_> =
            entries.iter().filter(|entry| all || cursor.is_new(&entry.id)).map(|entry| entry.to_wire()).collect();
        if !ended.is_empty() || bell.borrow().stopping || !wait_for_news(&mut bell, give_up).await {
            return Ok(Events { next: cursor.after(&ids).write(), ended });
        }
    }
}

async fn entries_from(core: &Core, from: Time) -> Result<Vec<Stored<Revocation>>> {
    let mut entries = Vec::new();
    let mut after = None;
    loop {
        let query = Query::by_key().at_least(first_id_of(from)).after(after).limit(PAGE);
        let page = core.revocations.scan(query).await?;
        entries.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(entries),
        }
    }
}

/// The least key that an id of this moment can have.
fn first_id_of(time: Time) -> Value {
    let millis = u64::try_from(time.as_millis()).unwrap_or(0);
    let mut bytes = vec![0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    Value::Bytes(bytes)
}

#[expect(clippy::disallowed_methods, reason = "how long a caller is kept waiting is measured, not stored")]
fn deadline(wait: Duration) -> Instant {
    Instant::now() + wait
}

/// Waits for the bell, or until it is time to look again; `false` when it is time to give up.
async fn wait_for_news(bell: &mut watch::Receiver<Bell>, give_up: Instant) -> bool {
    let look_again = deadline(POLL);
    if look_again >= give_up {
        return timeout_at(give_up, bell.changed()).await.is_ok();
    }
    // Whether it rang or the time was up: look.
    let _rang = timeout_at(look_again, bell.changed()).await;
    true
}
