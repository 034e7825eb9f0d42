//! The page `/device`: what a device without a browser asks for, and what the person decided (RFC 8628 section 3.3).
//!
//! The code is short enough to be typed, so wrong ones are counted, by person and by network; who tries too many is not
//! answered for a while, not even for a right one. Both calls need the Bearer header and nothing else: no cookie stands
//! behind them, so no other page can make a browser send them.

use axum::extract::State;
use httpkit::auth_wire::{DeviceDecision, DeviceQuestion, DeviceView};
use httpkit::extract::{Json, Query};
use httpkit::limits::{Limit, Requester};
use httpkit::{Envelope, Nothing, Reply, Result, Scope, UserId};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{ClientCard, Decision, DeviceQuery, ScopeName};
use super::words::{ScopeWords, words};
use crate::accounts;
use crate::app::App;
use crate::auth_client::CallError;
use crate::caller::FirstParty;
use crate::users::UserCard;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, decide))
}

/// A device that asks for access.
#[derive(Serialize, ToSchema)]
struct DeviceRequest {
    /// The code as the device shows it.
    #[schema(example = "WDJB-MJHT")]
    user_code: String,
    client: ClientCard,
    /// The host of the app's own page; null where it named none.
    host: Option<String>,
    scopes: Vec<DeviceScope>,
    /// Who is signed in.
    user: Option<UserCard>,
    /// When the device began.
    #[schema(format = DateTime)]
    begun_at: String,
    /// The network address that the device asked from.
    #[schema(example = "203.0.113.9")]
    address: String,
    /// Until when it waits.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// One scope that a device asks for. What was allowed before is not told: each device is decided on anew.
#[derive(Serialize, ToSchema)]
struct DeviceScope {
    #[serde(flatten)]
    words: ScopeWords,
    /// Whether the app cannot do without.
    required: bool,
}

/// What the person decided about a device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeviceDecided {
    /// The code that the device shows.
    #[schema(example = "WDJB-MJHT")]
    user_code: String,
    decision: Decision,
    /// What is allowed, of what was asked; what the app cannot do without is allowed with it.
    #[serde(default)]
    #[schema(example = json!(["profile", "posts:read"]))]
    scopes: Vec<ScopeName>,
}

/// Show what a device asks for
///
/// For the page `/device` alone. After five wrong codes it answers 429 for a while.
#[utoipa::path(
    get, path = "/device", tag = "Apps", operation_id = "showDevice",
    security(("session" = [])),
    params(DeviceQuery),
    responses((status = 200, description = "What is asked", body = Envelope<DeviceRequest>))
)]
async fn show(
    State(app): State<App>,
    person: FirstParty,
    requester: Requester,
    Query(query): Query<DeviceQuery>,
) -> Result<Reply<DeviceRequest>> {
    let ceiling = accounts::role(&app, person.user).await?.ceiling();
    let question = DeviceQuestion { user_code: query.user_code, ceiling };
    let attempt = Attempt::count(&app, person.user, requester).await?;
    let view = attempt.judge(app.auth().view_device(&question).await).await?;
    let (user, made_by) = super::people(&app, Some(person.user), view.owner).await?;
    Ok(Reply::ok("A device asks for access", DeviceRequest::new(view, user, made_by)))
}

/// Decide what a device may do
///
/// For the page `/device` alone. What the device gets does not end with this session.
#[utoipa::path(
    post, path = "/device", tag = "Apps", operation_id = "decideDevice",
    security(("session" = [])),
    request_body = DeviceDecided,
    responses((status = 200, description = "Decided", body = Envelope<Nothing>))
)]
async fn decide(
    State(app): State<App>,
    person: FirstParty,
    requester: Requester,
    Json(decided): Json<DeviceDecided>,
) -> Result<Reply<Nothing>> {
    let allow = decided.decision == Decision::Allow;
    let role = accounts::role(&app, person.user).await?;
    let decision = DeviceDecision {
        user_code: decided.user_code,
        sub: person.user,
        session_id: person.session,
        ceiling: role.ceiling(),
        allow,
        scopes: decided.scopes.into_iter().map(|name| name.0).collect(),
    };
    let attempt = Attempt::count(&app, person.user, requester).await?;
    let answer = attempt.judge(app.auth().decide_device(&decision).await).await?;
    super::tell_allowed(&app, person.user, answer.allowed).await;
    accounts::keep_within(&app, person.user, role).await?;
    Ok(Reply::done(if allow { "The device has access. You can go back to it" } else { "The device was not let in" }))
}

/// Somebody who tries a code. It is counted before it is looked up, so that many at once are many; what was no guess is
/// taken back.
struct Attempt<'a> {
    app: &'a App,
    requester: Requester,
    person: String,
}

impl<'a> Attempt<'a> {
    /// # Errors
    /// 429 for who has tried too many wrong codes lately.
    async fn count(app: &'a App, user: UserId, requester: Requester) -> Result<Self> {
        let person = user.to_string();
        app.limits().subject(Limit::DeviceCode, &person).await?;
        app.limits().requester(Limit::DeviceCode, requester).await?;
        Ok(Self { app, requester, person })
    }

    /// What came of it.
    async fn judge<T>(self, outcome: Result<T, CallError>) -> Result<T> {
        if !outcome.as_ref().is_err_and(|error| error.is("device_code_not_found")) {
            self.app.limits().forgive_subject(Limit::DeviceCode, &self.person).await;
            self.app.limits().forgive_requester(Limit::DeviceCode, self.requester).await;
        }
        Ok(outcome?)
    }
}

impl DeviceRequest {
    fn new(view: DeviceView, user: Option<UserCard>, made_by: Option<UserCard>) -> Self {
        let asked = |scope: Scope| DeviceScope { words: words(scope), required: view.required.contains(scope) };
        let page = view.client_uri.as_deref().and_then(|page| Url::parse(page).ok());
        Self {
            user_code: view.user_code,
            scopes: view.scopes.iter().map(asked).collect(),
            host: page.and_then(|page| page.host_str().map(str::to_owned)),
            client: ClientCard::new(view.client_id, view.client_name, view.client_uri, made_by),
            user,
            begun_at: view.begun_at.to_rfc3339(),
            address: view.address,
            expires_at: view.expires_at.to_rfc3339(),
        }
    }
}
