//! The generic cell rate algorithm in memory: for each key one number, the moment at which its bucket is empty again.
//!
//! A key is admitted while that moment lies less than the burst ahead, and pushes it one refill further. What lies in
//! the past is the same as nothing, so keys need no clean-up but when a shard is full: then the past is dropped, and if
//! everybody is still waiting, those who wait least. So memory is bounded whatever comes, at the price that a flood of
//! new keys may forgive some old ones.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use store::{Clock, Time};

use super::{Decision, Quota};

const SHARDS: usize = 16;
/// About 2.5 MB when all shards are full.
const KEYS_PER_SHARD: usize = 8_192;

/// The counts of one process.
pub(super) struct Memory {
    clock: Arc<dyn Clock>,
    /// Keys are kept as keyed 64-bit hashes: nobody can make two collide on purpose, and by chance it is one in a
    /// hundred million at this size.
    hasher: RandomState,
    shards: [Mutex<HashMap<u64, i64>>; SHARDS],
}

impl Memory {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, hasher: RandomState::new(), shards: std::array::from_fn(|_| Mutex::default()) }
    }

    /// Counts one of `key` against `quota`.
    pub(super) fn count(&self, key: &impl Hash, quota: Quota) -> Decision {
        let key = self.hasher.hash_one(key);
        let now = micros(self.clock.now());
        let shard = &self.shards[usize::try_from(key % SHARDS as u64).unwrap_or_default()];
        // The map is whole after every step, so a panic of another thread has left nothing half done.
        let mut moments = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if moments.len() >= KEYS_PER_SHARD && !moments.contains_key(&key) {
            make_room(&mut moments, now);
        }
        let moment = moments.entry(key).or_insert(now);
        let (empty_at, decision) = step(*moment, now, quota);
        *moment = empty_at;
        decision
    }

    /// Takes back one that was counted.
    pub(super) fn give_back(&self, key: &impl Hash, quota: Quota) {
        let key = self.hasher.hash_one(key);
        let shard = &self.shards[usize::try_from(key % SHARDS as u64).unwrap_or_default()];
        if let Some(moment) = shard.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&key) {
            *moment = moment.saturating_sub(duration_micros(quota.refill));
        }
    }
}

/// One step for a key whose bucket is empty at `empty_at`, all in microseconds.
fn step(empty_at: i64, now: i64, quota: Quota) -> (i64, Decision) {
    let refill = duration_micros(quota.refill);
    let allowed = refill.saturating_mul(i64::from(quota.burst));
    // Further ahead than the whole burst it can only be because the clock was set back.
    let empty_at = empty_at.clamp(now, now.saturating_add(allowed));
    let after = empty_at.saturating_add(refill);
    let ahead = after.saturating_sub(now);
    if ahead <= allowed {
        let remaining = u32::try_from((allowed - ahead) / refill).unwrap_or(u32::MAX);
        return (after, Decision::Go { remaining, reset: to_duration(ahead) });
    }
    let retry = to_duration(ahead - allowed);
    (empty_at, Decision::Wait { retry, reset: to_duration(empty_at.saturating_sub(now)) })
}

fn make_room(moments: &mut HashMap<u64, i64>, now: i64) {
    moments.retain(|_, moment| *moment > now);
    if moments.len() < KEYS_PER_SHARD * 3 / 4 {
        return;
    }
    let mut waits: Vec<i64> = moments.values().copied().collect();
    let middle = waits.len() / 2;
    let (_, median, _) = waits.select_nth_unstable(middle);
    let median = *median;
    moments.retain(|_, moment| *moment > median);
}

fn micros(time: Time) -> i64 {
    time.as_millis().saturating_mul(1000)
}

fn duration_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn to_duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use store::MockClock;

    use super::*;

    const QUOTA: Quota = Quota { burst: 3, refill: Duration::from_millis(100) };

    fn memory() -> (Memory, MockClock) {
        let clock = MockClock::default();
        (Memory::new(Arc::new(clock.clone())), clock)
    }

    fn admits(memory: &Memory) -> bool {
        matches!(memory.count(&"key", QUOTA), Decision::Go { .. })
    }

    #[test]
    fn who_is_admitted_is_told_what_remains() {
        let (memory, clock) = memory();
        let left = |remaining, reset| Decision::Go { remaining, reset: Duration::from_millis(reset) };
        assert_eq!(memory.count(&"key", QUOTA), left(2, 100));
        assert_eq!(memory.count(&"key", QUOTA), left(1, 200));
        clock.advance(Duration::from_millis(150));
        assert_eq!(memory.count(&"key", QUOTA), left(1, 150));
    }

    #[test]
    fn a_burst_passes_and_then_one_per_refill() {
        let (memory, clock) = memory();
        for _ in 0..3 {
            assert!(admits(&memory));
        }
        let wait = Decision::Wait { retry: Duration::from_millis(100), reset: Duration::from_millis(300) };
        assert_eq!(memory.count(&"key", QUOTA), wait);
        assert_eq!(memory.count(&"key", QUOTA), wait, "a refusal costs nothing");
        clock.advance(Duration::from_millis(250));
        assert!(admits(&memory));
        assert!(admits(&memory));
        assert_eq!(
            memory.count(&"key", QUOTA),
            Decision::Wait { retry: Duration::from_millis(50), reset: Duration::from_millis(250) }
        );
    }

    #[test]
    fn what_is_given_back_was_never_counted() {
        let (memory, _) = memory();
        memory.give_back(&"key", QUOTA);
        for _ in 0..20 {
            assert!(matches!(memory.count(&"key", QUOTA), Decision::Go { remaining: 2, .. }));
            memory.give_back(&"key", QUOTA);
        }
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out_for_longer_than_the_burst() {
        let (memory, clock) = memory();
        assert!(admits(&memory));
        clock.set(Time::from_millis(0));
        let (retry, reset) = (Duration::from_millis(100), Duration::from_millis(300));
        assert_eq!(memory.count(&"key", QUOTA), Decision::Wait { retry, reset });
        clock.advance(retry);
        assert!(admits(&memory));
    }

    #[test]
    fn memory_is_bounded_and_those_who_wait_longest_are_remembered() {
        let (memory, _) = memory();
        for _ in 0..3 {
            memory.count(&"greedy", QUOTA);
        }
        for key in 0..SHARDS * KEYS_PER_SHARD * 2 {
            memory.count(&key, QUOTA);
        }
        for shard in &memory.shards {
            assert!(shard.lock().unwrap().len() <= KEYS_PER_SHARD);
        }
        assert!(matches!(memory.count(&"greedy", QUOTA), Decision::Wait { .. }));
    }

    #[test]
    fn what_has_passed_makes_room_first() {
        let (memory, clock) = memory();
        for key in 0..SHARDS * KEYS_PER_SHARD {
            memory.count(&key, QUOTA);
        }
        clock.advance(Duration::from_secs(1));
        for key in 0..SHARDS {
            memory.count(&("fresh", key), QUOTA);
        }
        let kept: usize = memory.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(kept < SHARDS * KEYS_PER_SHARD, "{kept}");
    }
}
