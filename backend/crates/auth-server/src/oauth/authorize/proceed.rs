//! What becomes of a good request: a code at once, an error at once, or a page on which the person decides.

use axum::response::Response;
use http::HeaderMap;
use httpkit::cookies::SESSION;
use httpkit::{Kind, ScopeSet};

use super::redirect::{self, WayBack};
use super::{Pending, Stop};
use crate::clients::Client;
use crate::consents::Consent;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::grants::Grant;
use crate::oauth::code;
use crate::sessions::{self, SessionCookie};

/// Goes on with `pending`, whose app and redirect URI are good.
pub(super) async fn proceed(
    core: &Core,
    headers: &HeaderMap,
    client: Client,
    pending: Pending,
) -> Result<Response, Stop> {
    match next(core, headers, &client, &pending).await {
        Ok(Next::Code(ready)) => {
            let code = code::issue(core, &client, &pending, &ready.session, &ready.consent, ready.scopes);
            Ok(redirect::to_app(core, &WayBack::of(&pending), &[("code", &code)]))
        }
        Ok(Next::Person) => Ok(redirect::to_consent(core, headers, &pending)),
        Err(error) => Err(Stop::Redirect { back: WayBack::of(&pending).into(), error }),
    }
}

enum Next {
    /// Everything was decided before.
    Code(Box<Ready>),
    /// The person must decide, or sign in.
    Person,
}

struct Ready {
    session: Grant,
    consent: Consent,
    scopes: ScopeSet,
}

/// # Errors
/// With `prompt=none`, what the person would have to do (OpenID Connect Core section 3.1.2.6).
async fn next(core: &Core, headers: &HeaderMap, client: &Client, pending: &Pending) -> Result<Next> {
    let need = |error: &'static str, words: &'static str| match pending.prompt.none {
        true => Err(Error::refused(Kind::Unreadable, error, words)),
        false => Ok(Next::Person),
    };
    let session = browser_session(core, headers).await?.filter(|session| !pending.wants_new_sign_in(session));
    let Some(session) = session else { return need("login_required", "Nobody is signed in, or not lately enough") };
    if pending.always_shows_page(client) {
        return need("interaction_required", "An app on the person's own machine is let in by the person each time");
    }
    let key = (session.sub, client.id.as_str().to_owned());
    let consent = core.consents.get(&key).await?;
    let remembered = consent.and_then(|consent| {
        let scopes = pending.remembered(client, &consent)?;
        Some((consent.into_document(), scopes))
    });
    match remembered {
        Some((consent, scopes)) => Ok(Next::Code(Box::new(Ready { session, consent, scopes }))),
        None => need("consent_required", "The person has not decided about all of this"),
    }
}

async fn browser_session(core: &Core, headers: &HeaderMap) -> Result<Option<Grant>> {
    let cookie = core.cookies.read(headers, SESSION).and_then(|value| SessionCookie::open(core, value));
    let Some(cookie) = cookie else { return Ok(None) };
    let session = sessions::find_live(core, cookie.session, cookie.sub).await?;
    Ok(session.map(|session| session.into_document()))
}
