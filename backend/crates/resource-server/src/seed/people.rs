//! Who lives in the community: their names, when they came, how much they do and how well they are known.

use std::collections::BTreeSet;
use std::time::Duration;

use store::Time;

use super::dice::Dice;
use super::{names, words};

/// How long ago the first came.
const OLDEST: Duration = Duration::from_secs(300 * 24 * 60 * 60);
/// Nobody came later than this.
const NEWEST: Duration = Duration::from_secs(36 * 60 * 60);

/// Somebody.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) username: String,
    pub(super) name: String,
    pub(super) bio: String,
    pub(super) joined: Time,
    /// How gladly others follow them, beside others' numbers.
    pub(super) known: f64,
    /// How much they post, beside others' numbers.
    pub(super) busy: f64,
}

/// So many people at `now`, with names that are not among `taken`.
pub(super) fn invent(dice: &Dice, count: usize, mut taken: BTreeSet<String>, now: Time) -> Vec<Person> {
    let mut people = Vec::with_capacity(count);
    for rank in 0..count {
        let name = names::draw(dice);
        let username = free(dice, &name, &mut taken);
        // The square: more have come lately than long ago.
        let ago = OLDEST.mul_f64(dice.unit().powi(2)).max(NEWEST);
        people.push(Person {
            username,
            name: name.written,
            bio: words::bio(dice),
            joined: now - ago,
            // A power law: a few are known to nearly everybody, most to their friends.
            known: 1.0 / (rank as f64 + 2.0).powf(0.85),
            busy: dice.heavy_tailed(100.0, 4_000) as f64 + 1.0,
        });
    }
    people
}

/// A user name after `name`, which nobody has.
fn free(dice: &Dice, name: &names::Name, taken: &mut BTreeSet<String>) -> String {
    let (given, family) = (name.given, name.family);
    let wanted = match dice.below(6) {
        0 => format!("{given}{family}"),
        1 => format!("{given}_{family}"),
        2 => format!("{family}.{given}"),
        3 => format!("{given}.{}", &family[..1]),
        4 => format!("{given}{:02}", dice.below(100)),
        _ => format!("{given}.{family}"),
    };
    let mut free = wanted.clone();
    let mut number = 2;
    while !taken.insert(free.clone()) {
        free = format!("{wanted}{number}");
        number += 1;
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::Username;

    #[test]
    fn nobody_has_the_name_of_another_and_every_name_is_good() {
        let taken = BTreeSet::from(["asha.sharma".to_owned()]);
        let people = invent(&Dice::new(1, 1), 3_000, taken, Time::from_seconds(1_790_000_000));
        let names: BTreeSet<&str> = people.iter().map(|person| person.username.as_str()).collect();
        assert!(names.len() == 3_000 && !names.contains("asha.sharma"));
        for name in names {
            assert!(Username::parse(name).is_ok(), "{name}");
        }
    }
}
