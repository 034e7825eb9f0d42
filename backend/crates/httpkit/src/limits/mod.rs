//! How often anybody may do anything: one list of limits, each with its quotas and its words.
//!
//! A limit is kept per requester (the address that a request comes from) and, where it has one, per subject (the
//! account, client or name that it is about), so that neither one machine that tries many names nor many machines that
//! try one name get far. Handlers ask by name: `limits.requester(Limit::Login, requester).await?`. What a limit has no
//! quota for passes. Quotas are settings and can be changed while the server runs ([`Limiter::change`]). To add a limit
//! see [`Limit`].

mod limit;
mod memory;
mod quota;
mod requester;
mod shared;
mod standing;

use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use store::Clock;

use crate::context;
use crate::error::Result;
use crate::secrets::ServiceCredential;
use crate::settings::{Limits, Settings};
use memory::Memory;
use standing::judge;

pub use limit::Limit;
pub use quota::{Quota, QuotaTable, Quotas};
pub use requester::Requester;
pub(crate) use requester::{X_FORWARDED_FOR, X_TAPRI_FORWARDER};
pub use shared::{CountsTime, SharedCounts, try_redis};
pub(crate) use standing::Standing;

/// Whether one more is admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    /// It is, and so many more at once; after `reset` the whole burst is free again.
    Go { remaining: u32, reset: Duration },
    /// Not before `retry` has passed; after `reset` the whole burst is free again.
    Wait { retry: Duration, reset: Duration },
}

/// Who is counted.
#[derive(Clone, Copy, Hash)]
enum Who<'a> {
    Requester(IpAddr),
    Subject(&'a str),
}

/// Keeps the limits. Clones share what they count.
#[derive(Clone)]
pub struct Limiter(Arc<Shared>);

struct Shared {
    limits: RwLock<Limits>,
    memory: Memory,
    /// Asked first, where there is one.
    counts: Option<SharedCounts>,
}

impl Limiter {
    /// The limiter that `settings` ask for: it counts in this process or, with `redis.uri`, together with the others
    /// that know `credential`.
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>, credential: &ServiceCredential) -> Self {
        let limits = settings.limits.clone();
        let Some(uri) = &settings.redis.uri else { return Self::in_memory(limits, clock) };
        let key = credential.limits_key();
        let counts = SharedCounts::open(uri.expose(), &key, Arc::clone(&clock), CountsTime::OfRedis)
            .expect("the settings were refused if this were no address of a Redis server");
        Self::shared(limits, clock, counts)
    }

    /// A limiter that counts in this process, by `clock`.
    pub fn in_memory(limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared { limits: RwLock::new(limits), memory: Memory::new(clock), counts: None }))
    }

    /// A limiter that counts in `counts`, and by `clock` in this process while those cannot be reached.
    pub fn shared(limits: Limits, clock: Arc<dyn Clock>, counts: SharedCounts) -> Self {
        Self(Arc::new(Shared { limits: RwLock::new(limits), memory: Memory::new(clock), counts: Some(counts) }))
    }

    /// From now on `limits` hold. What was counted stays counted.
    pub fn change(&self, limits: Limits) {
        *self.0.limits.write().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    /// Counts one `limit` against the address that asks.
    ///
    /// # Errors
    /// 429 with `Retry-After` and `RateLimit-*`.
    pub async fn requester(&self, limit: Limit, requester: Requester) -> Result<()> {
        self.count(limit, self.quotas(limit).requester, Who::Requester(requester.network())).await
    }

    /// Counts one `limit` against what the request is about: an account's id, a client's id, a name.
    ///
    /// # Errors
    /// 429 with `Retry-After` and `RateLimit-*`.
    pub async fn subject(&self, limit: Limit, subject: &str) -> Result<()> {
        self.count(limit, self.quotas(limit).subject, Who::Subject(subject)).await
    }

    /// Takes back one `limit` that [`Limiter::requester`] counted: it turned out to be none of those that are limited.
    pub async fn forgive_requester(&self, limit: Limit, requester: Requester) {
        self.give_back(limit, self.quotas(limit).requester, Who::Requester(requester.network())).await;
    }

    /// Takes back one `limit` that [`Limiter::subject`] counted: it turned out to be none of those that are limited.
    pub async fn forgive_subject(&self, limit: Limit, subject: &str) {
        self.give_back(limit, self.quotas(limit).subject, Who::Subject(subject)).await;
    }

    /// As [`Limiter::requester`], always counted in this process: the middleware asks this for every request and must
    /// not wait for anything. Where the request stands is none where nothing is counted.
    pub(crate) fn requester_here(&self, limit: Limit, requester: Requester) -> Result<Option<Standing>> {
        let who = Who::Requester(requester.network());
        let counted =
            self.quotas(limit).requester.map(|quota| judge(limit, quota, self.0.memory.count(&(limit, who), quota)));
        counted.transpose()
    }

    async fn count(&self, limit: Limit, quota: Option<Quota>, who: Who<'_>) -> Result<()> {
        let Some(quota) = quota else { return Ok(()) };
        let together = match &self.0.counts {
            Some(counts) => counts.count(limit, who, quota).await,
            None => None,
        };
        let decision = together.unwrap_or_else(|| self.0.memory.count(&(limit, who), quota));
        context::note_standing(judge(limit, quota, decision)?);
        Ok(())
    }

    async fn give_back(&self, limit: Limit, quota: Option<Quota>, who: Who<'_>) {
        let Some(quota) = quota else { return };
        let together = match &self.0.counts {
            Some(counts) => counts.give_back(limit, who, quota).await,
            None => None,
        };
        if together.is_none() {
            self.0.memory.give_back(&(limit, who), quota);
        }
    }

    /// What holds now; nothing when limits are switched off.
    fn quotas(&self, limit: Limit) -> Quotas {
        let limits = self.0.limits.read().unwrap_or_else(PoisonError::into_inner);
        if limits.enabled { limits.quotas.of(limit) } else { Quotas::default() }
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.counts.is_some() { "Limiter(in Redis)" } else { "Limiter(in memory)" })
    }
}
