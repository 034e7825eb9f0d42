//! `GET /users/{username}`, `GET` and `PATCH /me`.

use axum::extract::State;
use httpkit::extract::{Json, Path};
use httpkit::{Envelope, Reply, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{self, ProfileChange};
use super::view::{MeView, UserView, me, view};
use crate::app::App;
use crate::caller::scopes::{FollowsRead, ProfileRead, ProfileWrite};
use crate::caller::{Caller, MaybeCaller, Scoped};
use crate::problems::{Reading, Removing, Writing};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(show_me, change_me))
}

/// Show a profile
#[utoipa::path(
    get, path = "/users/{username}", tag = "Profiles", operation_id = "getUser",
    security((), ("oauth" = ["profile:read"])),
    params(("username" = String, Path, description = "The user name", example = "asha")),
    responses((status = 200, description = "The profile", body = Envelope<UserView>), Reading, Removing)
)]
async fn show(State(app): State<App>, reader: MaybeCaller, Path(username): Path<String>) -> Result<Reply<UserView>> {
    let user = super::require(&app, &username).await?;
    Ok(Reply::ok("Profile", view(&app, user, reader.user_with::<FollowsRead>()).await?))
}

/// Show one's own profile
///
/// The address is there for tokens with the scope `email` alone.
#[utoipa::path(
    get, path = "/me", tag = "Profiles", operation_id = "getMe",
    security(("oauth" = ["profile:read"])),
    responses((status = 200, description = "The profile", body = Envelope<MeView>), Reading)
)]
async fn show_me(State(app): State<App>, caller: Caller, scoped: Scoped<ProfileRead>) -> Result<Reply<MeView>> {
    Ok(Reply::ok("Your profile", own(&app, &caller, scoped.user).await?))
}

/// Change one's own profile
#[utoipa::path(
    patch, path = "/me", tag = "Profiles", operation_id = "changeMe",
    security(("oauth" = ["profile:write"])),
    request_body = ProfileChange,
    responses((status = 200, description = "Changed", body = Envelope<MeView>), Writing)
)]
async fn change_me(
    State(app): State<App>,
    caller: Caller,
    scoped: Scoped<ProfileWrite>,
    Json(wish): Json<ProfileChange>,
) -> Result<Reply<MeView>> {
    change::change(&app, scoped.user, wish).await?;
    Ok(Reply::ok("Profile saved", own(&app, &caller, scoped.user).await?))
}

async fn own(app: &App, caller: &Caller, user: httpkit::UserId) -> Result<MeView> {
    let mut own = me(app, user).await?;
    if !caller.identity().rights.allow(Scope::Email) {
        own.private.email = None;
    }
    // No scope shows a phone number.
    if !caller.identity().rights.are_own() {
        own.private.phone = None;
    }
    Ok(own)
}
