//! `auth_device_codes`: a device that waits, from its first call until it was answered and its time is over. Found by the
//! hash of the code that the person types; the code that the device itself holds is sealed and names this document.
//!
//! ```text
//! waiting ──poll──▶ waiting (more slowly, where it came too soon)
//! waiting ──person─▶ allowed ──redeem──▶ a grant under this request's id
//! waiting ──person─▶ denied
//! ```

use std::time::Duration;

use httpkit::{ClientId, GrantId, ScopeSet, UserId};
use serde::{Deserialize, Serialize};
use store::{Document, Schema, ShardKey, Time};

/// How much more slowly a device that polls too fast must poll from then on (RFC 8628 section 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// What the way to us may take off an interval that a device kept.
const LENIENCY: Duration = Duration::from_secs(1);

/// A device that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeviceAuthorization {
    /// The hash of the user code.
    pub key: String,
    /// Its id, which becomes the id of the grant: at most one comes of it.
    pub request: GrantId,
    pub client: ClientId,
    /// What is asked for.
    pub scopes: ScopeSet,
    /// The address that the device asked from, sealed: the store holds nothing that tells where anybody is.
    pub place: String,
    pub begun_at: Time,
    /// Seconds between polls.
    pub interval: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub polled_at: Option<Time>,
    pub answer: Answer,
    pub expires_at: Time,
}

/// What the person said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Waiting,
    Denied,
    Allowed(Allowed),
}

/// What the person allowed, and the versions under which: of the credential, the consent, the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Allowed {
    pub sub: UserId,
    pub scopes: ScopeSet,
    pub version: i64,
    pub revision: i64,
    pub client_version: i64,
    pub auth_time: Time,
    pub amr: Vec<String>,
}

/// How a poll came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Good,
    TooFast,
}

/// The person has answered before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the person has answered before")]
pub(crate) struct AlreadyAnswered;

impl DeviceAuthorization {
    /// After the device asked once more at `now`, and whether it came too soon.
    pub(crate) fn polled(&self, now: Time) -> (Self, Pace) {
        let interval = Duration::from_secs(self.interval.into());
        let too_fast = self.polled_at.is_some_and(|last| now.since(last) + LENIENCY < interval);
        let pace = if too_fast { Pace::TooFast } else { Pace::Good };
        let longer = if too_fast { interval + SLOWER } else { interval };
        let interval = u32::try_from(longer.as_secs()).unwrap_or(u32::MAX);
        (Self { interval, polled_at: Some(now), ..self.clone() }, pace)
    }

    /// After the person answered.
    pub(crate) fn answered(&self, answer: Answer) -> Result<Self, AlreadyAnswered> {
        match self.answer {
            Answer::Waiting => Ok(Self { answer, ..self.clone() }),
            Answer::Denied | Answer::Allowed(_) => Err(AlreadyAnswered),
        }
    }
}

impl Document for DeviceAuthorization {
    type Key = String;
    const SCHEMA: &'static Schema = &Schema::new("auth_device_codes").shard_key(ShardKey::Key).expires("expires_at");

    fn key(&self) -> String {
        self.key.clone()
    }
}

#[cfg(test)]
mod tests {
    use store::SeededRandom;

    use super::*;

    const START: Time = Time::from_seconds(1_790_000_000);

    fn waiting() -> DeviceAuthorization {
        let random = SeededRandom::new(1);
        DeviceAuthorization {
            key: "k".to_owned(),
            request: GrantId::generate_unsharded(START, &random),
            client: ClientId::generate(START, &random),
            scopes: ScopeSet::EMPTY,
            place: String::new(),
            begun_at: START,
            interval: 5,
            polled_at: None,
            answer: Answer::Waiting,
            expires_at: START + Duration::from_secs(600),
        }
    }

    fn at(millis: u64) -> Time {
        START + Duration::from_millis(millis)
    }

    #[test]
    fn who_keeps_the_interval_keeps_it_and_who_does_not_waits_longer_each_time() {
        let (once, pace) = waiting().polled(at(0));
        assert_eq!((pace, once.interval), (Pace::Good, 5));
        let (twice, pace) = once.polled(at(4_900));
        assert_eq!((pace, twice.interval), (Pace::Good, 5), "the way may have been shorter");
        let (hasty, pace) = twice.polled(at(6_000));
        assert_eq!((pace, hasty.interval), (Pace::TooFast, 10));
        let (hastier, pace) = hasty.polled(at(11_500));
        assert_eq!((pace, hastier.interval), (Pace::TooFast, 15), "the longer interval counts from the last poll");
        assert_eq!(hastier.polled(at(26_500)).1, Pace::Good);
    }

    #[test]
    fn a_person_answers_once() {
        let denied = waiting().answered(Answer::Denied).unwrap();
        assert_eq!(denied.answered(Answer::Waiting), Err(AlreadyAnswered));
    }
}
