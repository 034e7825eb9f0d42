//! Client secrets: 256 random bits, kept only as a keyed hash. A slow hash is for passwords that people think up; these
//! are drawn by us, and what the database holds is worth nothing without this server's key.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use data_encoding::BASE64URL_NOPAD;
use httpkit::secrets::Secrets;
use store::{Random, Time};
use subtle::{Choice, ConstantTimeEq};

use super::Secret;

/// Draws, hashes and compares client secrets.
pub(crate) struct SecretHasher(Key);

impl SecretHasher {
    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self(Key::new(HMAC_SHA256, &secrets.derive("client-secrets")))
    }

    /// A new secret, to be shown once, and what is kept of it.
    pub(crate) fn draw(&self, random: &dyn Random) -> (String, Secret) {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        let secret = BASE64URL_NOPAD.encode(&bytes);
        let kept = Secret { hash: self.hash(&secret), until: None };
        (secret, kept)
    }

    /// Whether `presented` is one of `secrets` that is good at `now`. The same work whatever it is, also for no secrets
    /// at all (an unknown or a public app).
    pub(crate) fn opens(&self, presented: &str, secrets: &[Secret], now: Time) -> bool {
        let hash = self.hash(presented);
        let found = secrets.iter().fold(Choice::from(0), |found, secret| {
            let good = Choice::from(u8::from(secret.is_good(now)));
            found | (hash.as_bytes().ct_eq(secret.hash.as_bytes()) & good)
        });
        found.into()
    }

    fn hash(&self, secret: &str) -> String {
        BASE64URL_NOPAD.encode(sign(&self.0, secret.as_bytes()).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use store::SeededRandom;

    use super::*;

    #[test]
    fn only_a_good_secret_opens_and_an_old_one_until_its_time() {
        let random = SeededRandom::new(1);
        let hasher = SecretHasher::new(&Secrets::in_memory(&random));
        let now = Time::from_seconds(1_790_000_000);
        let (old, mut kept_old) = hasher.draw(&random);
        let (new, kept_new) = hasher.draw(&random);
        kept_old.until = Some(now + Duration::from_secs(60));
        let kept = [kept_new, kept_old];
        assert!(hasher.opens(&old, &kept, now) && hasher.opens(&new, &kept, now));
        assert!(!hasher.opens(&old, &kept, now + Duration::from_secs(60)));
        assert!(!hasher.opens("", &kept, now) && !hasher.opens(&new, &[], now));
        assert!(!kept[0].hash.contains(&new));
    }
}
