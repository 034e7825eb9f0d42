//! What a process remembers of the store, bounded, and never longer than it is true.
//!
//! Correct by counting: every key belongs to a slot with a counter. Whoever reads the store takes the counter's [`Mark`]
//! *before* it reads and hands it in with what it read; whoever writes counts the slot up *after* the commit
//! ([`Recall::forget`]). What was read before a write thus never answers anybody who comes after it, without a lock.
//! That holds inside one process. Where others write to the same database too, nothing is believed for longer than
//! [`SHARED_LIFETIME`].
//!
//! Not a cache of answers and not a place for what exists nowhere else: everything here may vanish at any time.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use httpkit::settings::Settings;
use quick_cache::sync::Cache;
use store::Time;

/// How long a process believes what it read from a database that other processes write to as well.
const SHARED_LIFETIME: Duration = Duration::from_secs(1);

/// Forgetting one key forgets its slot: with a thousand slots hardly anything else is hit.
const SLOTS: usize = 1024;

/// Values by key, as they were read from the store.
pub(crate) struct Recall<K, V> {
    kept: Cache<K, Kept<V>>,
    slots: Box<[AtomicU64]>,
    hasher: RandomState,
    lifetime: Option<Duration>,
}

/// The state of a key's slot before the store was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u64);

#[derive(Clone)]
struct Kept<V> {
    mark: Mark,
    until: Option<Time>,
    value: V,
}

impl<K: Hash + Eq + Clone, V: Clone> Recall<K, V> {
    /// Remembers about `capacity` values.
    pub(crate) fn new(settings: &Settings, capacity: usize) -> Self {
        // The embedded store has one process, this one: what it was not told did not happen.
        let lifetime = settings.store.uri.as_ref().map(|_| SHARED_LIFETIME);
        Self {
            kept: Cache::new(capacity),
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            lifetime,
        }
    }

    /// What is remembered under `key`, if it still holds at `now`.
    pub(crate) fn get(&self, key: &K, now: Time) -> Option<V> {
        let kept = self.kept.get(key)?;
        let holds = kept.mark == self.mark(key) && kept.until.is_none_or(|until| now < until);
        holds.then_some(kept.value)
    }

    /// To be taken before the store is read for `key`.
    pub(crate) fn mark(&self, key: &K) -> Mark {
        Mark(self.slot(key).load(Ordering::Acquire))
    }

    /// Remembers what was read under `key` after `mark` was taken.
    pub(crate) fn keep(&self, key: K, value: V, mark: Mark, now: Time) {
        let until = self.lifetime.map(|lifetime| now + lifetime);
        self.kept.insert(key, Kept { mark, until, value });
    }

    /// Forgets what is under `key`, also what is being read at this moment. To be called after a commit.
    pub(crate) fn forget(&self, key: &K) {
        self.slot(key).fetch_add(1, Ordering::AcqRel);
        self.kept.remove(key);
    }

    /// What is remembered, or what `load` reads and is then remembered.
    pub(crate) async fn get_or_load<E>(
        &self,
        key: &K,
        now: Time,
        load: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        if let Some(value) = self.get(key, now) {
            return Ok(value);
        }
        let mark = self.mark(key);
        let value = load.await?;
        self.keep(key.clone(), value.clone(), mark, now);
        Ok(value)
    }

    /// The same for many keys: `load` is asked once, for those that are not remembered, and answers in their order.
    pub(crate) async fn get_many_or_load<E, F: Future<Output = Result<Vec<V>, E>>>(
        &self,
        keys: &[K],
        now: Time,
        load: impl FnOnce(Vec<K>) -> F,
    ) -> Result<Vec<V>, E> {
        let mut found: Vec<Option<V>> = keys.iter().map(|key| self.get(key, now)).collect();
        let mut missing: Vec<(K, Mark)> = Vec::new();
        for (key, value) in keys.iter().zip(&found) {
            if value.is_none() {
                missing.push((key.clone(), self.mark(key)));
            }
        }
        if !missing.is_empty() {
            let loaded = load(missing.iter().map(|(key, _)| key.clone()).collect()).await?;
            let gaps = found.iter_mut().filter(|value| value.is_none());
            for ((gap, (key, mark)), value) in gaps.zip(missing).zip(loaded) {
                *gap = Some(value.clone());
                self.keep(key, value, mark, now);
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    fn slot(&self, key: &K) -> &AtomicU64 {
        &self.slots[self.hasher.hash_one(key) as usize % SLOTS]
    }
}

impl<K, V> std::fmt::Debug for Recall<K, V> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Recall").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_seconds(1_790_000_000);

    fn recall(uri: &str) -> Recall<u32, &'static str> {
        let environment = [("TAPRI_STORE__URI".to_owned(), uri.to_owned())];
        let settings = Settings::from_layers(None, environment).unwrap();
        Recall::new(&settings, 16)
    }

    #[test]
    fn what_was_read_before_a_write_answers_nobody_after_it() {
        let recall = recall("");
        let mark = recall.mark(&1);
        recall.forget(&1);
        recall.keep(1, "old", mark, NOW);
        assert_eq!(recall.get(&1, NOW), None);

        recall.keep(1, "new", recall.mark(&1), NOW);
        assert_eq!(recall.get(&1, NOW + Duration::from_secs(9999)), Some("new"));
        recall.forget(&1);
        assert_eq!(recall.get(&1, NOW), None);
    }

    #[test]
    fn beside_other_writers_nothing_is_believed_for_long() {
        let recall = recall("mongodb://localhost:27017/tapri");
        recall.keep(1, "one", recall.mark(&1), NOW);
        assert_eq!(recall.get(&1, NOW + Duration::from_millis(999)), Some("one"));
        assert_eq!(recall.get(&1, NOW + SHARED_LIFETIME), None);
    }

    #[tokio::test]
    async fn many_are_loaded_in_one_and_come_in_the_order_of_their_keys() {
        let recall = recall("");
        recall.keep(2, "two", recall.mark(&2), NOW);
        let load = async |keys: Vec<u32>| {
            assert_eq!(keys, [1, 3]);
            Ok::<_, ()>(vec!["one", "three"])
        };
        let found = recall.get_many_or_load(&[1, 2, 3], NOW, load).await;
        assert_eq!(found, Ok(vec!["one", "two", "three"]));
        assert_eq!(recall.get(&3, NOW), Some("three"));
    }
}
