//! How a requester stands with a limit, and how an answer says so.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Decision, Limit, Quota};
use crate::error::{Error, Result};

const RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATELIMIT_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATELIMIT_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// Where somebody who was admitted stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) burst: u32,
    /// How many more may come at once.
    pub(crate) remaining: u32,
    /// When the whole burst is free again.
    pub(crate) reset: Duration,
}

impl Standing {
    /// Says so in the headers of draft-ietf-httpapi-ratelimit-headers-03.
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        for (name, value) in self.headers() {
            headers.insert(name, value);
        }
    }

    fn headers(self) -> [(HeaderName, HeaderValue); 3] {
        [
            (RATELIMIT_LIMIT, HeaderValue::from(self.burst)),
            (RATELIMIT_REMAINING, HeaderValue::from(self.remaining)),
            (RATELIMIT_RESET, HeaderValue::from(whole_seconds(self.reset))),
        ]
    }
}

/// What follows from `decision`: where the request stands, or a refusal in words and headers.
pub(super) fn judge(limit: Limit, quota: Quota, decision: Decision) -> Result<Standing> {
    let (retry, reset) = match decision {
        Decision::Go { remaining, reset } => return Ok(Standing { burst: quota.burst, remaining, reset }),
        Decision::Wait { retry, reset } => (retry, reset),
    };
    crate::metrics::refused(limit.name());
    let seconds = whole_seconds(retry);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let refusal =
        Error::too_many(limit.words(), retry).issue(format!("{}. Try again in {seconds} {unit}", limit.words()));
    let standing = Standing { burst: quota.burst, remaining: 0, reset };
    Err(standing.headers().into_iter().fold(refusal, |refusal, (name, value)| refusal.header(name, value)))
}

fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
}
