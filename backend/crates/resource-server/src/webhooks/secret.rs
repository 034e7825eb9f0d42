//! A webhook's secret and what is signed with it (Standard Webhooks, "Symmetric signatures").

use std::fmt;

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use httpkit::seal::{NotOurs, Sealer};
use httpkit::secrets::Secrets;
use store::{Random, Time};
use zeroize::Zeroizing;

use super::documents::Webhook;

const LENGTH: usize = 32;
const PREFIX: &str = "whsec_";

/// The key of one webhook. It does not print.
pub(super) struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A new one.
    pub fn draw(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new(vec![0; LENGTH]);
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// As its owner reads it, this once.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    /// `v1,` and the MAC of what is sent.
    fn sign(&self, message_id: &str, timestamp: i64, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mac = hmac::sign(&key, format!("{message_id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", BASE64.encode(mac.as_ref()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret [redacted]")
    }
}

/// Seals secrets for the store: whoever reads the store alone can sign nothing.
#[derive(Debug)]
pub(super) struct SecretSealer(Sealer);

impl SecretSealer {
    const PURPOSE: &'static str = "webhook-secret";

    /// The sealer of this server.
    pub fn new(secrets: &Secrets) -> Self {
        Self(Sealer::new(Self::PURPOSE, &secrets.derive(Self::PURPOSE)))
    }

    pub fn seal(&self, secret: &Secret, random: &dyn Random) -> String {
        self.0.seal(&*secret.0, random)
    }

    fn open(&self, sealed: &str) -> Result<Secret, NotOurs> {
        self.0.open(sealed).map(|bytes| Secret(Zeroizing::new(bytes)))
    }

    /// The header `webhook-signature`: one signature, and a second one by the former secret as long as it counts.
    ///
    /// # Errors
    /// The secret was sealed under another master secret.
    pub fn signatures(&self, hook: &Webhook, message_id: &str, now: Time, body: &str) -> Result<String, NotOurs> {
        let sign = |sealed: &str| Ok(self.open(sealed)?.sign(message_id, now.as_seconds(), body));
        let mut signatures = sign(&hook.secret)?;
        if let Some(former) = hook.former.as_ref().filter(|former| now < former.until) {
            signatures.push(' ');
            signatures.push_str(&sign(&former.secret)?);
        }
        Ok(signatures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_as_the_specification_says() {
        // The example of the Standard Webhooks specification, worked out with Python's hmac.
        let secret = Secret(Zeroizing::new(BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()));
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_32_bytes_and_does_not_print() {
        let secret = Secret::draw(&store::SeededRandom::new(1));
        assert_eq!(secret.text().len(), PREFIX.len() + 44);
        assert_eq!(format!("{secret:?}"), "Secret [redacted]");
    }
}
