//! Time as a value, and where it comes from.
//!
//! Nothing in the servers asks the operating system for the time but [`SystemClock`]: everything else is given
//! a [`Clock`], so that a test moves time by hand ([`MockClock`]) and never sleeps.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment: milliseconds since the Unix epoch.
///
/// Stored as a BSON date; in human readable formats an RFC 3339 text in UTC, with milliseconds where there are any.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The moment so many milliseconds after (or, negative, before) the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The moment so many seconds after the Unix epoch: the form of the claims of RFC 7519.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// RFC 3339 in UTC with whole seconds, for example `2026-11-22T17:43:00Z`: what the API answers with.
    pub fn to_rfc3339(self) -> String {
        timestamp(Self::from_seconds(self.as_seconds())).to_string()
    }

    /// Reads an RFC 3339 moment in any offset; what is finer than a millisecond is cut.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let moment: jiff::Timestamp = text.parse().map_err(|_| TimeError)?;
        Ok(Self(moment.as_millisecond()))
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// The years that RFC 3339 can say; what lies beyond is shown as the nearest of these.
const FIRST_SECOND: i64 = -62_167_219_200;
const LAST_SECOND: i64 = 253_402_207_200;

fn timestamp(time: Time) -> jiff::Timestamp {
    let millis = time.0.clamp(FIRST_SECOND * 1000, LAST_SECOND * 1000);
    jiff::Timestamp::from_millisecond(millis).expect("both ends lie inside jiff's years")
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Time {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }
}

impl Sub<Duration> for Time {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        timestamp(*self).fmt(formatter)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Time {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text)
    }
}

/// The text is no RFC 3339 moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a moment such as 2026-11-22T17:43:00Z")]
pub struct TimeError;

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            bson::DateTime::from_millis(self.0).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(TimeVisitor);
        }
        match bson::RawBsonRef::deserialize(deserializer)? {
            bson::RawBsonRef::DateTime(date) => Ok(Self(date.timestamp_millis())),
            _ => Err(D::Error::custom("expected a BSON date")),
        }
    }
}

struct TimeVisitor;

impl<'de> Visitor<'de> for TimeVisitor {
    type Value = Time;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a moment such as 2026-11-22T17:43:00Z")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Time, E> {
        Time::parse(text).map_err(E::custom)
    }

    // Flattened and internally tagged documents reach us through serde's buffer, which says that it is human
    // readable and holds a BSON date as the map that the `bson` crate makes of it.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Time, A::Error> {
        let date = bson::DateTime::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Time(date.timestamp_millis()))
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Time;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Time {
        (**self).now()
    }
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one clock that is real")]
    fn now(&self) -> Time {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => Time(millis(since)),
            Err(before) => Time(-millis(before.duration())),
        }
    }
}

/// A clock that stands still until it is moved. Clones share their time.
#[derive(Debug, Clone)]
pub struct MockClock(Arc<AtomicI64>);

impl MockClock {
    /// A clock that stands at `start`.
    pub fn new(start: Time) -> Self {
        Self(Arc::new(AtomicI64::new(start.0)))
    }

    /// Moves the clock, and all its clones, on.
    pub fn advance(&self, duration: Duration) {
        self.0.fetch_add(millis(duration), Ordering::SeqCst);
    }

    /// Puts the clock, and all its clones, to `time`, be it earlier or later.
    pub fn set(&self, time: Time) {
        self.0.store(time.0, Ordering::SeqCst);
    }
}

impl Default for MockClock {
    /// Starts at a fixed moment of 2026.
    fn default() -> Self {
        Self::new(Time::from_seconds(1_790_000_000))
    }
}

impl Clock for MockClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_back_what_it_says() {
        let time = Time::parse("2026-11-22T19:13:00.250+01:30").unwrap();
        assert_eq!(time.to_string(), "2026-11-22T17:43:00.25Z");
        assert_eq!(time.to_rfc3339(), "2026-11-22T17:43:00Z");
        assert_eq!(time.to_string().parse(), Ok(time));
        assert_eq!(Time::parse("yesterday"), Err(TimeError));
        assert_eq!(Time::parse("2026-11-22T17:43:00"), Err(TimeError));
    }

    #[test]
    fn seconds_before_the_epoch_are_rounded_down() {
        assert_eq!(Time::from_millis(-1).as_seconds(), -1);
        assert_eq!(Time::from_millis(1999).as_seconds(), 1);
    }

    #[test]
    fn time_neither_overflows_nor_runs_backwards() {
        assert_eq!(Time::from_millis(i64::MAX) + Duration::MAX, Time::from_millis(i64::MAX));
        assert_eq!(Time::from_millis(5).since(Time::from_millis(9)), Duration::ZERO);
        assert_eq!(Time::from_millis(i64::MAX).to_rfc3339(), "9999-12-30T22:00:00Z");
        assert_eq!(Time::from_millis(i64::MIN).to_rfc3339(), "0000-01-01T00:00:00Z");
    }

    #[test]
    fn a_moment_is_a_date_in_bson_and_a_text_in_json() {
        #[derive(Serialize, Deserialize, PartialEq, Debug)]
        #[serde(tag = "kind")]
        enum Tagged {
            At { at: Time },
        }
        let time = Time::from_millis(1_790_000_000_123);

        let bytes = bson::serialize_to_vec(&Tagged::At { at: time }).unwrap();
        let raw = bson::RawDocument::from_bytes(&bytes).unwrap();
        assert_eq!(raw.get_datetime("at").unwrap().timestamp_millis(), time.as_millis());
        assert_eq!(bson::deserialize_from_slice::<Tagged>(&bytes).unwrap(), Tagged::At { at: time });
        let text = serde_json::to_string(&time).unwrap();
        assert_eq!(text, "\"2026-09-21T14:13:20.123Z\"");
        assert_eq!(serde_json::from_str::<Time>(&text).unwrap(), time);
    }

    #[test]
    fn clones_of_a_mock_clock_share_their_time() {
        let clock = MockClock::default();
        let other = clock.clone();
        let before = other.now();
        clock.advance(Duration::from_secs(60));
        assert_eq!(other.now().since(before), Duration::from_secs(60));
        other.set(Time::from_millis(7));
        assert_eq!(clock.now(), Time::from_millis(7));
    }
}
