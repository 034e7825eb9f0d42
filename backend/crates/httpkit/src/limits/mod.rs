//! How often anybody may do anything: one list of limits, each with its quotas and its words.
//!
//! A limit is kept per requester (the address that a request comes from) and, where it has one, per subject (the
//! account, client or name that it is about), so that neither one machine that tries many names nor many machines that
//! try one name get far. Handlers ask by name: `limits.requester(Limit::Login, requester).await?`. What a limit has no
//! quota for passes. To add one, add a variant to [`Limit`]: the compiler then asks for its quotas and its words.

mod gcra;
mod requester;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use store::Clock;

use crate::error::{Error, Result};
use gcra::{Decision, Memory};

pub use requester::Requester;
pub(crate) use requester::{X_FORWARDED_FOR, X_TAPRI_FORWARDER};

const RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATELIMIT_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATELIMIT_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// What may be limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Any request at all.
    Default,
    /// Signing in; the subject is the name that was given.
    Login,
    /// Signing up.
    Register,
    /// Renewing or ending a session.
    Session,
    /// Proving a password again, or changing it; the subject is the user.
    Password,
    /// The OAuth endpoints that give out tokens; the subject is the client.
    Token,
    /// Registering or changing apps; the subject is the user.
    App,
    /// Uploading; the subject is the user.
    Upload,
    /// Posting; the subject is the user.
    Post,
    /// Commenting; the subject is the user.
    Comment,
    /// Liking and taking it back; the subject is the user.
    Like,
    /// Following and leaving; the subject is the user.
    Follow,
}

/// So many at once, and one more each time `refill` has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Quota {
    burst: u32,
    refill: Duration,
}

const fn quota(burst: u32, refill: Duration) -> Option<Quota> {
    Some(Quota { burst, refill })
}

impl Limit {
    /// Quotas are generous where many people may share an address (a school, a mobile network).
    fn per_requester(self) -> Option<Quota> {
        match self {
            Self::Default => quota(5_000, Duration::from_millis(2)),
            Self::Login => quota(60, Duration::from_secs(2)),
            Self::Register => quota(60, Duration::from_secs(30)),
            Self::Session | Self::Token => quota(1_000, Duration::from_millis(50)),
            Self::Password => quota(30, Duration::from_secs(10)),
            Self::App | Self::Upload | Self::Post | Self::Comment | Self::Like | Self::Follow => None,
        }
    }

    fn per_subject(self) -> Option<Quota> {
        match self {
            Self::Default | Self::Register | Self::Session => None,
            Self::Login => quota(10, Duration::from_secs(30)),
            Self::Password => quota(10, Duration::from_secs(60)),
            Self::Token => quota(2_000, Duration::from_millis(10)),
            Self::App => quota(30, Duration::from_secs(60)),
            Self::Upload => quota(120, Duration::from_secs(5)),
            Self::Post => quota(60, Duration::from_secs(10)),
            Self::Comment => quota(60, Duration::from_secs(3)),
            Self::Like => quota(300, Duration::from_secs(1)),
            Self::Follow => quota(120, Duration::from_secs(5)),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Default => "Too many requests",
            Self::Login => "Too many attempts to sign in",
            Self::Register => "Too many new accounts from here",
            Self::Session => "Too many renewals of a session",
            Self::Password => "Too many attempts with a password",
            Self::Token => "Too many requests for tokens",
            Self::App => "Too many changes to apps",
            Self::Upload => "Too many uploads",
            Self::Post => "Too many posts",
            Self::Comment => "Too many comments",
            Self::Like => "Too many likes",
            Self::Follow => "Too many follows",
        }
    }
}

/// Keeps the limits. Clones share what they count.
#[derive(Clone)]
pub struct Limiter(Backend);

/// Where it is counted. Many machines that share one count are another variant: same algorithm, same tests; for its
/// sake the questions below are already asynchronous.
#[derive(Clone)]
enum Backend {
    Off,
    Memory(Arc<Memory>),
}

impl Limiter {
    /// A limiter that counts in this process, by `clock`; it lets everything pass unless `enabled`.
    pub fn in_memory(enabled: bool, clock: Arc<dyn Clock>) -> Self {
        Self(if enabled { Backend::Memory(Arc::new(Memory::new(clock))) } else { Backend::Off })
    }

    /// Counts one `limit` against the address that asks.
    ///
    /// # Errors
    /// 429 with `Retry-After` and `RateLimit-*`.
    pub async fn requester(&self, limit: Limit, requester: Requester) -> Result<()> {
        self.requester_here(limit, requester)
    }

    /// Counts one `limit` against what the request is about: an account's id, a client's id, a name.
    ///
    /// # Errors
    /// 429 with `Retry-After` and `RateLimit-*`.
    pub async fn subject(&self, limit: Limit, subject: &str) -> Result<()> {
        match (&self.0, limit.per_subject()) {
            (Backend::Memory(memory), Some(quota)) => {
                judge(limit, quota, memory.count(&(limit, "subject", subject), quota))
            }
            (Backend::Off, _) | (Backend::Memory(_), None) => Ok(()),
        }
    }

    /// As [`Limiter::requester`], always counted in this process: the middleware asks this for every request and must
    /// not wait for anything.
    pub(crate) fn requester_here(&self, limit: Limit, requester: Requester) -> Result<()> {
        match (&self.0, limit.per_requester()) {
            (Backend::Memory(memory), Some(quota)) => {
                judge(limit, quota, memory.count(&(limit, "requester", requester.network()), quota))
            }
            (Backend::Off, _) | (Backend::Memory(_), None) => Ok(()),
        }
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match &self.0 {
            Backend::Off => "Limiter(off)",
            Backend::Memory(_) => "Limiter(in memory)",
        })
    }
}

/// The answer of `decision`, in words and in the headers of draft-ietf-httpapi-ratelimit-headers-03.
fn judge(limit: Limit, quota: Quota, decision: Decision) -> Result<()> {
    let Decision::Wait { retry, reset } = decision else { return Ok(()) };
    let seconds = whole_seconds(retry);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    Err(Error::too_many(limit.words(), retry)
        .issue(format!("{}. Try again in {seconds} {unit}", limit.words()))
        .header(RATELIMIT_LIMIT, HeaderValue::from(quota.burst))
        .header(RATELIMIT_REMAINING, HeaderValue::from(0))
        .header(RATELIMIT_RESET, HeaderValue::from(whole_seconds(reset))))
}

fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use store::MockClock;

    use super::*;

    fn limiter() -> (Limiter, MockClock) {
        let clock = MockClock::default();
        (Limiter::in_memory(true, Arc::new(clock.clone())), clock)
    }

    fn from(address: &str) -> Requester {
        Requester::new(address.parse().unwrap())
    }

    #[tokio::test]
    async fn who_asks_too_often_is_told_when_to_come_back() {
        let (limits, clock) = limiter();
        for _ in 0..10 {
            limits.subject(Limit::Login, "asha").await.unwrap();
        }
        let response = limits.subject(Limit::Login, "asha").await.unwrap_err().into_response();
        assert_eq!(response.status(), 429);
        let header =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!(header("retry-after"), "30");
        assert_eq!(header("ratelimit-limit"), "10");
        assert_eq!(header("ratelimit-remaining"), "0");
        assert_eq!(header("ratelimit-reset"), "300");
        clock.advance(Duration::from_secs(30));
        limits.subject(Limit::Login, "asha").await.unwrap();
        limits.subject(Limit::Login, "asha").await.unwrap_err();
    }

    #[tokio::test]
    async fn limits_subjects_and_requesters_are_counted_apart() {
        let (limits, _) = limiter();
        for _ in 0..10 {
            limits.subject(Limit::Login, "asha").await.unwrap();
        }
        limits.subject(Limit::Login, "asha").await.unwrap_err();
        limits.subject(Limit::Login, "bilal").await.unwrap();
        limits.subject(Limit::Password, "asha").await.unwrap();
        limits.requester(Limit::Login, from("192.0.2.1")).await.unwrap();
    }

    #[tokio::test]
    async fn an_ipv6_network_is_one_requester() {
        let (limits, _) = limiter();
        for host in 0..60 {
            limits.requester(Limit::Login, from(&format!("2001:db8:1:2::{host:x}"))).await.unwrap();
        }
        limits.requester(Limit::Login, from("2001:db8:1:2:ffff::1")).await.unwrap_err();
        limits.requester(Limit::Login, from("2001:db8:1:3::1")).await.unwrap();
    }

    #[tokio::test]
    async fn switched_off_everything_passes() {
        let limits = Limiter::in_memory(false, Arc::new(MockClock::default()));
        for _ in 0..1_000 {
            limits.subject(Limit::Login, "asha").await.unwrap();
        }
    }
}
