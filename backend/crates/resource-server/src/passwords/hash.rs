//! One bcrypt hash: made, checked, judged for its age. Slow on purpose; called by the pool's threads only.

use zeroize::Zeroizing;

/// bcrypt reads no further than this.
pub(super) const MOST_BYTES: usize = 72;

/// Hashes `password`, which has at most 72 bytes and no NUL, as `$2b$`.
pub(super) fn make(password: &str, cost: u32, salt: [u8; 16]) -> String {
    // Not `non_truncating_hash`: that one refuses 72 bytes too, which passlib and bcrypt itself take whole. Whoever made
    // a `NewPassword` has counted them.
    bcrypt::hash_with_salt(password, cost, salt).expect("the cost is a checked setting").to_string()
}

/// Whether `password` made `hash`. A password that could not have made any takes the same time and is wrong.
pub(super) fn check(password: &Zeroizing<String>, hash: &str) -> bool {
    // Passwords of 73 bytes and their twins cut at 72 are not the same password, and neither is one with a NUL inside.
    let possible = password.len() <= MOST_BYTES && !password.contains('\0');
    bcrypt::verify(password.as_bytes(), hash).unwrap_or(false) && possible
}

/// A hash of `cost` that no password makes: what is checked where there is no account, so that time tells nothing.
pub(super) fn dummy(cost: u32) -> String {
    format!("$2b${cost:02}$abcdefghijklmnopqrstuuJ6hGYhXyZbdKZ3lQy0sAZe0MLr6uY4i")
}

/// Whether `hash` is not what [`make`] would write today at `cost`. A hash that cannot be read is as it is.
pub(super) fn is_outdated(hash: &str, cost: u32) -> bool {
    let written_cost = hash.parse::<bcrypt::HashParts>().map(|parts| parts.get_cost());
    written_cost.is_ok_and(|written| written != cost) || !hash.starts_with("$2b$")
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
            assert!(check(&password(text), hash), "{text}");
            assert!(!check(&password(&format!("{text}.")), hash), "{text}");
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
        assert!(check(&password(&long[..72]), &hash));
        assert!(!check(&password(&long), &hash));
        let short = make("chai", 4, [7; 16]);
        assert!(check(&password("chai"), &short));
        assert!(!check(&password("chai\0"), &short) && !check(&password("chai\0and more"), &short));
    }

    #[test]
    fn the_dummy_is_a_hash_of_its_cost_that_nothing_opens() {
        assert_eq!(dummy(12).parse::<bcrypt::HashParts>().unwrap().get_cost(), 12);
        assert!(!is_outdated(&dummy(12), 12));
        assert!(!check(&password(""), &dummy(4)) && !check(&password("password"), &dummy(4)));
        assert!(!check(&password("password"), "not a hash"));
    }

    #[test]
    fn a_grown_cost_and_an_older_format_are_outdated() {
        let hash = make("chai and rain", 4, [7; 16]);
        assert!(!is_outdated(&hash, 4) && is_outdated(&hash, 5));
        assert!(is_outdated(&hash.replace("$2b$", "$2a$"), 4));
        assert!(is_outdated("not a hash", 4));
    }
}
