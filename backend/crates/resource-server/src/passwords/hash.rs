//! One bcrypt hash: made, checked, judged for its age. Slow on purpose; called by the pool's threads only.

use std::ops::Range;

use zeroize::Zeroizing;

/// bcrypt reads no further than this.
pub(super) const MOST_BYTES: usize = 72;

/// The dearest that the settings allow; a dearer one would be a minute of work for whoever signs in.
const HIGHEST_COST: u32 = 16;

/// Whether `text` is a bcrypt hash that can be verified here.
pub(crate) fn is_hash(text: &str) -> bool {
    let known = ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| text.starts_with(prefix));
    known && text.len() == 60 && cost_of(text).is_some_and(|cost| (4..=HIGHEST_COST).contains(&cost))
}

/// Hashes `password`, which has at most 72 bytes and no NUL, as `$2b$`.
pub(super) fn make(password: &str, cost: u32, salt: [u8; 16]) -> String {
    // Not `non_truncating_hash`: that one refuses 72 bytes too, which passlib and bcrypt itself take whole. Whoever made
    // a `NewPassword` has counted them.
    bcrypt::hash_with_salt(password, cost, salt).expect("the cost is a checked setting").to_string()
}

/// Whether `password` made `hash`. A password that could not have made any takes the same time and is wrong, and a wrong one
/// against a hash of a lower cost takes as long as one of `cost`: else an older account would be known by its quick no.
pub(super) fn check(password: &Zeroizing<String>, hash: &str, cost: u32) -> bool {
    // Passwords of 73 bytes and their twins cut at 72 are not the same password, and neither is one with a NUL inside.
    let possible = password.len() <= MOST_BYTES && !password.contains('\0');
    let good = bcrypt::verify(password.as_bytes(), hash).unwrap_or(false) && possible;
    if !good {
        for cost in missing_work(cost_of(hash), cost) {
            // Never good, and not to be left out by a clever compiler: verifying it is what takes the time.
            let _ = bcrypt::verify(password.as_bytes(), &dummy(cost));
        }
    }
    good
}

/// The costs of the checks that are missing after one of cost `spent` to have worked as much as one of `cost`:
/// 2^s + (2^s + 2^(s+1) + … + 2^(c-1)) = 2^c. A hash that cannot be read took no work at all.
fn missing_work(spent: Option<u32>, cost: u32) -> Range<u32> {
    spent.map_or(cost..cost + 1, |spent| spent..cost)
}

fn cost_of(hash: &str) -> Option<u32> {
    hash.parse::<bcrypt::HashParts>().ok().map(|parts| parts.get_cost())
}

/// A hash of `cost` that no password makes: what is checked where there is no account, so that time tells nothing.
pub(super) fn dummy(cost: u32) -> String {
    format!("$2b${cost:02}$abcdefghijklmnopqrstuuJ6hGYhXyZbdKZ3lQy0sAZe0MLr6uY4i")
}

/// Whether `hash` is not what [`make`] would write today at `cost`. A hash that cannot be read is as it is.
pub(super) fn is_outdated(hash: &str, cost: u32) -> bool {
    cost_of(hash).is_some_and(|written| written != cost) || !hash.starts_with("$2b$")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes that passlib made, each with its password.
    fn made_by_passlib() -> impl Iterator<Item = (&'static str, &'static str)> {
        include_str!("passlib.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once('\t').unwrap())
    }

    fn password(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[test]
    fn what_passlib_hashed_verifies_here() {
        for (hash, text) in made_by_passlib() {
            assert!(check(&password(text), hash, 4), "{text}");
            assert!(!check(&password(&format!("{text}.")), hash, 4), "{text}");
        }
    }

    #[test]
    fn what_is_hashed_here_is_what_passlib_would_have_written() {
        let cheap = made_by_passlib().filter(|(hash, _)| hash.starts_with("$2b$04$"));
        for (hash, text) in cheap {
            let parts: bcrypt::HashParts = hash.parse().unwrap();
            assert_eq!(make(text, 4, parts.get_salt_raw()), hash, "{text}");
        }
    }

    #[test]
    fn a_password_that_is_cut_or_broken_by_a_nul_is_another_one() {
        let long = "x".repeat(73);
        let hash = make(&long[..72], 4, [7; 16]);
        assert!(check(&password(&long[..72]), &hash, 4));
        assert!(!check(&password(&long), &hash, 4));
        let short = make("chai", 4, [7; 16]);
        assert!(check(&password("chai"), &short, 4));
        assert!(!check(&password("chai\0"), &short, 4) && !check(&password("chai\0and more"), &short, 4));
    }

    #[test]
    fn the_dummy_is_a_hash_of_its_cost_that_nothing_opens() {
        assert_eq!(dummy(12).parse::<bcrypt::HashParts>().unwrap().get_cost(), 12);
        assert!(!is_outdated(&dummy(12), 12));
        assert!(!check(&password(""), &dummy(4), 4) && !check(&password("password"), &dummy(4), 4));
        assert!(!check(&password("password"), "not a hash", 4));
    }

    #[test]
    fn a_wrong_password_costs_the_same_whatever_the_hash_had_cost() {
        for spent in 4..=12 {
            let work: u64 = missing_work(Some(spent), 12).map(|cost| 1 << cost).sum::<u64>() + (1 << spent);
            assert_eq!(work, 1 << 12);
        }
        assert_eq!(missing_work(None, 12).collect::<Vec<_>>(), [12]);
        assert_eq!(missing_work(Some(13), 12).count(), 0);
    }

    #[test]
    fn a_grown_cost_and_an_older_format_are_outdated() {
        let hash = make("chai and rain", 4, [7; 16]);
        assert!(!is_outdated(&hash, 4) && is_outdated(&hash, 5));
        assert!(is_outdated(&hash.replace("$2b$", "$2a$"), 4));
        assert!(is_outdated("not a hash", 4));
    }
}
