//! The secret half of a code: drawn, shown to one person, kept as a keyed hash.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use httpkit::UserId;
use httpkit::secrets::Secrets;
use store::{Id, Random};
use zeroize::Zeroizing;

use super::document::{Code, Purpose};

/// Six digits.
const CODES: u64 = 1_000_000;
const ID_LENGTH: usize = 16;
const SECRET_LENGTH: usize = 32;

/// The key under which codes are hashed. Six digits are soon tried through, so a hash without a key would be none.
pub(crate) struct CodeKey(hmac::Key);

/// A code that was just drawn.
pub(super) struct Drawn {
    /// What the person is shown: the code, or the token of a link.
    pub shown: String,
    /// What is hashed.
    pub secret: Zeroizing<Vec<u8>>,
}

impl CodeKey {
    const PURPOSE: &'static str = "one-time-codes";

    /// The key of this server.
    pub fn new(secrets: &Secrets) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &secrets.derive(Self::PURPOSE)))
    }

    /// The hash of `secret` as the code that `code` is about: for another person, purpose or target it is another one.
    pub(super) fn hash(&self, code: &Code, secret: &[u8]) -> String {
        BASE64URL_NOPAD.encode(hmac::sign(&self.0, &message(code, secret)).as_ref())
    }

    /// Whether `secret` has that hash, in a time that tells nothing.
    pub(super) fn matches(&self, code: &Code, secret: &[u8]) -> bool {
        let kept = code.hash.as_deref().and_then(|hash| BASE64URL_NOPAD.decode(hash.as_bytes()).ok());
        kept.is_some_and(|kept| hmac::verify(&self.0, &message(code, secret), &kept).is_ok())
    }
}

impl std::fmt::Debug for CodeKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CodeKey [redacted]")
    }
}

/// Parts of unknown length have their lengths before them, so that no two codes have one message.
fn message(code: &Code, secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut message = Zeroizing::new(code.user_id.id().as_bytes().to_vec());
    for part in [code.purpose.name().as_bytes(), code.target.as_bytes(), secret] {
        message.extend_from_slice(&(part.len() as u64).to_le_bytes());
        message.extend_from_slice(part);
    }
    message
}

/// Draws a code, or the token of a link.
pub(super) fn draw(purpose: Purpose, user: UserId, random: &dyn Random) -> Drawn {
    match purpose {
        Purpose::Email | Purpose::Phone => {
            let mut bytes = [0; 8];
            random.fill(&mut bytes);
            // Of 2^64 numbers the first of a million remainders come up more often by one in 10^13.
            let shown = format!("{:06}", u64::from_le_bytes(bytes) % CODES);
            Drawn { secret: Zeroizing::new(shown.clone().into_bytes()), shown }
        }
        Purpose::Reset => {
            let mut secret = Zeroizing::new(vec![0; SECRET_LENGTH]);
            random.fill(&mut secret);
            let token = Zeroizing::new([user.id().as_bytes().as_slice(), &secret].concat());
            Drawn { shown: BASE64URL_NOPAD.encode(&token), secret }
        }
    }
}

/// Whose link carries `token`, and its secret; nothing where it is no token of ours.
pub(super) fn read_token(token: &str) -> Option<(UserId, Zeroizing<Vec<u8>>)> {
    let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(token.as_bytes()).ok()?);
    if bytes.len() != ID_LENGTH + SECRET_LENGTH {
        return None;
    }
    let (user, secret) = bytes.split_at(ID_LENGTH);
    let user = UserId::from_id(Id::from_bytes(user.try_into().ok()?).ok()?);
    Some((user, Zeroizing::new(secret.to_vec())))
}
