//! Who follows whom. A few are followed by very many, most by some; of those who are followed, many follow back.

use std::collections::BTreeSet;

use super::dice::{Dice, Urn};
use super::people::Person;

/// How many an ordinary person follows, where there are enough.
const USUAL: f64 = 18.0;
/// The most that anybody follows.
const MOST: usize = 400;
/// How many of a hundred follow back.
const BACK: f64 = 30.0;

/// For each of `people` the numbers of those whom they follow, ascending.
pub(super) fn follows(dice: &Dice, people: &[Person]) -> Vec<BTreeSet<usize>> {
    let urn = Urn::new(people.iter().map(|person| person.known));
    let mut follows = vec![BTreeSet::new(); people.len()];
    let most = MOST.min(people.len().saturating_sub(1) / 2);
    for from in 0..people.len() {
        let wanted = dice.heavy_tailed(USUAL, most);
        // Who is drawn twice counts once, so a little is missing where there are few people.
        for _ in 0..wanted {
            let to = urn.draw(dice);
            if to != from && follows[from].insert(to) && dice.percent(BACK) {
                follows[to].insert(from);
            }
        }
    }
    follows
}

#[cfg(test)]
mod tests {
    use store::Time;

    use super::*;
    use crate::seed::people::invent;

    #[test]
    fn a_few_are_followed_by_many_and_nobody_follows_themselves() {
        let people = invent(&Dice::new(1, 1), 1_000, BTreeSet::new(), Time::from_seconds(1_790_000_000));
        let follows = follows(&Dice::new(1, 2), &people);
        let mut followers = vec![0_usize; people.len()];
        for (from, followed) in follows.iter().enumerate() {
            assert!(!followed.contains(&from));
            followed.iter().for_each(|to| followers[*to] += 1);
        }
        followers.sort_unstable();
        let all: usize = followers.iter().sum();
        assert!(all > 15_000, "{all}");
        assert!(followers[999] > 20 * followers[500], "{} {}", followers[999], followers[500]);
    }
}
