//! One-time codes and links: asked for, drawn, tried, used. One live one for each person and purpose.
//!
//! Asking writes a document without a code and a job; the job draws the code, keeps its keyed hash and sends it, so that the
//! code itself is written down nowhere. Asking again makes the former one worthless at once. How often one may ask and try
//! is kept in the document, so that it holds on every replica and after a restart.
//!
//! What a code opens is its caller's matter: [`find`] says whether it is good, and whoever acts on that deletes the document
//! in the same batch, so that it is used once.

mod document;
mod secret;

use std::time::Duration;

use httpkit::{Error, Result, UserId};
use store::{Batch, Stored, Time};

use crate::app::App;

pub(crate) use document::Code;
pub(super) use document::Purpose;
pub(crate) use secret::CodeKey;
use secret::Drawn;

/// Between two of one purpose.
pub(super) const PAUSE: Duration = Duration::from_secs(60);
/// How many of one purpose are sent within [`WINDOW`].
const MOST_SENT: i64 = 10;
const WINDOW: Duration = Duration::from_secs(24 * 3600);
/// How often one code may be tried.
const TRIES: i64 = 5;

/// What may be asked for, and from when on again.
#[derive(Debug)]
pub(super) enum Asked {
    /// It is on its way once the batch is committed.
    Now,
    /// Not before so much time has passed.
    After(Duration),
}

/// Adds to `batch` that `user` asked at `now` for a new code for `target`; the former one is worthless then.
pub(super) fn ask(
    batch: &mut Batch,
    known: Option<&Stored<Code>>,
    user: UserId,
    purpose: Purpose,
    target: &str,
    now: Time,
) -> Asked {
    let begun = known.filter(|known| now < known.window_ends);
    let wait = begun.and_then(|known| {
        let pause = (known.asked_at + PAUSE).since(now);
        let until = if known.sent >= MOST_SENT { known.window_ends.since(now) } else { pause };
        (!until.is_zero()).then_some(until)
    });
    if let Some(wait) = wait {
        return Asked::After(wait);
    }
    let window_ends = begun.map_or(now + WINDOW, |known| known.window_ends);
    let code = Code {
        user_id: user,
        purpose,
        target: target.to_owned(),
        hash: None,
        tries_left: 0,
        good_until: None,
        asked_at: now,
        sent: begun.map_or(0, |known| known.sent) + 1,
        window_ends,
        expires_at: window_ends + WINDOW,
    };
    match known {
        Some(known) => batch.replace(known, &code),
        None => batch.insert(&code),
    };
    Asked::Now
}

/// What is kept for `user` and `purpose`.
///
/// # Errors
/// The store's.
pub(super) async fn known(app: &App, user: UserId, purpose: Purpose) -> Result<Option<Stored<Code>>> {
    Ok(app.store().collection::<Code>().get(&Code::key_of(user, purpose)).await?)
}

/// Draws the code that was asked for as `stored` says, and keeps its hash. It is good from now on.
///
/// # Errors
/// `Stale` when it was asked for anew meanwhile; the store's.
pub(super) async fn draw(app: &App, stored: &Stored<Code>) -> store::Result<String> {
    let Drawn { shown, secret } = secret::draw(stored.purpose, stored.user_id, app.random());
    let drawn = Code {
        hash: Some(app.code_key().hash(stored, &secret)),
        tries_left: TRIES,
        good_until: Some(app.now() + stored.purpose.life()),
        ..stored.document.clone()
    };
    app.store().collection::<Code>().replace(stored, &drawn).await?;
    Ok(shown)
}

/// The live code of `user` that `typed` is. Whoever acts on it deletes it in the same batch, as it was read; a wrong one
/// costs a try.
///
/// # Errors
/// 422 `code_wrong` or `code_expired`.
pub(super) async fn find(app: &App, user: UserId, purpose: Purpose, typed: &str) -> Result<Stored<Code>> {
    let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    loop {
        let stored = known(app, user, purpose).await?;
        let live =
            |stored: &Stored<Code>| stored.tries_left > 0 && stored.good_until.is_some_and(|until| app.now() < until);
        let stored = stored.filter(live).ok_or_else(expired)?;
        if app.code_key().matches(&stored, typed.as_bytes()) {
            return Ok(stored);
        }
        let tried = Code { tries_left: stored.tries_left - 1, ..stored.document.clone() };
        match app.store().collection::<Code>().replace(&stored, &tried).await {
            Ok(()) => return Err(wrong(tried.tries_left)),
            // Somebody else tried at the same moment: perhaps there are no tries left for us.
            Err(error) if error.is_stale() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The person whose reset link carries `token`, with what is kept of it.
///
/// # Errors
/// 422 `reset_token_invalid`.
pub(super) async fn find_reset(app: &App, token: &str) -> Result<Stored<Code>> {
    let (user, secret) = secret::read_token(token).ok_or_else(link_over)?;
    let stored = known(app, user, Purpose::Reset).await?;
    let good = |stored: &Stored<Code>| {
        stored.good_until.is_some_and(|until| app.now() < until) && app.code_key().matches(stored, &secret)
    };
    stored.filter(good).ok_or_else(link_over)
}

/// Whether `code` is as it was read: one that was used or tried at the same moment is not used a second time.
///
/// # Errors
/// 422 `code_expired`.
pub(super) async fn still_good(app: &App, code: &Stored<Code>) -> Result<()> {
    let now = known(app, code.user_id, code.purpose).await?;
    if now.is_some_and(|now| now.revision == code.revision) { Ok(()) } else { Err(expired()) }
}

/// The refusal of a reset link, whatever is wrong with it.
pub(super) fn link_over() -> Error {
    Error::invalid("token", "reset_token_invalid", "This link is over. Ask for a new one, and use the newest mail")
}

/// The refusal of a code that was used, is too old, or was tried too often.
pub(super) fn expired() -> Error {
    Error::invalid("code", "code_expired", "This code is over. Ask for a new one")
}

fn wrong(left: i64) -> Error {
    let issue = match left {
        0 => "This is not the code, and it was the last try. Ask for a new one".to_owned(),
        1 => "This is not the code. One try is left".to_owned(),
        left => format!("This is not the code. {left} tries are left"),
    };
    Error::invalid("code", "code_wrong", issue)
}
