//! `/healthz`: the process answers. `/readyz`: it can do its work, that is, the store answers and the list of what was
//! ended is young enough to judge tokens by. For balancers and scripts, so in a few words and not in the envelope.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use httpkit::jobs::Job;
use store::Query;

use crate::app::App;
use crate::jobs::ResourceQueue;

/// A store that takes longer than this is not ready, whatever it says then.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn ready(State(app): State<App>) -> Response {
    let not_ready = |why: &'static str| (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    if !app.ended().is_current(app.now()) {
        app.follower().revive(&app).await;
    }
    if !app.ended().is_current(app.now()) {
        return not_ready("the auth server has not been heard of for too long\n");
    }
    match tokio::time::timeout(PATIENCE, store_answers(&app)).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: {error}");
            not_ready("the store does not answer\n")
        }
        Err(_) => not_ready("the store does not answer in time\n"),
    }
}

async fn store_answers(app: &App) -> store::Result<()> {
    app.store().collection::<Job<ResourceQueue>>().scan(Query::by_key().limit(1)).await.map(|_| ())
}
