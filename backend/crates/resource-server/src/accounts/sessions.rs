//! The devices on which somebody is signed in: seeing them, ending one, ending all others.

use axum::extract::State;
use httpkit::auth_wire::SessionView;
use httpkit::extract::Path;
use httpkit::{Envelope, Error, GrantId, Nothing, Reply, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::device::{self, Device};
use crate::app::App;
use crate::caller::FirstParty;

/// Where somebody is signed in. The list is short, and always whole.
#[derive(Serialize, ToSchema)]
pub(super) struct Sessions {
    /// Newest first.
    items: Vec<Session>,
    /// Always null: there is one page.
    next_cursor: Option<String>,
}

/// One session.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    #[schema(value_type = String)]
    session_id: GrantId,
    /// What the device is called: "Firefox on Linux".
    device: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// When its tokens were last renewed.
    #[schema(format = DateTime)]
    last_used: String,
    /// When the password was last given in it.
    #[schema(format = DateTime)]
    auth_time: String,
    /// Whether it is the one that asks.
    current: bool,
}

/// List the devices that are signed in
#[utoipa::path(
    get, path = "/auth/sessions", tag = "Accounts", operation_id = "listSessions",
    security(("session" = [])),
    responses((status = 200, description = "The sessions, newest first", body = Envelope<Sessions>))
)]
pub(super) async fn list(State(app): State<App>, person: FirstParty) -> Result<Reply<Sessions>> {
    let sessions = app.auth().sessions(person.user).await?;
    let ids: Vec<GrantId> = sessions.iter().map(|session| session.session_id).collect();
    let devices = app.store().collection::<Device>().get_many(&ids).await?;
    let items = sessions.into_iter().zip(devices).map(|(session, device)| {
        let label = device.map_or_else(|| device::UNKNOWN.to_owned(), |device| device.into_document().label);
        view(&session, label, person.session)
    });
    Ok(Reply::ok("These devices are signed in", Sessions { items: items.collect(), next_cursor: None }))
}

fn view(session: &SessionView, device: String, current: GrantId) -> Session {
    Session {
        session_id: session.session_id,
        device,
        created_at: session.created_at.to_rfc3339(),
        last_used: session.last_used.to_rfc3339(),
        auth_time: session.auth_time.to_rfc3339(),
        current: session.session_id == current,
    }
}

/// Sign a device out
///
/// Be it this one.
#[utoipa::path(
    delete, path = "/auth/sessions/{session_id}", tag = "Accounts", operation_id = "endSession",
    security(("session" = [])),
    params(("session_id" = String, Path, description = "The session")),
    responses((status = 200, description = "Signed out", body = Envelope<Nothing>))
)]
pub(super) async fn end(
    State(app): State<App>,
    person: FirstParty,
    Path(session): Path<String>,
) -> Result<Reply<Nothing>> {
    let not_found = || Error::not_found("session_not_found", "Session not found");
    let session: GrantId = session.parse().map_err(|_| not_found())?;
    app.auth()
        .end_session(person.user, session)
        .await
        .map_err(|error| if error.is("session_not_found") { not_found() } else { error.into() })?;
    app.follower().catch_up(&app).await;
    Ok(Reply::done("The device is signed out"))
}

/// Sign all other devices out
#[utoipa::path(
    delete, path = "/auth/sessions", tag = "Accounts", operation_id = "endOtherSessions",
    security(("session" = [])),
    responses((status = 200, description = "Signed out", body = Envelope<Nothing>))
)]
pub(super) async fn end_others(State(app): State<App>, person: FirstParty) -> Result<Reply<Nothing>> {
    app.auth().end_sessions(person.user, Some(person.session)).await?;
    app.follower().catch_up(&app).await;
    Ok(Reply::done("All other devices are signed out"))
}
