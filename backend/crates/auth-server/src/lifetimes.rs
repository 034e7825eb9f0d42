//! How long everything lives, from the settings. Nothing else in this crate knows a number of seconds.

use std::time::Duration;

use httpkit::settings::Settings;
use store::Time;

use crate::clients::Client;

/// What is stored may outlive its moment by up to this, so that a refresh does not move it in the sweeper's index each
/// time. It is only room on the disk: whether something is good is never judged by it.
const EXPIRY_STEP_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Lifetimes of what the auth server gives out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    /// An access token.
    pub access: Duration,
    /// After a rotation, the token before the newest is answered with the newest for this long.
    pub grace: Duration,
    /// An authorization code.
    pub code: Duration,
    /// A pending authorization request.
    pub request: Duration,
    /// A pushed request, until the browser comes with it.
    pub pushed_request: Duration,
    /// A device that waits for a person.
    pub device: Duration,
    /// What such a device leaves between two polls.
    pub device_interval: Duration,
    /// A grant with `offline_access`, from one use to the next.
    pub offline_idle: Duration,
    /// A session, from one use to the next.
    pub session_idle: Duration,
    /// A session, from the proof of who it is.
    pub session_max: Duration,
    /// Nobody waits longer than this for news, so that no timeout on the way cuts the answer off.
    pub longest_wait: Duration,
}

impl Lifetimes {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            access: settings.tokens.access,
            grace: settings.tokens.refresh_grace,
            code: settings.tokens.code,
            request: settings.tokens.request,
            pushed_request: settings.tokens.pushed_request,
            device: settings.tokens.device,
            device_interval: settings.tokens.device_interval,
            offline_idle: settings.tokens.offline_idle,
            session_idle: settings.sessions.idle,
            session_max: settings.sessions.max,
            longest_wait: settings.http.request_timeout * 2 / 3,
        }
    }

    /// A code of `client`. FAPI 2.0 allows a minute, whatever the settings say.
    pub(crate) fn code_of(&self, client: &Client) -> Duration {
        if client.is_fapi() { self.code.min(Duration::from_secs(60)) } else { self.code }
    }

    /// Until when an entry of the revocation list is kept: whatever it covers has expired by then, also what a racer got
    /// a moment later.
    pub(crate) fn revocation_until(&self, now: Time) -> Time {
        now + self.access * 2
    }

    /// Until when an app's grant that hangs on no session lives without being used. With `offline_access` it is kept up by
    /// use; without, it lives as a session of its own would.
    pub(crate) fn unbound_until(&self, used: Time, auth_time: Time, offline: bool) -> Time {
        if offline { used + self.offline_idle } else { self.session_until(used, auth_time) }
    }

    /// When the document of a grant that is dead from `dead_at` on may go: no request, device, code or access token of it can be
    /// shown any more, so that its absence cannot be mistaken for "never redeemed".
    pub(crate) fn grant_document_until(&self, dead_at: Time) -> Time {
        let until = dead_at + (self.pushed_request + self.request).max(self.device) + self.code + self.access;
        let steps = until.as_millis().div_euclid(EXPIRY_STEP_MILLIS) + 1;
        Time::from_millis(steps.saturating_mul(EXPIRY_STEP_MILLIS))
    }

    /// Until when a session that was last used at `used` and proved at `auth_time` lives without being used.
    pub(crate) fn session_until(&self, used: Time, auth_time: Time) -> Time {
        (used + self.session_idle).min(auth_time + self.session_max)
    }
}
