//! The consent page's two calls: what an app asks for, in plain words, and what the person decided. [`device`] has those
//! of the page for devices.
//!
//! The request is sealed by the auth server and bound to this browser by a flow cookie; whether it is good is the auth
//! server's to say. This side adds who is signed in, the most that their role can give, and the words. No third-party token
//! gets near it, and a decision needs the CSRF token besides the Bearer header.

mod device;
mod logout;
mod view;
mod words;

use axum::extract::State;
use http::HeaderMap;
use httpkit::auth_wire::{AllowedApp, ConsentDecision, ConsentQuestion};
use httpkit::cookies::FLOW_PREFIX;
use httpkit::extract::{Json, Query};
use httpkit::{Envelope, Reply, Result, ScopeSet, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts;
use crate::app::App;
use crate::apps;
use crate::caller::FirstParty;
use crate::events::{self, AuthEvent};
use crate::users::{self, UserCard};
use view::{Consent, ConsentQuery, Decided, Redirect};

pub(crate) use words::{ScopeWords, words, words_of};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, decide)).merge(device::routes()).merge(logout::routes())
}

/// Show what an app asks for
///
/// For the consent page alone.
#[utoipa::path(
    get, path = "/consent", tag = "Apps", operation_id = "showConsent",
    security((), ("session" = [])),
    params(ConsentQuery),
    responses((status = 200, description = "What is asked", body = Envelope<Consent>))
)]
async fn show(
    State(app): State<App>,
    person: Option<FirstParty>,
    headers: HeaderMap,
    Query(query): Query<ConsentQuery>,
) -> Result<Reply<Consent>> {
    let ceiling = match &person {
        Some(person) => accounts::role(&app, person.user).await?.ceiling(),
        None => ScopeSet::all(),
    };
    let question = ConsentQuestion {
        request: query.request,
        flow_cookies: app.cookies().read_prefixed(&headers, FLOW_PREFIX),
        sub: person.map(|person| person.user),
        session_id: person.map(|person| person.session),
        ceiling,
    };
    let view = app.auth().view_consent(&question).await?;
    let (user, made_by) = people(&app, person.map(|person| person.user), view.owner).await?;
    let logo_url = apps::logo_address(&app, view.logo_media.as_deref());
    Ok(Reply::ok("This app asks for access", Consent::new(view, user, made_by, logo_url)))
}

/// The cards of who decides and of who made the app.
async fn people(
    app: &App,
    user: Option<UserId>,
    owner: Option<UserId>,
) -> Result<(Option<UserCard>, Option<UserCard>)> {
    let ids: Vec<UserId> = user.iter().chain(owner.iter()).copied().collect();
    let mut cards = users::cards(app, &ids).await?.into_iter();
    let user = user.and_then(|_| cards.next().flatten());
    let owner = owner.and_then(|_| cards.next().flatten());
    Ok((user, owner))
}

/// Decide what an app may do
///
/// For the consent page alone: with the Bearer header, the flow's cookie and `X-CSRF-Token`. Where the page was told that
/// all is `decided`, it sends `remembered` without asking anybody.
#[utoipa::path(
    post, path = "/consent", tag = "Apps", operation_id = "decideConsent",
    security(("session" = [])),
    params(("X-CSRF-Token" = String, Header, description = "See `GET /api/v1/auth/csrf`")),
    request_body = Decided,
    responses((status = 200, description = "Decided", body = Envelope<Redirect>))
)]
async fn decide(
    State(app): State<App>,
    person: FirstParty,
    headers: HeaderMap,
    Json(decided): Json<Decided>,
) -> Result<Reply<Redirect>> {
    app.csrf().check(&headers)?;
    let role = accounts::role(&app, person.user).await?;
    let decision = ConsentDecision {
        request: decided.request,
        flow_cookies: app.cookies().read_prefixed(&headers, FLOW_PREFIX),
        sub: person.user,
        session_id: person.session,
        ceiling: role.ceiling(),
        verdict: decided.decision.into(),
        scopes: decided.scopes.into_iter().map(|name| name.0).collect(),
    };
    let answer = app.auth().decide_consent(&decision).await?;
    tell_allowed(&app, person.user, answer.allowed).await;
    accounts::keep_within(&app, person.user, role).await?;
    Ok(Reply::ok("Back to the app", Redirect { redirect_to: answer.redirect_to }))
}

/// Tells that `user` let an app in, where they did.
async fn tell_allowed(app: &App, user: UserId, allowed: Option<AllowedApp>) {
    let granted = allowed.map(|allowed| AuthEvent::ConsentGranted {
        user,
        client: allowed.client_id,
        scopes: allowed.scopes.iter().map(|scope| scope.name().to_owned()).collect(),
    });
    events::record_alone(app, granted).await;
}
