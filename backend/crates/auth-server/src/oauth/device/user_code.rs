//! The code that a person carries from a device's screen to the browser (RFC 8628 section 6.1): eight letters without
//! vowels, so that no word comes of them, and without what looks alike. 20⁸ codes are about 2³⁴: with five wrong tries a
//! person, nobody guesses one in the minutes that it lives.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use data_encoding::BASE64URL_NOPAD;
use httpkit::secrets::Secrets;
use store::Random;

const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// A code in its one form: eight letters of the alphabet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserCode([u8; LENGTH]);

impl UserCode {
    pub(super) fn draw(random: &dyn Random) -> Self {
        Self(std::array::from_fn(|_| draw_letter(random)))
    }

    /// What a person typed: case, spaces and hyphens are no matter.
    pub(super) fn read(typed: &str) -> Option<Self> {
        let mut letters = typed.chars().filter(|letter| !matches!(letter, ' ' | '-' | '\u{2010}'..='\u{2015}'));
        let mut code = [0; LENGTH];
        for place in &mut code {
            let letter = u8::try_from(letters.next()?).ok()?.to_ascii_uppercase();
            *place = LETTERS.contains(&letter).then_some(letter)?;
        }
        letters.next().is_none().then_some(Self(code))
    }

    /// As the device shows it: `XXXX-XXXX`.
    pub(super) fn shown(&self) -> String {
        let letter = |letter: &u8| char::from(*letter);
        let (first, second) = self.0.split_at(LENGTH / 2);
        first.iter().map(letter).chain(['-']).chain(second.iter().map(letter)).collect()
    }
}

/// Every letter is as likely as any other.
fn draw_letter(random: &dyn Random) -> u8 {
    loop {
        let mut byte = [0];
        random.fill(&mut byte);
        let number = usize::from(byte[0]);
        if number < 256 - 256 % LETTERS.len() {
            return LETTERS[number % LETTERS.len()];
        }
    }
}

/// Makes of a code the key under which it is kept: who reads the store learns no code that could still be typed.
pub(crate) struct UserCodeHasher(Key);

impl UserCodeHasher {
    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self(Key::new(HMAC_SHA256, &secrets.derive("user-codes")))
    }

    pub(super) fn key_of(&self, code: &UserCode) -> String {
        BASE64URL_NOPAD.encode(sign(&self.0, &code.0).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use store::SeededRandom;

    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = UserCode::draw(&SeededRandom::new(1));
        let shown = code.shown();
        assert_eq!(shown.len(), 9);
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', ""), shown.replace('-', " – ")] {
            assert_eq!(UserCode::read(&typed), Some(code.clone()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for typed in ["", "BCDF-GHJ", "BCDF-GHJK-L", "ABCD-FGHJ", "BCDF-GHJ0", "BCDF_GHJK", "ＢCDFGHJK"] {
            assert_eq!(UserCode::read(typed), None, "{typed}");
        }
    }

    #[test]
    fn letters_are_drawn_alike() {
        let random = SeededRandom::new(7);
        let mut counts = [0_u32; 256];
        for _ in 0..4_000 {
            counts[usize::from(draw_letter(&random))] += 1;
        }
        let drawn: Vec<u32> = LETTERS.iter().map(|letter| counts[usize::from(*letter)]).collect();
        assert_eq!(drawn.iter().sum::<u32>(), 4_000);
        assert!(drawn.iter().all(|count| (140..=260).contains(count)), "{drawn:?}");
    }
}
