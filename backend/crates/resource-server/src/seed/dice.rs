//! Chance that repeats itself: the same seed throws the same.

use store::{Random, SeededRandom};

/// A source of chance.
#[derive(Clone, Debug)]
pub(super) struct Dice(SeededRandom);

impl Dice {
    /// Dice whose throws follow from `seed`, and from what they are thrown for, so that a change to one part of a
    /// community leaves the others as they were.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        Self(SeededRandom::new(seed.rotate_left(24) ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// The bytes themselves, for ids.
    pub(super) fn random(&self) -> &dyn Random {
        &self.0
    }

    /// Any number.
    pub(super) fn number(&self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }

    /// From 0 to below 1.
    pub(super) fn unit(&self) -> f64 {
        // The 53 bits that the number type keeps exactly.
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `low` to below `high`.
    pub(super) fn between(&self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    /// One of the numbers below `count`; 0 where there is none.
    pub(super) fn below(&self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// Yes, so often of a hundred times.
    pub(super) fn percent(&self, chance: f64) -> bool {
        self.unit() * 100.0 < chance
    }

    /// One of them, which must not be none.
    pub(super) fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Mostly small, rarely large numbers around `median`: what people do more or less of. Never above `most`.
    pub(super) fn heavy_tailed(&self, median: f64, most: usize) -> usize {
        // A log-normal by the sum of uniform numbers, which is near enough to a normal one.
        let normal: f64 = (0..6).map(|_| self.unit()).sum::<f64>() * 1.414 - 4.243;
        ((median * (normal * 1.1).exp()).round() as usize).min(most)
    }
}

/// People (by number) of whom some are drawn far more often than others.
#[derive(Clone, Debug)]
pub(super) struct Urn(Vec<f64>);

impl Urn {
    /// Each number is drawn in proportion to its weight.
    pub(super) fn new(weights: impl Iterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        Self(
            weights
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect(),
        )
    }

    /// A number; 0 where there is none.
    pub(super) fn draw(&self, dice: &Dice) -> usize {
        let sum = self.0.last().copied().unwrap_or_default();
        let mark = dice.unit() * sum;
        self.0.partition_point(|end| *end <= mark).min(self.0.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_throws_the_same_and_another_purpose_does_not() {
        assert_eq!(Dice::new(7, 1).number(), Dice::new(7, 1).number());
        assert_ne!(Dice::new(7, 1).number(), Dice::new(7, 2).number());
        assert_ne!(Dice::new(7, 1).number(), Dice::new(8, 1).number());
    }

    #[test]
    fn a_heavy_tail_has_a_small_median_and_large_ends() {
        let dice = Dice::new(1, 1);
        let mut thrown: Vec<usize> = (0..2_000).map(|_| dice.heavy_tailed(20.0, 10_000)).collect();
        thrown.sort_unstable();
        assert!((15..26).contains(&thrown[1_000]), "{}", thrown[1_000]);
        assert!(thrown[1_990] > 150, "{}", thrown[1_990]);
        assert_eq!(dice.heavy_tailed(1e9, 30), 30);
    }

    #[test]
    fn an_urn_gives_in_proportion_and_never_what_weighs_nothing() {
        let (dice, urn) = (Dice::new(1, 1), Urn::new([1.0, 0.0, 3.0].into_iter()));
        let mut drawn = [0; 3];
        (0..4_000).for_each(|_| drawn[urn.draw(&dice)] += 1);
        assert!(drawn[1] == 0 && (2_800..3_200).contains(&drawn[2]), "{drawn:?}");
    }
}
