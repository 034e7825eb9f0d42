//! What the page `/device` shows and what becomes of the person's decision. How often somebody may try a code is the
//! resource server's to count, since it knows who tries.

use std::net::IpAddr;

use httpkit::auth_wire::{AllowedApp, DeviceAnswer, DeviceDecision, DeviceQuestion, DeviceView};
use httpkit::{Kind, Scope, ScopeSet};
use store::{Batch, Stored};

use super::document::{Allowed, Answer, DeviceAuthorization};
use super::user_code::UserCode;
use crate::clients::{self, Client};
use crate::consents::Consent;
use crate::core::Core;
use crate::error::{ATTEMPTS, Error, Result, lost_race};
use crate::grants::Grant;
use crate::sessions;

/// What the device asks that shows this code.
///
/// # Errors
/// `device_code_not_found`, `request_finished`, `client_not_found`.
pub(crate) async fn view(core: &Core, question: DeviceQuestion) -> Result<DeviceView> {
    let (code, waiting) = find(core, &question.user_code).await?;
    let client = requester(core, &waiting).await?;
    let asked = asked(&waiting, &client, question.ceiling);
    // A seal that does not open comes of another master secret; then there is nothing to show.
    let address = core.seals.place.open::<IpAddr>(&waiting.place).map(|address| address.to_string());
    Ok(DeviceView {
        user_code: code.shown(),
        client_id: client.id.clone(),
        client_name: client.name.clone(),
        client_uri: client.uri.clone(),
        owner: client.owner,
        scopes: asked,
        required: required(asked, &client),
        begun_at: waiting.begun_at,
        address: address.unwrap_or_default(),
        expires_at: waiting.expires_at,
    })
}

/// Carries out what the person decided. Nothing allowed is a no.
///
/// # Errors
/// As [`view`], and `session_over`.
pub(crate) async fn decide(core: &Core, decision: DeviceDecision) -> Result<DeviceAnswer> {
    for _ in 0..ATTEMPTS {
        let (_, waiting) = find(core, &decision.user_code).await?;
        let client = requester(core, &waiting).await?;
        let session = sessions::find_live(core, decision.session_id, decision.sub)
            .await?
            .ok_or_else(|| Error::refused(Kind::Forbidden, "session_over", "Your session is over. Sign in again"))?;
        let asked = asked(&waiting, &client, decision.ceiling);
        let allowed = decision.scopes.intersection(asked).union(required(asked, &client));
        let mut batch = core.store.batch();
        let (answer, told) = match decision.allow && !allowed.is_empty() {
            true => (
                Answer::Allowed(allow(core, &mut batch, &client, &session, allowed).await?),
                Some(AllowedApp { client_id: client.id.clone(), scopes: allowed }),
            ),
            false => (Answer::Denied, None),
        };
        batch.replace(&waiting, &waiting.answered(answer).map_err(|_| finished())?);
        match batch.commit().await {
            Ok(()) => return Ok(DeviceAnswer { allowed: told }),
            // The device polled meanwhile, or another tab decided.
            Err(error) if lost_race(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::too_contended())
}

/// What the device may redeem; the consent that it hangs on is put into the batch of the answer.
async fn allow(core: &Core, batch: &mut Batch, client: &Client, session: &Grant, scopes: ScopeSet) -> Result<Allowed> {
    let now = core.now();
    let stored = core.consents.get(&(session.sub, client.id.as_str().to_owned())).await?;
    let before = match &stored {
        Some(stored) => stored.document.clone(),
        None => Consent::new(session.sub, client.id.clone(), now),
    };
    let after = before.allowed_device(scopes, now);
    match &stored {
        Some(_) if after == before => {}
        Some(stored) => {
            batch.replace(stored, &after);
        }
        None => {
            batch.insert(&after);
        }
    }
    Ok(Allowed {
        sub: session.sub,
        scopes,
        version: session.version,
        revision: after.revision,
        client_version: client.grants_from,
        auth_time: session.auth_time,
        amr: session.amr.clone(),
    })
}

async fn find(core: &Core, typed: &str) -> Result<(UserCode, Stored<DeviceAuthorization>)> {
    let unknown = || {
        let words = "No device shows this code, or it has expired. Look at the device again";
        Error::not_found("device_code_not_found", words)
    };
    let code = UserCode::read(typed).ok_or_else(unknown)?;
    let waiting = core.device_codes.get(&core.user_codes.key_of(&code)).await?.ok_or_else(unknown)?;
    match waiting.answer {
        Answer::Waiting => Ok((code, waiting)),
        Answer::Denied | Answer::Allowed(_) => Err(finished()),
    }
}

fn finished() -> Error {
    let words = "This code was answered before. Start again on the device if you wanted something else";
    Error::refused(Kind::Conflict, "request_finished", words)
}

async fn requester(core: &Core, waiting: &DeviceAuthorization) -> Result<Client> {
    let client = clients::find(core, &waiting.client).await?;
    client.ok_or_else(|| Error::not_found("client_not_found", "This app is not registered any more"))
}

/// What can be given: what is asked for, that the app may ask for, and that this person's role can give.
fn asked(waiting: &DeviceAuthorization, client: &Client, ceiling: ScopeSet) -> ScopeSet {
    waiting.scopes.intersection(client.scopes).intersection(ceiling)
}

/// What is no switch, see `oauth::consent`.
fn required(asked: ScopeSet, client: &Client) -> ScopeSet {
    client.required_scopes.with(Scope::OpenId).intersection(asked)
}
