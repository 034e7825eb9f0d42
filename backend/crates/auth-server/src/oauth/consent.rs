//! What the consent page shows and what becomes of the person's decision. The page is the web app's, its route the
//! resource server's; who may decide, and what a decision means, is judged here.

use httpkit::auth_wire::{AllowedApp, ConsentAnswer, ConsentDecision, ConsentQuestion, ConsentVerdict, ConsentView};
use httpkit::{Kind, Scope, ScopeSet, UserId};
use store::Stored;

use super::authorize::{Pending, back_to_app};
use super::code;
use crate::clients::{self, Client, host_for_people};
use crate::consents::{Consent, remember};
use crate::core::Core;
use crate::error::{Error, Result};
use crate::sessions;

/// What a pending request asks.
///
/// # Errors
/// `request_invalid`, `flow_not_yours`, `client_not_found`, `request_expired`, `request_finished`.
pub(crate) async fn view(core: &Core, question: ConsentQuestion) -> Result<ConsentView> {
    let pending = open(core, &question.request, &question.flow_cookies)?;
    let client = requester(core, &pending).await?;
    let asked = asked(&pending, &client, question.ceiling);
    let session = match (question.sub, question.session_id) {
        (Some(sub), Some(id)) => sessions::find_live(core, id, sub).await?,
        _ => None,
    };
    let consent = match question.sub {
        Some(sub) => consent_of(core, sub, &client).await?,
        None => None,
    };
    let is_fresh = session.as_ref().is_some_and(|session| !pending.wants_new_sign_in(session));
    let remembered = consent.as_ref().and_then(|consent| pending.remembered(&client, consent));
    Ok(ConsentView {
        client_id: client.id.clone(),
        client_name: client.name.clone(),
        client_uri: client.uri.clone(),
        logo_media: client.pages.logo_media.clone(),
        policy_uri: client.pages.policy.clone(),
        tos_uri: client.pages.terms.clone(),
        owner: client.owner,
        scopes: asked,
        required: required(asked, &client),
        granted: consent.map_or(ScopeSet::EMPTY, |consent| consent.scopes.intersection(asked)),
        redirect_host: host_for_people(&pending.redirect_uri),
        // Somebody whose session is gone signs in anyway; nobody at all does too, and is not asked to do it "again".
        reauthenticate: question.sub.is_some() && !is_fresh,
        decided: is_fresh && remembered.is_some(),
        login_hint: pending.login_hint,
        select_account: pending.prompt.select_account,
        ui_locales: pending.ui_locales,
    })
}

/// Carries out what the person decided.
///
/// # Errors
/// As [`view`], and `session_over`, `reauthentication_required`, `consent_undecided`.
pub(crate) async fn decide(core: &Core, decision: ConsentDecision) -> Result<ConsentAnswer> {
    let pending = open(core, &decision.request, &decision.flow_cookies)?;
    let client = requester(core, &pending).await?;
    let session = sessions::find_live(core, decision.session_id, decision.sub)
        .await?
        .ok_or_else(|| Error::refused(Kind::Forbidden, "session_over", "Your session is over. Sign in again"))?;
    if decision.verdict == ConsentVerdict::Deny {
        return Ok(denied(core, &pending));
    }
    if pending.wants_new_sign_in(&session) {
        let words = match pending.expects {
            Some(expected) if expected != session.sub => "The app expects another account. Sign in with that one",
            _ => "The app wants you to sign in again first",
        };
        return Err(Error::refused(Kind::Forbidden, "reauthentication_required", words));
    }
    let (consent, allowed) = match decision.verdict {
        ConsentVerdict::Remembered => remembered(core, &pending, &client, decision.sub).await?,
        ConsentVerdict::Allow | ConsentVerdict::Deny => allow(core, &pending, &client, &decision).await?,
    };
    if allowed.is_empty() {
        return Ok(denied(core, &pending));
    }
    let code = code::issue(core, &client, &pending, &session, &consent, allowed);
    // What was allowed before was told then.
    let is_new = decision.verdict == ConsentVerdict::Allow;
    let allowed = is_new.then(|| AllowedApp { client_id: client.id.clone(), scopes: allowed });
    Ok(ConsentAnswer { allowed, ..answer(core, &pending, &[("code", &code)]) })
}

/// Remembers what the person allows now.
async fn allow(
    core: &Core,
    pending: &Pending,
    client: &Client,
    decision: &ConsentDecision,
) -> Result<(Consent, ScopeSet)> {
    let asked = asked(pending, client, decision.ceiling);
    let allowed = decision.scopes.intersection(asked).union(required(asked, client));
    // What the person's role cannot give counts as declined, else the app would ask for ever.
    let beyond = pending.scopes.intersection(client.scopes);
    Ok((remember(core, decision.sub, &client.id, beyond, allowed).await?, allowed))
}

/// What the person allowed before. The page was told so a moment ago; a withdrawal since then is obeyed.
async fn remembered(core: &Core, pending: &Pending, client: &Client, sub: UserId) -> Result<(Consent, ScopeSet)> {
    let undecided =
        || Error::refused(Kind::Conflict, "consent_undecided", "The app asks for something new. Decide first");
    let consent = consent_of(core, sub, client).await?.ok_or_else(undecided)?;
    let allowed = pending.remembered(client, &consent).ok_or_else(undecided)?;
    Ok((consent, allowed))
}

async fn consent_of(core: &Core, sub: UserId, client: &Client) -> Result<Option<Consent>> {
    let consent = core.consents.get(&(sub, client.id.as_str().to_owned())).await?;
    Ok(consent.map(Stored::into_document))
}

/// The request, if it is this browser's.
fn open(core: &Core, request: &str, flow_cookies: &[(String, String)]) -> Result<Pending> {
    let pending: Pending = core.seals.pending.open(request).map_err(|_| {
        Error::refused(Kind::Unreadable, "request_invalid", "This link cannot be read. Start again in the app")
    })?;
    if !pending.is_of_browser(flow_cookies) {
        let words = "This link was begun in another browser. Start again in the app";
        return Err(Error::refused(Kind::Forbidden, "flow_not_yours", words));
    }
    Ok(pending)
}

/// The app that asks, if it may still be answered at that address, still waits and has not been answered yet.
async fn requester(core: &Core, pending: &Pending) -> Result<Client> {
    let client = clients::find(core, &pending.client).await?;
    let client = client.filter(|client| client.allows_redirect_to(&pending.redirect_uri));
    let client = client.ok_or_else(|| Error::not_found("client_not_found", "This app is not registered any more"))?;
    let over = |kind, error, words: &'static str| {
        Error::refused(kind, error, words).with_way_back(client.way_back(&pending.redirect_uri))
    };
    if pending.is_expired(core) {
        return Err(over(Kind::Gone, "request_expired", "This link has expired. Start again in the app"));
    }
    if core.grants.exists(&pending.request).await? {
        let words = "You have decided on this request before. Start again in the app if you wanted something else";
        return Err(over(Kind::Conflict, "request_finished", words));
    }
    Ok(client)
}

/// What can be given: what is asked for, that the app may ask for, and that this person's role can give.
fn asked(pending: &Pending, client: &Client, ceiling: ScopeSet) -> ScopeSet {
    pending.scopes.intersection(client.scopes).intersection(ceiling)
}

/// What is no switch: `openid`, which says no more than that it is the same person, and what the app cannot do without.
fn required(asked: ScopeSet, client: &Client) -> ScopeSet {
    client.required_scopes.with(Scope::OpenId).intersection(asked)
}

fn denied(core: &Core, pending: &Pending) -> ConsentAnswer {
    let words = "The person did not allow it";
    answer(core, pending, &[("error", "access_denied"), ("error_description", words)])
}

fn answer(core: &Core, pending: &Pending, params: &[(&str, &str)]) -> ConsentAnswer {
    ConsentAnswer { redirect_to: back_to_app(core, pending, params), allowed: None }
}
