//! Devices that somebody has signed in on before: a sealed token that the device keeps, in a cookie or beside its other
//! tokens.
//!
//! It opens nothing. It only says that whoever guesses elsewhere shall not keep this device out ([`super::attempts`]), and
//! gives whoever steals it a count of their own. A reset password makes all of them strangers again.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, HeaderValue};
use httpkit::UserId;
use httpkit::cookies::{self, SameSite};
use httpkit::seal::Sealer;
use httpkit::secrets::Secrets;
use serde::{Deserialize, Serialize};
use store::Time;

use super::account::Account;
use crate::app::App;

/// As long as browsers keep any cookie (400 days).
const LIFE: Duration = Duration::from_secs(400 * 24 * 3600);

/// Seals and opens what devices keep.
#[derive(Debug)]
pub(crate) struct DeviceSealer(Sealer);

impl DeviceSealer {
    const PURPOSE: &'static str = "known-device";

    /// The sealer of this server.
    pub fn new(secrets: &Secrets) -> Self {
        Self(Sealer::new(Self::PURPOSE, &secrets.derive(Self::PURPOSE)))
    }
}

/// What a device keeps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct KnownDevice {
    user: UserId,
    /// Its name, drawn at the first sign-in; by it its mistakes are counted.
    device: String,
    signed_in_at: Time,
}

impl KnownDevice {
    /// What the device that sent `headers`, or `token` in its body, was given before.
    pub fn read(app: &App, headers: &HeaderMap, token: Option<&str>) -> Option<Self> {
        let sealed = token.or_else(|| app.cookies().read(headers, cookies::DEVICE))?;
        app.device_sealer().0.open(sealed).ok()
    }

    /// Whether it was given for signing in to `account`, and still counts.
    pub fn knows(&self, account: &Account, now: Time) -> bool {
        self.user == account.user_id
            && now < self.signed_in_at + LIFE
            && account.devices_from.is_none_or(|from| from <= self.signed_in_at)
    }

    /// By what its mistakes are counted.
    pub fn name(&self) -> &str {
        &self.device
    }

    /// What the device is given after signing in to `account`: its old name where it has one there.
    pub fn renewed(app: &App, former: Option<Self>, account: &Account) -> String {
        let now = app.now();
        let device =
            former.filter(|former| former.knows(account, now)).map_or_else(|| draw(app), |former| former.device);
        let known = Self { user: account.user_id, device, signed_in_at: now };
        app.device_sealer().0.seal(&known, app.random())
    }
}

/// The cookie that keeps `sealed`.
pub(super) fn cookie(app: &App, sealed: &str) -> HeaderValue {
    app.cookies().set(cookies::DEVICE, sealed, SameSite::Strict, Some(LIFE))
}

fn draw(app: &App) -> String {
    let mut name = [0; 12];
    app.random().fill(&mut name);
    BASE64URL_NOPAD.encode(&name)
}
