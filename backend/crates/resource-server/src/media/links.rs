//! Addresses of pictures: `/media/{media_id}/{side}.webp` of what everybody may see, and with a stamp between the two
//! parts for what not everybody may. `<img>` sends no token, so the stamp is the permission: until when it is good, and
//! a MAC over that and the picture. It changes once a day, so that browsers can keep what they fetched.
//!
//! A stamp says nothing about whether the picture is still there: who serves it asks the document.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use store::{IdLike, Time};

use super::documents::MediaId;

const DAY: i64 = 24 * 60 * 60;

/// Of the MAC's 32 bytes; 128 bits are beyond guessing.
const KEPT: usize = 16;

/// Makes and judges addresses.
pub(crate) struct Links {
    key: hmac::Key,
    origin: String,
    open: bool,
}

/// The addresses of one picture's sizes.
#[derive(Debug)]
pub(crate) struct Addresses(String);

impl Addresses {
    /// The address of the size with this longest side.
    pub(crate) fn side(&self, side: u32) -> String {
        format!("{}/{side}.webp", self.0)
    }
}

impl Links {
    /// What the key is derived for.
    pub(super) const PURPOSE: &'static str = "media-links";

    /// Absolute addresses under `origin`; `key` derived for [`Links::PURPOSE`]. Where the house is not `open` to the public,
    /// nothing is everybody's to see.
    pub(super) fn new(origin: String, open: bool, key: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key), origin, open }
    }

    /// Whether a picture that is `public` by its document needs no stamp.
    pub(crate) fn is_plain(&self, public: bool) -> bool {
        public && self.open
    }

    /// The addresses of the sizes of `media`.
    pub(crate) fn of(&self, media: MediaId, public: bool, now: Time) -> Addresses {
        let origin = &self.origin;
        Addresses(match self.is_plain(public) {
            true => format!("{origin}/media/{media}"),
            false => format!("{origin}/media/{media}/{}", self.stamp(media, now)),
        })
    }

    /// The stamp for all sizes of `media`: the same all day (UTC), good for the next one too.
    fn stamp(&self, media: MediaId, now: Time) -> String {
        let last_day = now.as_seconds().div_euclid(DAY) + 1;
        let mac = hmac::sign(&self.key, &message(media, last_day));
        format!("{last_day}-{}", BASE64URL_NOPAD.encode(&mac.as_ref()[..KEPT]))
    }

    /// How many seconds `stamp` is still good for, if it is one of ours for `media`.
    pub(crate) fn remaining(&self, media: MediaId, stamp: &str, now: Time) -> Option<i64> {
        let (last_day, _) = stamp.split_once('-')?;
        let last_day: i64 = last_day.parse().ok().filter(|day| (0..1_000_000).contains(day))?;
        let mac = hmac::sign(&self.key, &message(media, last_day));
        let expected = format!("{last_day}-{}", BASE64URL_NOPAD.encode(&mac.as_ref()[..KEPT]));
        let ours = aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_bytes(), stamp.as_bytes());
        let remaining = (last_day + 1) * DAY - now.as_seconds();
        (ours.is_ok() && remaining > 0).then_some(remaining)
    }
}

fn message(media: MediaId, last_day: i64) -> [u8; 24] {
    let mut message = [0; 24];
    message[..16].copy_from_slice(media.as_id().as_bytes());
    message[16..].copy_from_slice(&last_day.to_be_bytes());
    message
}

impl std::fmt::Debug for Links {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Links").field("origin", &self.origin).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use store::{Clock, MockClock, SeededRandom};

    use super::*;

    #[test]
    fn a_stamp_is_stable_for_a_day_good_for_the_next_and_forged_by_nobody() {
        let links = Links::new("http://localhost:3000".to_owned(), true, &[7; 32]);
        let clock = MockClock::new(Time::parse("2026-11-22T00:00:00Z").unwrap());
        let random = SeededRandom::new(1);
        let media = MediaId::generate_unsharded(clock.now(), &random);
        let stamp = links.stamp(media, clock.now());

        clock.advance(Duration::from_secs(24 * 3600 - 1));
        assert_eq!(links.stamp(media, clock.now()), stamp);
        clock.advance(Duration::from_secs(1));
        assert_ne!(links.stamp(media, clock.now()), stamp);
        assert_eq!(links.remaining(media, &stamp, clock.now()), Some(24 * 3600));

        let other = MediaId::generate_unsharded(clock.now(), &random);
        let later = stamp.replacen('-', "0-", 1);
        for forged in ["", "-", "x-y", &later, &stamp[..stamp.len() - 1], &format!("{stamp}A"), &format!("0{stamp}")] {
            assert_eq!(links.remaining(media, forged, clock.now()), None, "{forged}");
        }
        assert_eq!(links.remaining(other, &stamp, clock.now()), None);
        let elsewhere = Links::new("http://localhost:3000".to_owned(), true, &[8; 32]);
        assert_eq!(elsewhere.remaining(media, &stamp, clock.now()), None);

        clock.advance(Duration::from_secs(24 * 3600));
        assert_eq!(links.remaining(media, &stamp, clock.now()), None);
    }
}
