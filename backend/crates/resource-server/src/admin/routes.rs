//! `GET /admin/users`, `PUT /admin/users/{username}/role`, `PUT`/`DELETE /admin/users/{username}/suspension`.

use axum::extract::State;
use httpkit::extract::{Issues, Json, Path, Query};
use httpkit::{Envelope, Reply, Result, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::people::{self, AdminUser, PeopleQuery};
use crate::accounts::{self, Role};
use crate::app::App;
use crate::caller::Acting;
use crate::caller::scopes::Admin;
use crate::paging::Listing;
use crate::problems::{Reading, Writing};
use crate::{text, users};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_users)).routes(routes!(change_role)).routes(routes!(suspend, restore))
}

/// Which role somebody gets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleBody {
    role: Role,
}

/// Which role somebody has.
#[derive(Serialize, ToSchema)]
struct RoleView {
    #[schema(value_type = String, example = "01kb2m8h5s4j0yq3m7w9x2c6ve")]
    user_id: UserId,
    #[schema(example = "asha")]
    username: String,
    role: Role,
}

/// Why an account is suspended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuspensionBody {
    /// 1 to 500 characters. The person reads it when they try to sign in.
    #[schema(min_length = 1, max_length = 500, example = "Sells what is not theirs, again and again")]
    reason: String,
}

/// List people
///
/// For admins. Newest first; with `q` by user name. A page may hold fewer than were asked for while there are more.
#[utoipa::path(
    get, path = "/admin/users", tag = "Administration", operation_id = "listUsers",
    security(("oauth" = ["admin"])),
    params(PeopleQuery),
    responses((status = 200, description = "People", body = Envelope<Listing<AdminUser>>), Reading)
)]
async fn list_users(
    State(app): State<App>,
    _admin: Acting<Admin>,
    Query(query): Query<PeopleQuery>,
) -> Result<Reply<Listing<AdminUser>>> {
    Ok(Reply::ok("People", people::page(&app, &query).await?))
}

/// Give somebody a role
///
/// For admins. What apps hold by a role that is taken away ends. There is always an admin left.
#[utoipa::path(
    put, path = "/admin/users/{username}/role", tag = "Administration", operation_id = "changeRole",
    security(("oauth" = ["admin"])),
    params(("username" = String, Path, description = "Whose", example = "asha")),
    request_body = RoleBody,
    responses((status = 200, description = "It is theirs, now or before", body = Envelope<RoleView>), Writing)
)]
async fn change_role(
    State(app): State<App>,
    admin: Acting<Admin>,
    Path(username): Path<String>,
    Json(RoleBody { role }): Json<RoleBody>,
) -> Result<Reply<RoleView>> {
    let user_id = users::require_any(&app, &username).await?;
    accounts::change_role(&app, admin.user, user_id, role).await?;
    let username = users::name_of(&app, user_id).await?;
    Ok(Reply::ok("The role is theirs", RoleView { user_id, username, role }))
}

/// Suspend an account
///
/// For admins. All sessions and all apps end at once, signing in is refused with the reason, and what the person made is
/// shown to nobody.
#[utoipa::path(
    put, path = "/admin/users/{username}/suspension", tag = "Administration", operation_id = "suspendUser",
    security(("oauth" = ["admin"])),
    params(("username" = String, Path, description = "Whose", example = "asha")),
    request_body = SuspensionBody,
    responses((status = 200, description = "Suspended, now or before", body = Envelope<AdminUser>), Writing)
)]
async fn suspend(
    State(app): State<App>,
    admin: Acting<Admin>,
    Path(username): Path<String>,
    Json(body): Json<SuspensionBody>,
) -> Result<Reply<AdminUser>> {
    let mut issues = Issues::default();
    let reason = text::block(&mut issues, "reason", "The reason", &body.reason, app.settings().text.reason);
    if reason.is_empty() {
        issues.add("reason", "empty", "Say why; the person will ask");
    }
    issues.finish()?;
    let user = users::require_any(&app, &username).await?;
    accounts::suspend(&app, admin.user, user, &reason).await?;
    Ok(Reply::ok("The account is suspended", people::one(&app, user).await?))
}

/// Restore a suspended account
///
/// For admins. The person can sign in again; what ended stays ended.
#[utoipa::path(
    delete, path = "/admin/users/{username}/suspension", tag = "Administration", operation_id = "restoreUser",
    security(("oauth" = ["admin"])),
    params(("username" = String, Path, description = "Whose", example = "asha")),
    responses((status = 200, description = "In good standing, now or before", body = Envelope<AdminUser>), Writing)
)]
async fn restore(
    State(app): State<App>,
    admin: Acting<Admin>,
    Path(username): Path<String>,
) -> Result<Reply<AdminUser>> {
    let user = users::require_any(&app, &username).await?;
    accounts::restore(&app, admin.user, user).await?;
    Ok(Reply::ok("The account is open again", people::one(&app, user).await?))
}
