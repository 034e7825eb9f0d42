//! Counts that many machines share, in Redis: the same algorithm as in memory, one script call a count.
//!
//! Redis is a convenience here, never a condition: when it does not answer in time each process counts for itself,
//! says so once in the log, and one request a second asks again. Names and addresses are personal data, so keys are MACs.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_lc_rs::hmac;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, Script};
use store::Clock;

use super::{Decision, Limit, Quota, Who};

/// A count takes about 0.2 ms. Who was stopped refuses at once; this long one waits only for a server that hangs.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE_AFTER_FAILURE_MILLIS: i64 = 1_000;
/// In `down_until`: it answers.
const UP: i64 = i64::MIN;

/// A way to the shared counts. It connects when it is first asked, and again whenever that is needed.
pub struct SharedCounts {
    connection: ConnectionManager,
    script: Script,
    give_back: Script,
    key: hmac::Key,
    time: CountsTime,
    clock: Arc<dyn Clock>,
    /// Until when, in milliseconds of `clock`, nothing is asked because the last answer failed.
    down_until: AtomicI64,
}

/// Whose clock the counts go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountsTime {
    /// Redis's: the clocks of many machines differ.
    OfRedis,
    /// The process's own: for tests, which set it.
    OfTheProcess,
}

impl SharedCounts {
    /// The counts at `uri`; `key` hides whom they count, and is the same on all machines. Must be called inside a tokio
    /// runtime.
    ///
    /// # Errors
    /// When `uri` is no address of a Redis server; not when nobody answers there.
    pub fn open(uri: &str, key: &[u8], clock: Arc<dyn Clock>, time: CountsTime) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_lazy_with_config(Client::open(uri)?, config)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let script = Script::new(include_str!("gcra.lua"));
        let give_back = Script::new(include_str!("give_back.lua"));
        Ok(Self { connection, script, give_back, key, time, clock, down_until: AtomicI64::new(UP) })
    }

    /// Counts one of `who` against `quota`; none when the answer did not come.
    pub(super) async fn count(&self, limit: Limit, who: Who<'_>, quota: Quota) -> Option<Decision> {
        self.answer(self.ask(limit, who, quota)).await
    }

    async fn ask(&self, limit: Limit, who: Who<'_>, quota: Quota) -> Result<Decision, RedisError> {
        let now = match self.time {
            CountsTime::OfRedis => String::new(),
            CountsTime::OfTheProcess => self.clock.now().as_millis().saturating_mul(1000).to_string(),
        };
        let mut connection = self.connection.clone();
        let (goes, first, reset): (u8, u64, u64) = self
            .script
            .key(self.name(limit, who))
            .arg(quota.burst)
            .arg(refill_micros(quota))
            .arg(now)
            .invoke_async(&mut connection)
            .await?;
        let reset = Duration::from_micros(reset);
        Ok(match goes {
            0 => Decision::Wait { retry: Duration::from_micros(first), reset },
            _ => Decision::Go { remaining: u32::try_from(first).unwrap_or(u32::MAX), reset },
        })
    }

    /// Takes back one that was counted; none when the answer did not come.
    pub(super) async fn give_back(&self, limit: Limit, who: Who<'_>, quota: Quota) -> Option<()> {
        let asked = async {
            let mut script = self.give_back.key(self.name(limit, who));
            script.arg(refill_micros(quota)).invoke_async(&mut self.connection.clone()).await
        };
        self.answer(asked).await
    }

    /// What `asked` answers, if it is asked at all now and answers in time.
    async fn answer<T>(&self, asked: impl Future<Output = Result<T, RedisError>>) -> Option<T> {
        let now = self.clock.now().as_millis();
        if !self.may_ask(now) {
            return None;
        }
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(answer)) => {
                self.is_up();
                Some(answer)
            }
            Ok(Err(error)) => self.is_down(now, &error),
            Err(_) => self.is_down(now, &"no answer in time"),
        }
    }

    /// `tapri:limits:login:` and whom it counts, hidden.
    fn name(&self, limit: Limit, who: Who<'_>) -> String {
        let hidden = match who {
            Who::Requester(address) => hmac::sign(&self.key, format!("requester {address}").as_bytes()),
            Who::Subject(subject) => hmac::sign(&self.key, format!("subject {subject}").as_bytes()),
        };
        // Half of it: 128 bits collide with nobody.
        let hidden = data_encoding::BASE64URL_NOPAD.encode(&hidden.as_ref()[..16]);
        format!("tapri:limits:{}:{hidden}", limit.name())
    }

    /// While it is down one request in each pause asks, and nobody else waits for the answer.
    fn may_ask(&self, now: i64) -> bool {
        let until = self.down_until.load(Ordering::Relaxed);
        let next = now.saturating_add(PAUSE_AFTER_FAILURE_MILLIS);
        until == UP
            || (now >= until
                && self.down_until.compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed).is_ok())
    }

    fn is_up(&self) {
        if self.down_until.swap(UP, Ordering::Relaxed) != UP {
            tracing::info!("limits.redis.back: Redis answers again; limits are counted together");
        }
    }

    fn is_down<T>(&self, now: i64, why: &dyn fmt::Display) -> Option<T> {
        if self.down_until.swap(now.saturating_add(PAUSE_AFTER_FAILURE_MILLIS), Ordering::Relaxed) == UP {
            tracing::warn!(error = %why, "limits.redis.gone: Redis does not answer ({why}); limits are counted in this process until it does");
        }
        None
    }
}

/// Whether the Redis server at `uri` answers. Must be called inside a tokio runtime.
///
/// # Errors
/// One sentence, without what is secret in `uri`.
pub async fn try_redis(uri: &str) -> Result<(), String> {
    let asked = async {
        let mut connection = Client::open(uri)?.get_multiplexed_async_connection().await?;
        redis::cmd("PING").query_async::<()>(&mut connection).await
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("no answer in time".to_owned()),
    }
}

fn refill_micros(quota: Quota) -> u64 {
    u64::try_from(quota.refill.as_micros()).unwrap_or(u64::MAX)
}

impl fmt::Debug for SharedCounts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SharedCounts(in Redis)")
    }
}
