//! Failed attempts at a password, and the growing delay that they bring.
//!
//! Counted apart: for each account (or name that nobody has, so that the two look alike), for each network, and for each
//! device that signed in before. A device of the owner's is held back by its own mistakes alone, so that nobody who guesses
//! elsewhere can lock an owner out. The count lies in the store: it holds on every replica and after a restart.
//!
//! An attempt at an account is counted before the password is checked, so that a hundred at once are a hundred; success takes
//! the count away. A network's count grows by failures alone, and only time takes it away: else one's own account would pay
//! for guessing at others'.

use std::time::Duration;

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderName, HeaderValue};
use httpkit::limits::Requester;
use httpkit::secrets::Secrets;
use httpkit::{Error, Kind, Result, UserId};
use serde::{Deserialize, Serialize};
use store::{Change, Document, Schema, ShardKey, Stored, Time};

use crate::app::App;

/// How often counting is tried again when others count too.
const TRIES: usize = 64;

/// What was attempted under one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempts {
    /// A keyed hash: neither names nor addresses of networks lie here.
    pub name: String,
    pub failures: i64,
    /// Until when nobody is let try again.
    pub blocked_until: Time,
    pub expires_at: Time,
}

impl Document for Attempts {
    type Key = String;

    const SCHEMA: &'static Schema = &Schema::new("resource_attempts").shard_key(ShardKey::Key).expires("expires_at");

    fn key(&self) -> String {
        self.name.clone()
    }
}

/// Against what attempts are counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Against<'a> {
    /// An account, from devices that are not known.
    Account(UserId),
    /// A name that nobody has.
    Nobody(&'a str),
    /// An account, from a device that signed in to it before.
    Device(UserId, &'a str),
    /// An account, by somebody who is signed in to it.
    Inside(UserId),
    /// Any account, from one network.
    Network(Requester),
}

/// So many failures are free; the next one waits `first`, and each after that twice as long, up to `longest`.
struct Patience {
    free: i64,
    first: Duration,
    longest: Duration,
    /// How long a failure is remembered.
    memory: Duration,
}

impl Against<'_> {
    fn patience(self) -> Patience {
        let (free, first, longest, memory) = match self {
            Self::Account(_) | Self::Nobody(_) | Self::Device(..) | Self::Inside(_) => (10, 30, 3_600, 24 * 3_600),
            // A school or a mobile network is one network.
            Self::Network(_) => (100, 10, 900, 3_600),
        };
        let seconds = Duration::from_secs;
        Patience { free, first: seconds(first), longest: seconds(longest), memory: seconds(memory) }
    }

    fn name(self, key: &AttemptsKey) -> String {
        key.hash(&match self {
            // An account and a name that nobody has must not differ from outside; inside they may.
            Self::Account(user) => format!("account:{user}"),
            Self::Nobody(name) => format!("nobody:{name}"),
            Self::Device(user, device) => format!("device:{user}:{device}"),
            Self::Inside(user) => format!("inside:{user}"),
            Self::Network(requester) => format!("network:{}", requester.network()),
        })
    }
}

/// Hashes what is counted, so that the store tells nothing about who tried whom.
pub(crate) struct AttemptsKey(hmac::Key);

impl AttemptsKey {
    const PURPOSE: &'static str = "attempts";

    /// The key of this server.
    pub fn new(secrets: &Secrets) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &secrets.derive(Self::PURPOSE)))
    }

    fn hash(&self, text: &str) -> String {
        BASE64URL_NOPAD.encode(&hmac::sign(&self.0, text.as_bytes()).as_ref()[..18])
    }
}

impl std::fmt::Debug for AttemptsKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AttemptsKey [redacted]")
    }
}

/// Refuses while attempts against this are held back. Counts nothing.
///
/// # Errors
/// 429 with `Retry-After`.
pub(super) async fn look(app: &App, against: Against<'_>) -> Result<()> {
    if !app.settings().limits.enabled {
        return Ok(());
    }
    let known = app.store().collection::<Attempts>().get(&against.name(app.attempts_key())).await?;
    refuse_while_blocked(against, known.as_ref(), app.now())
}

/// Counts one attempt that has failed, or will have until [`forgive`] is called. Says how many that are.
///
/// # Errors
/// 429 with `Retry-After` while attempts are held back: then it was not counted, and is not to be made.
pub(super) async fn count(app: &App, against: Against<'_>) -> Result<i64> {
    if !app.settings().limits.enabled {
        return Ok(0);
    }
    let name = against.name(app.attempts_key());
    let patience = against.patience();
    let attempts = app.store().collection::<Attempts>();
    for _ in 0..TRIES {
        let now = app.now();
        let known = attempts.get(&name).await?;
        refuse_while_blocked(against, known.as_ref(), now)?;
        let counted = patience.after(&name, known.as_ref().map_or(0, |known| known.failures) + 1, now);
        let written = match &known {
            Some(known) => attempts.replace(known, &counted).await,
            None => attempts.insert(&counted).await,
        };
        match written {
            Ok(()) => return Ok(counted.failures),
            Err(error) if error.is_stale() || error.is_duplicate_key() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(too_many(against, Duration::from_secs(1)))
}

/// Whether it is the failure of this number with which waiting begins.
pub(super) fn begins_to_wait(against: Against<'_>, failures: i64) -> bool {
    failures == against.patience().free
}

/// Takes back one attempt that was counted and not made after all.
pub(super) async fn take_back(app: &App, against: Against<'_>) {
    if !app.settings().limits.enabled {
        return;
    }
    let (free, now) = (against.patience().free, app.now());
    let (attempts, name) = (app.store().collection::<Attempts>(), against.name(app.attempts_key()));
    let uncounted = attempts.modify(&name, |known| {
        if known.failures <= free {
            known.blocked_until = known.blocked_until.min(now);
        }
        known.failures -= 1;
        Ok::<_, store::Error>(Change::Write)
    });
    if let Err(error) = uncounted.await {
        tracing::warn!(%error, "an attempt that was not made could not be taken back; it is forgotten in a day");
    }
}

/// Counts one failure after the fact. Whether that holds anybody back is told to who tries next.
pub(super) async fn note(app: &App, against: Against<'_>) {
    match count(app, against).await {
        Ok(_) => {}
        Err(error) if error.kind() == Kind::TooMany => {}
        Err(error) => tracing::warn!(%error, "a failed attempt could not be counted"),
    }
}

/// Forgets what was counted, after a success.
pub(super) async fn forgive(app: &App, against: Against<'_>) {
    if !app.settings().limits.enabled {
        return;
    }
    if let Err(error) = app.store().collection::<Attempts>().delete(&against.name(app.attempts_key())).await {
        tracing::warn!(%error, "failed attempts could not be forgotten; they are in a day");
    }
}

impl Patience {
    fn after(&self, name: &str, failures: i64, now: Time) -> Attempts {
        let delay = if failures < self.free {
            Duration::ZERO
        } else {
            let beyond = u32::try_from(failures - self.free).unwrap_or(u32::MAX);
            self.first.saturating_mul(2_u32.saturating_pow(beyond)).min(self.longest)
        };
        let expires_at = now + self.memory.max(delay);
        Attempts { name: name.to_owned(), failures, blocked_until: now + delay, expires_at }
    }
}

fn refuse_while_blocked(against: Against<'_>, known: Option<&Stored<Attempts>>, now: Time) -> Result<()> {
    match known.map(|known| known.blocked_until.since(now)) {
        Some(wait) if !wait.is_zero() => Err(too_many(against, wait)),
        Some(_) | None => Ok(()),
    }
}

/// As any other limit is told: how many are free, that none is left, and when one is again.
fn too_many(against: Against<'_>, wait: Duration) -> Error {
    let words = match against {
        Against::Inside(_) => "Too many attempts with a password",
        Against::Account(_) | Against::Nobody(_) | Against::Device(..) | Against::Network(_) => {
            "Too many attempts to sign in"
        }
    };
    let seconds = u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let header = |name: &'static str, value: u64| (HeaderName::from_static(name), HeaderValue::from(value));
    let free = u64::try_from(against.patience().free).unwrap_or_default();
    [header("ratelimit-limit", free), header("ratelimit-remaining", 0), header("ratelimit-reset", seconds)]
        .into_iter()
        .fold(Error::too_many(words, wait), |error, (name, value)| error.header(name, value))
        .issue(format!("{words}. Try again in {seconds} {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_to_its_bound_and_no_further() {
        let patience = Patience {
            free: 3,
            first: Duration::from_secs(30),
            longest: Duration::from_secs(300),
            memory: Duration::from_secs(86_400),
        };
        let now = Time::from_seconds(1_000);
        let delay = |failures| patience.after("x", failures, now).blocked_until.since(now).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 6, 7, i64::MAX].map(delay), [0, 0, 30, 60, 120, 240, 300, 300]);
    }
}
