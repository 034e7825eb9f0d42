//! Telling apps that a session ended (OpenID Connect Back-Channel Logout), by jobs that the batch puts down which ends it.
//!
//! One job for a session, or for a floor under which many died; it finds the apps that were let in through them, also
//! those that stay connected, and puts down one job for each that registered to be told. That one is tried again until
//! the app has heard. Being told twice does an app no harm.

use std::collections::HashSet;
use std::sync::Arc;

use httpkit::jobs::{JobError, JobKind};
use httpkit::outbound::Call;
use httpkit::{ClientId, GrantId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Batch, Id, Position, Query, Time, Value};

use crate::clients;
use crate::core::Core;
use crate::error::Result;
use crate::grants::{BY_SUBJECT, Grant, GrantKind};

const PAGE: usize = 200;
/// The `typ` of a logout token's header.
const LOGOUT_TYPE: &str = "logout+jwt";
/// What the token says happened (OpenID Connect Back-Channel Logout section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A logout token is used at once or never.
const LIFE_SECONDS: i64 = 120;

/// A session ended.
#[derive(Serialize, Deserialize)]
pub(crate) struct SessionOver {
    sub: UserId,
    sid: GrantId,
}

impl JobKind for SessionOver {
    const NAME: &'static str = "session_over";
}

/// The sessions of `sub` below a floor ended.
#[derive(Serialize, Deserialize)]
pub(crate) struct FloorRaised {
    sub: UserId,
    sessions_from: i64,
    at: Time,
}

impl JobKind for FloorRaised {
    const NAME: &'static str = "floor_raised";
}

/// One app is to be told.
#[derive(Serialize, Deserialize)]
pub(crate) struct Tell {
    client: ClientId,
    sub: UserId,
    sid: GrantId,
}

impl JobKind for Tell {
    const NAME: &'static str = "tell_logout";
}

/// Puts the news of a session's end into the batch that ends it. Who commits it wakes the queue.
pub(crate) fn session_over_later(core: &Core, batch: &mut Batch, session: &Grant) {
    let job = SessionOver { sub: session.sub, sid: session.id };
    batch.insert(&core.jobs.job(&job).expect("ids can be written"));
}

/// The same for all sessions of `sub` that a raised floor ends.
pub(crate) fn floor_raised_later(core: &Core, batch: &mut Batch, sub: UserId, sessions_from: i64, at: Time) {
    let job = FloorRaised { sub, sessions_from, at };
    batch.insert(&core.jobs.job(&job).expect("ids and numbers can be written"));
}

pub(crate) async fn session_over(core: Arc<Core>, SessionOver { sub, sid }: SessionOver) -> Result<(), JobError> {
    let sids = HashSet::from([sid]);
    Ok(tell_apps_later(&core, sub, &sids).await?)
}

pub(crate) async fn floor_raised(core: Arc<Core>, floor: FloorRaised) -> Result<(), JobError> {
    let mut ended = HashSet::new();
    each_grant(&core, floor.sub, GrantKind::Session, |session| {
        let lived = session.idle_until > floor.at && session.ended_at.is_none_or(|ended_at| ended_at >= floor.at);
        if session.version < floor.sessions_from && lived {
            ended.insert(session.id);
        }
    })
    .await?;
    Ok(tell_apps_later(&core, floor.sub, &ended).await?)
}

/// Puts down a job for each app that was let in through one of these sessions.
async fn tell_apps_later(core: &Core, sub: UserId, sids: &HashSet<GrantId>) -> Result<()> {
    let mut let_in = HashSet::new();
    each_grant(core, sub, GrantKind::App, |grant| {
        if let Some(sid) = grant.session.filter(|sid| sids.contains(sid)) {
            let_in.insert((grant.client.clone(), sid));
        }
    })
    .await?;
    for (client, sid) in let_in {
        let registered = clients::find(core, &client).await?;
        if registered.is_none_or(|client| client.logout.backchannel_uri.is_none()) {
            continue;
        }
        let name = format!("logout:{sid}:{client}");
        core.jobs.insert_once(&core.jobs.job(&Tell { client, sub, sid })?.once(name)).await?;
    }
    Ok(())
}

async fn each_grant(core: &Core, sub: UserId, kind: GrantKind, mut look: impl FnMut(&Grant)) -> Result<()> {
    let mut after = None::<Position>;
    loop {
        let query = Query::index(BY_SUBJECT).equal([Value::from(sub), kind.into()]);
        let page = core.grants.scan(query.after(after).limit(PAGE)).await?;
        page.items.iter().for_each(|grant| look(grant));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Tells one app, with a new token each time. An app that is gone, or wants to be told no more, needs none.
pub(crate) async fn tell(core: Arc<Core>, Tell { client, sub, sid }: Tell) -> Result<(), JobError> {
    let Some(client) = clients::find(&core, &client).await? else { return Ok(()) };
    let Some(uri) = &client.logout.backchannel_uri else { return Ok(()) };
    let now = core.now();
    let key = core.keys.id_token(client.id_token_alg).await?;
    let token = key.sign(
        LOGOUT_TYPE,
        &json!({
            "iss": core.issuer,
            "aud": client.id.as_str(),
            "iat": now.as_seconds(),
            "exp": now.as_seconds() + LIFE_SECONDS,
            "jti": Id::generate_unsharded(now, &*core.random).to_string(),
            "sub": sub.to_string(),
            "sid": sid.to_string(),
            "events": { EVENT: {} },
        }),
    );
    // A JWT is base64url and dots, which a form takes as they are.
    let body = format!("logout_token={token}");
    let answer = core.outbound.send(Call::post(uri, "application/x-www-form-urlencoded", body)).await?;
    if answer.status.is_success() {
        return Ok(());
    }
    Err(format!("the app {} answered a logout token with {}", client.id, answer.status).into())
}
