//! `Idempotency-Key`: a creating POST that is sent twice is done once, and both are answered alike.
//!
//! A handler hands its work to [`run`]; without the header that is all. With it:
//!
//! - The key belongs to a user and a route, and is kept for a day. The same key with another body is 422.
//! - The work goes on when its caller hangs up: whoever comes again with the key finds the answer.
//! - Who comes while it is still being done gets 409 `idempotency_in_progress` and `Retry-After`; nobody waits.
//! - Only successes are kept. What was refused has done nothing, and may be tried again with the same key.
//! - Where the server itself died in the middle, nobody can say whether it was done: 409 `idempotency_interrupted`, and it
//!   is not done a second time under this key.
//!
//! Not for routes whose answer holds a secret, and not for those under `/auth/`: answers are stored as they are.

mod record;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, HeaderName, HeaderValue};
use httpkit::error::Kind;
use httpkit::{Error, Result, UserId, context};
use serde::Serialize;
use store::{Document as _, Schema};
use tracing::Instrument as _;

use crate::app::App;
use record::{Answer, Record, State};

pub(crate) const SCHEMAS: &[&Schema] = &[Record::SCHEMA];

/// The request's header.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says of an answer that it is the one of before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

const LONGEST_KEY: usize = 128;
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// No work takes this long: what has not ended by then was cut off with its process.
const CUT_OFF: Duration = Duration::from_secs(5 * 60);

/// What makes one request the same as another: a digest of all that it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(String);

impl Fingerprint {
    /// Of a body as it came.
    pub fn of_bytes(body: &[u8]) -> Self {
        Self(BASE64URL_NOPAD.encode(digest(&SHA256, body).as_ref()))
    }

    /// Of a body as it was read: two that read alike are alike.
    pub fn of(body: &impl Serialize) -> Self {
        Self::of_bytes(&serde_json::to_vec(body).expect("what was read from JSON writes as JSON"))
    }
}

/// Does `work` once for the `Idempotency-Key` in `headers`, if there is one, and answers as the first time.
///
/// `route` names what is created (`posts`), `fingerprint` is of the request's body (and of the ids in its path).
///
/// # Errors
/// What `work` was refused for; 400 `idempotency_key_invalid`; 409 `idempotency_in_progress`, `idempotency_interrupted`;
/// 422 `idempotency_key_reused`.
pub(crate) async fn run<T, W>(
    app: &App,
    user: UserId,
    route: &'static str,
    headers: &HeaderMap,
    fingerprint: Fingerprint,
    work: impl FnOnce() -> W,
) -> Result<Response>
where
    T: IntoResponse,
    W: Future<Output = Result<T>> + Send + 'static,
{
    let Some(key) = key(headers)? else {
        return Ok(work().await?.into_response());
    };
    let record = Record {
        user_id: user,
        name: format!("{route}:{key}"),
        fingerprint: fingerprint.0,
        state: State::Running { since: app.now() },
        expires_at: app.now() + KEPT,
    };
    match app.store().collection::<Record>().insert(&record).await {
        Ok(()) => {}
        Err(error) if error.is_duplicate_key() => return again(app, &record).await,
        Err(error) => return Err(error.into()),
    }
    let (app, work) = (app.clone(), work());
    // On a task of its own, so that it is finished and remembered also when the caller has hung up.
    let finished = async move { finish(&app, record, work.await.map(IntoResponse::into_response)).await };
    let task = tokio::spawn(context::scope(context::current(), finished).in_current_span());
    task.await.map_err(Error::internal)?
}

/// The key that was sent, if one was.
fn key(headers: &HeaderMap) -> Result<Option<&str>> {
    let mut sent = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let Some(key) = sent.next() else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY);
    match (key, sent.next()) {
        (Some(key), None) => Ok(Some(key)),
        _ => Err(Error::unreadable("idempotency_key_invalid", "The Idempotency-Key cannot be used")
            .issue(format!("Send one Idempotency-Key of 1 to {LONGEST_KEY} printable ASCII characters"))),
    }
}

/// Keeps the answer of what was done, or gives the key free again where nothing was.
async fn finish(app: &App, record: Record, outcome: Result<Response>) -> Result<Response> {
    let records = app.store().collection::<Record>();
    let key = record.key();
    let response = match outcome {
        Ok(response) => response,
        Err(refusal) => {
            records.delete(&key).await?;
            return Err(refusal);
        }
    };
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.map_err(Error::internal)?;
    let answer = Answer::new(parts.status, &body);
    let done: Result<_, store::Error> = records
        .modify(&key, |record| {
            record.state = State::Done(answer.clone());
            Ok(store::Change::Write)
        })
        .await;
    if let Err(error) = done {
        // It was done, and its caller hears so; only a repetition will be told that it was interrupted.
        tracing::warn!(%error, "the answer to an idempotent request could not be kept");
    }
    Ok(Response::from_parts(parts, body.into()))
}

/// Answers whoever comes again with a key.
async fn again(app: &App, sent: &Record) -> Result<Response> {
    let known = app.store().collection::<Record>().get(&sent.key()).await?;
    // Given free or expired in this very moment: whoever tries again begins anew.
    let Some(known) = known.map(store::Stored::into_document) else { return Err(in_progress()) };
    if known.fingerprint != sent.fingerprint {
        return Err(Error::new(
            Kind::Invalid,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request",
        )
        .issue("Send a new Idempotency-Key with a new request, and the same one only with the same body"));
    }
    match known.state {
        State::Done(answer) => {
            let mut response = answer.into_response();
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        State::Running { since } if app.now() < since + CUT_OFF => Err(in_progress()),
        State::Running { .. } => {
            Err(Error::conflict("idempotency_interrupted", "The first attempt was cut off in the middle")
                .issue("Look whether it was done. If not, try again with a new Idempotency-Key"))
        }
    }
}

fn in_progress() -> Error {
    Error::conflict("idempotency_in_progress", "The first attempt is still being worked on. Try again in a moment")
        .retry_after(Duration::from_secs(1))
}
