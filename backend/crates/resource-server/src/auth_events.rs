//! The follower: keeps this replica's keys and its list of what was ended as the auth server has them.
//!
//! It loads both before the server serves, then follows the long poll, and loads everything anew each minute. Whoever has
//! just ended something here calls [`Follower::catch_up`], so that it holds on this replica before the answer goes out.
//! What an entry means for a token is judged by [`crate::caller::EndedSet`]; nothing is judged here.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use httpkit::auth_wire::{Ended, EndedKind};
use httpkit::tokens::HmacKey;
use store::Time;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::auth_client::CallError;
use crate::notable::Seen;

/// How often keys and list are loaded as a whole.
const RELOAD: Duration = Duration::from_secs(60);
/// How long the auth server may hold a poll when nothing happens.
const LONGEST_POLL: Duration = Duration::from_secs(20);
/// A turn takes at least this long, whatever the auth server answers: news of the last moment cost no busy loop.
const SHORTEST_TURN: Duration = Duration::from_millis(100);
/// The pauses after failures: the first, doubled each time up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Keys that no ring knows are asked after this often at most, whoever invents their names.
const KEYS_AGAIN: Duration = Duration::from_secs(10);
/// A list that has gone stale is asked after this often at most, and for no longer than this.
const REVIVE_AGAIN: Duration = Duration::from_secs(1);

/// Where the follower stands.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    /// Where the news go on.
    after: Mutex<Option<String>>,
    /// The keys in use.
    keys: Mutex<Vec<HmacKey>>,
    /// Keys that were given up, until nobody lists them any more: an auth server may be slow to hear of it.
    given_up: Mutex<HashMap<String, Time>>,
    loaded: Mutex<Option<Time>>,
    keys_asked: tokio::sync::Mutex<Option<Time>>,
    revived: tokio::sync::Mutex<Option<Time>>,
    /// What was told beside.
    seen: Seen,
}

impl Follower {
    /// Loads the keys and everything that has ended. Until it succeeds once, no token is good.
    ///
    /// # Errors
    /// Why the auth server did not tell.
    pub async fn load(&self, app: &App) -> Result<(), CallError> {
        let keys = app.auth().verification_keys().await?;
        self.use_keys(app, &keys.keys);
        let events = app.auth().events(None, Duration::ZERO).await?;
        app.ended().forget_expired(app.now());
        self.hear(app, &events.ended).await?;
        set(&self.after, Some(events.next));
        set(&self.loaded, Some(app.now()));
        self.seen.hear(app, &events.ended).await;
        Ok(())
    }

    /// Takes in what has ended up to this moment. Whoever calls it has told the auth server to end something, and has had
    /// its answer; a failure is only logged, since the news arrive by the ordinary way as well.
    pub async fn catch_up(&self, app: &App) {
        if let Err(error) = self.poll(app, Duration::ZERO).await {
            tracing::warn!(%error, "what was just ended could not be read back; it follows with the next news");
        }
    }

    /// Asks for the keys because a token names one that is not known here.
    pub async fn seek_key(&self, app: &App) {
        let mut asked = self.keys_asked.lock().await;
        if asked.is_some_and(|at| app.now() < at + KEYS_AGAIN) {
            return;
        }
        *asked = Some(app.now());
        match app.auth().verification_keys().await {
            Ok(keys) => self.use_keys(app, &keys.keys),
            Err(error) => tracing::warn!(%error, "the keys could not be loaded"),
        }
    }

    /// Asks for news because the list is too old to judge by. The follower does so too, but a request that stands here
    /// need not wait for its turn.
    pub async fn revive(&self, app: &App) {
        let mut revived = self.revived.lock().await;
        if app.ended().is_current(app.now()) || revived.is_some_and(|at| app.now() < at + REVIVE_AGAIN) {
            return;
        }
        *revived = Some(app.now());
        if tokio::time::timeout(REVIVE_AGAIN, self.catch_up(app)).await.is_err() {
            tracing::warn!("the auth server holds back the news of what was ended");
        }
    }

    /// Follows until `stop`.
    pub async fn follow(&self, app: &App, stop: &CancellationToken) {
        let mut failures = 0_u32;
        while !stop.is_cancelled() {
            let turn = async {
                let (outcome, ()) = tokio::join!(self.turn(app), rest(SHORTEST_TURN));
                failures = note(outcome, failures);
                if failures > 0 {
                    rest(pause_after(failures)).await;
                }
            };
            tokio::select! {
                () = turn => {}
                () = stop.cancelled() => {}
            }
        }
    }

    async fn turn(&self, app: &App) -> Result<(), CallError> {
        let loaded = *self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if loaded.is_none_or(|at| app.now() >= at + RELOAD) {
            return self.load(app).await;
        }
        let patience = app.settings().revocations.stale_after;
        self.poll(app, LONGEST_POLL.min(patience / 3)).await
    }

    async fn poll(&self, app: &App, wait: Duration) -> Result<(), CallError> {
        let after = self.after.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let events = app.auth().events(after.as_deref(), wait).await?;
        self.hear(app, &events.ended).await?;
        // Two polls at once may put this back a little: then entries come again, which changes nothing.
        set(&self.after, Some(events.next));
        self.seen.hear(app, &events.ended).await;
        Ok(())
    }

    /// Takes in what ended. A key that was given up is dropped before anything is asked, and the next one fetched.
    async fn hear(&self, app: &App, ended: &[Ended]) -> Result<(), CallError> {
        let news = self.drop_keys(app, ended);
        app.ended().hear(ended, app.now());
        if news {
            let keys = app.auth().verification_keys().await?;
            self.use_keys(app, &keys.keys);
        }
        Ok(())
    }

    /// Whether a key was given up that was not known to be.
    fn drop_keys(&self, app: &App, ended: &[Ended]) -> bool {
        let mut given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        given_up.retain(|_, until| *until > app.now());
        let known = given_up.len();
        given_up.extend(ended.iter().filter_map(|entry| match &entry.what {
            EndedKind::Key { kid } => Some((kid.clone(), entry.until)),
            EndedKind::Grant { .. }
            | EndedKind::Session { .. }
            | EndedKind::Subject { .. }
            | EndedKind::Consent { .. }
            | EndedKind::Client { .. }
            | EndedKind::Token { .. } => None,
        }));
        let news = given_up.len() > known;
        drop(given_up);
        if news {
            let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
            self.use_keys(app, &keys);
        }
        news
    }

    /// Replacing the keys forgets all verified tokens, so it is done only when they have changed.
    fn use_keys(&self, app: &App, keys: &[HmacKey]) {
        let good: Vec<HmacKey> = {
            let given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
            keys.iter().filter(|key| !given_up.contains_key(&key.kid)).cloned().collect()
        };
        let mut known = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != good {
            app.verifier().replace_keys(&good);
            *known = good;
        }
    }
}

/// Says in the log when the auth server falls silent and when it speaks again, once each; how many turns failed in a row.
fn note(outcome: Result<(), CallError>, failures: u32) -> u32 {
    match outcome {
        Ok(()) if failures > 0 => {
            tracing::info!(failures, "the auth server is followed again");
            0
        }
        Ok(()) => 0,
        Err(error) if failures == 0 => {
            tracing::warn!(%error, "the auth server cannot be followed, and is asked again and again: {error}");
            1
        }
        Err(error) => {
            tracing::debug!(%error, failures, "the auth server still cannot be followed");
            failures.saturating_add(1)
        }
    }
}

/// Twice as long each time, up to a bound.
fn pause_after(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failures - 1)).min(LONGEST_PAUSE)
}

fn set<T>(slot: &Mutex<T>, value: T) {
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = value;
}

#[expect(clippy::disallowed_methods, reason = "back-off and polling; its callers have the stop signal beside it")]
async fn rest(pause: Duration) {
    tokio::time::sleep(pause).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        let pauses: Vec<u128> = [1, 2, 3, 6, 7, u32::MAX].map(|failures| pause_after(failures).as_millis()).into();
        assert_eq!(pauses, [50, 100, 200, 1600, 2000, 2000]);
    }
}
