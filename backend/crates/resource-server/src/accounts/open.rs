//! Opening a session for somebody who has just proved who they are, and the answer that carries it.

use http::HeaderMap;
use httpkit::auth_wire::{OpenSession, SessionTokens};
use httpkit::{Error, Kind, Result, cookies};
use serde::Serialize;
use utoipa::ToSchema;

use super::account::Account;
use super::device::{self, Device};
use super::known_device::KnownDevice;
use super::tokens::{HandedOut, SessionMode, Tokens};
use crate::app::App;
use crate::events::{self, AuthEvent};
use crate::users::MeView;

/// Who is signed in, and their tokens.
#[derive(Serialize, ToSchema)]
pub(super) struct SignedIn {
    /// The person, with what only they see.
    pub user: MeView,
    /// The tokens.
    #[serde(flatten)]
    pub tokens: Tokens,
}

/// How somebody comes in.
pub(super) enum Entrance {
    /// By signing up: the device is as new as they are.
    SignUp,
    /// By signing in, from a device that was given this before, if it is known.
    SignIn(Option<KnownDevice>),
}

/// Opens a session of `account` in `mode`. A browser that has one already, by its cookie, has it renewed when it is the same
/// person's, and ended when it is another's. The account knows the device from now on.
///
/// # Errors
/// 403 `account_suspended`, after the proof alone; 401 when the password was changed while it was being checked; 503
/// without the auth server.
pub(super) async fn session(
    app: &App,
    account: &Account,
    mode: SessionMode,
    headers: &HeaderMap,
    entrance: Entrance,
) -> Result<HandedOut> {
    if account.suspended_at.is_some() {
        return Err(suspended(account));
    }
    let former = match mode {
        SessionMode::Token => None,
        SessionMode::Cookie => app.cookies().read(headers, cookies::SESSION).map(str::to_owned),
    };
    let had_one = former.is_some();
    let wanted = OpenSession {
        sub: account.user_id,
        version: account.credential_version,
        auth_time: app.now(),
        amr: vec!["pwd".to_owned()],
        session_cookie: former,
    };
    let tokens = app
        .auth()
        .open_session(&wanted)
        .await
        .map_err(|error| if error.is("session_below_floor") { wrong_credentials() } else { error.into() })?;
    if had_one {
        app.follower().catch_up(app).await;
    }
    let label = device::label(headers);
    note_device(app, &tokens, &label).await;
    tell(app, &tokens, label, &entrance).await;
    let known = match entrance {
        Entrance::SignUp => None,
        Entrance::SignIn(known) => known,
    };
    let device = KnownDevice::renewed(app, known, account);
    Ok(HandedOut::new(app, mode, tokens).remembered(app, mode, device))
}

/// Tells that somebody came in, and on a device that nobody knew.
async fn tell(app: &App, tokens: &SessionTokens, device: String, entrance: &Entrance) {
    let (user, session) = (tokens.sub, tokens.session_id);
    let is_new = matches!(entrance, Entrance::SignIn(None));
    let on_new = is_new.then(|| AuthEvent::DeviceNew { user, session, device: device.clone() });
    let started = AuthEvent::SessionStarted { user, session, device };
    events::record_alone(app, std::iter::once(started).chain(on_new)).await;
}

/// The one refusal of a sign-in, whatever was wrong.
pub(super) fn wrong_credentials() -> Error {
    Error::new(Kind::Unauthenticated, "credentials_wrong", "The name or the password is wrong")
        .header(http::header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"))
}

fn suspended(account: &Account) -> Error {
    let why = account.suspended_for.clone().unwrap_or_default();
    Error::forbidden("account_suspended", "This account is suspended").issue(why)
}

/// Keeps what the session's device is called. A session without is only harder to recognise, so a failure is logged.
async fn note_device(app: &App, tokens: &SessionTokens, label: &str) {
    let expires_at = app.now() + app.settings().sessions.max;
    let device = Device { session_id: tokens.session_id, label: label.to_owned(), expires_at };
    let devices = app.store().collection::<Device>();
    let kept = match devices.insert(&device).await {
        // A renewed session: the browser may have been updated since.
        Err(error) if error.is_duplicate_key() => {
            let renewed = devices.modify(&device.session_id, |known| {
                known.clone_from(&device);
                Ok::<_, store::Error>(store::Change::Write)
            });
            renewed.await.map(|_| ())
        }
        outcome => outcome,
    };
    if let Err(error) = kept {
        tracing::warn!(%error, "the name of a session's device could not be kept");
    }
}
