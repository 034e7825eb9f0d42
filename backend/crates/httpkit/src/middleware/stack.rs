//! The one layer: every step of a request in its order. The steps themselves are in the files beside this one.

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use futures::FutureExt as _;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ORIGIN};
use http::{Method, StatusCode};
use store::{Clock, Time};
use tower::{Layer, Service};
use tracing::Instrument as _;

use super::body::{self, BodyWatch};
use super::request_id::{RequestId, RequestIds};
use super::{Style, compression, cors, headers, refuse};
use crate::context::{self, RequestContext};
use crate::dpop::DPOP_NONCE;
use crate::error::{Error, Kind, Result};
use crate::limits::{Limit, Limiter, Requester, Standing};
use crate::metrics::{self, Stopwatch};
use crate::settings::{Http, Secret, Settings};

/// Makes [`Stack`]s.
#[derive(Clone)]
pub(super) struct StackLayer(Arc<Shared>);

struct Shared {
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    limits: Limiter,
    ids: RequestIds,
    forwarder_proof: Secret,
    style: Style,
}

impl StackLayer {
    pub(super) fn new(services: &crate::services::Services, style: Style) -> Self {
        Self(Arc::new(Shared {
            settings: Arc::clone(&services.settings),
            clock: Arc::clone(&services.clock),
            limits: services.limits.clone(),
            ids: RequestIds::new(services.random.as_ref()),
            forwarder_proof: services.secrets.service().forwarder_proof(),
            style,
        }))
    }
}

impl<S> Layer<S> for StackLayer {
    type Service = Stack<S>;

    fn layer(&self, inner: S) -> Stack<S> {
        Stack { inner, shared: Arc::clone(&self.0) }
    }
}

/// A route with the whole stack around it.
#[derive(Clone)]
pub(super) struct Stack<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> Service<Request> for Stack<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        let visit = shared.welcome(&mut request);
        // The inner service is called here and not inside the future, so that it need not be cloned into it.
        let admitted = shared.admit(&mut request, visit.requester);
        let standing = admitted.as_ref().ok().and_then(|admitted| admitted.standing);
        let admitted = admitted.map(|admitted| (self.inner.call(request), admitted.watch));
        let span =
            tracing::debug_span!("request", request_id = %visit.id.text, method = %visit.method, path = visit.path());
        let context = RequestContext { request_id: Arc::clone(&visit.id.text), received: visit.received };
        Box::pin(context::open(
            context,
            standing,
            async move {
                let answered = match admitted {
                    Ok((answer, watch)) => run(answer, watch, &shared.settings.http).await,
                    Err(refusal) => Err(refusal),
                };
                Ok(shared.send_off(answered, visit))
            }
            .instrument(span),
        ))
    }
}

/// What is remembered of a request until its answer leaves.
struct Visit {
    id: RequestId,
    received: Time,
    stopwatch: Stopwatch,
    requester: Requester,
    method: Method,
    matched: Option<MatchedPath>,
    style: Style,
    accepted: compression::Accepted,
    cross_origin: bool,
}

impl Visit {
    /// The route's template, never the path itself: names and keys stand in that.
    fn path(&self) -> &str {
        self.matched.as_ref().map_or("(no route)", MatchedPath::as_str)
    }
}

/// A request that its handler may see.
struct Admitted {
    standing: Option<Standing>,
    watch: Option<Arc<BodyWatch>>,
}

impl Shared {
    /// Learns who asks for what, and hands the request's id and requester on to the handlers.
    fn welcome(&self, request: &mut Request) -> Visit {
        let requester = Requester::find(request.headers(), request.extensions(), &self.settings, &self.forwarder_proof);
        request.headers_mut().remove(crate::limits::X_TAPRI_FORWARDER);
        let id = self.ids.of(request, requester.through_trusted);
        let visit = Visit {
            received: self.clock.now(),
            stopwatch: Stopwatch::start(),
            requester,
            method: request.method().clone(),
            matched: request.extensions().get::<MatchedPath>().cloned(),
            style: self.style.at(request.uri().path()),
            accepted: compression::Accepted::by(request.headers()),
            cross_origin: request.headers().contains_key(ORIGIN),
            id,
        };
        request.extensions_mut().insert(requester);
        request.extensions_mut().insert(visit.id.clone());
        visit
    }

    /// Refuses what needs no handler to be refused, and bounds the body of the rest.
    fn admit(&self, request: &mut Request, requester: Requester) -> Result<Admitted> {
        headers::check_sizes(request, &self.settings.http)?;
        headers::check_no_bearer_in_query(request)?;
        let standing = self.limits.requester_here(Limit::Default, requester)?;
        Ok(Admitted { standing, watch: body::watch(request, self.settings.http.body_limit) })
    }

    /// Gives the answer everything that every answer has.
    fn send_off(&self, answered: Result<Response>, visit: Visit) -> Response {
        let mut response = match answered {
            Ok(response) if is_bare_405(&response) => say_405(response, visit.style),
            Ok(response) => response,
            Err(error) => {
                let mut refusal = refuse(error, visit.style);
                if visit.cross_origin {
                    // Ours hold nothing of anybody; an app in a browser must be able to read that it should slow down.
                    cors::open(refusal.headers_mut());
                }
                refusal
            }
        };
        headers::secure(response.headers_mut(), visit.id.header.clone());
        if let Some(nonce) = context::take_nonce() {
            response.headers_mut().insert(DPOP_NONCE, nonce);
        }
        if let Some(standing) = context::standing()
            && response.status() != StatusCode::TOO_MANY_REQUESTS
        {
            standing.tell(response.headers_mut());
        }
        response = compression::compress(response, &visit.accepted);
        metrics::answered(visit.path(), &visit.method, response.status(), visit.stopwatch.elapsed());
        if tracing::enabled!(tracing::Level::DEBUG) {
            let status = response.status().as_u16();
            let milliseconds = self.clock.now().since(visit.received).as_millis();
            let (method, path) = (&visit.method, visit.path());
            tracing::debug!(%method, path, status, milliseconds, "{method} {path} answered {status} in {milliseconds} ms");
        }
        response
    }
}

/// Drives `answer` to its end, unless it panics, takes too long, or its body is too large or too slow.
async fn run<F>(answer: F, watch: Option<Arc<BodyWatch>>, http: &Http) -> Result<Response>
where
    F: Future<Output = Result<Response, Infallible>>,
{
    let answer = async {
        // A handler's state may be broken after a panic, but the handler and all that it owned are gone with it; what
        // is shared is behind locks and channels that say so themselves.
        let answered = AssertUnwindSafe(answer).catch_unwind().await;
        if let Some(watch) = &watch {
            watch.drain().await;
        }
        match answered {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(never)) => match never {},
            Err(_) => Err(Error::internal("a handler panicked")),
        }
    };
    let answered = match &watch {
        // tokio's timer registers itself at the first wait only: an answer that is ready at once pays almost nothing.
        None => tokio::time::timeout(http.request_timeout, answer).await.unwrap_or_else(|_| Err(too_slow())),
        Some(watch) => while_body_arrives(answer, watch, http).await,
    };
    match watch {
        Some(watch) if watch.is_over_limit() => Err(too_large(watch.limit())),
        _ => answered,
    }
}

/// As long as a body keeps coming its sender has time; then the handler has `request_timeout`.
async fn while_body_arrives<F>(answer: F, watch: &BodyWatch, http: &Http) -> Result<Response>
where
    F: Future<Output = Result<Response>>,
{
    let mut answer = std::pin::pin!(answer);
    let mut patience = Patience::default();
    loop {
        if let Ok(answered) = tokio::time::timeout(http.request_timeout, &mut answer).await {
            return answered;
        }
        patience.wait(watch.seen(), watch.has_ended(), http)?;
    }
}

/// How long was waited for a request with a body, and what had come of it the last time.
#[derive(Default)]
struct Patience {
    waited: Duration,
    seen: u64,
    had_ended: bool,
}

impl Patience {
    /// Judges after one more `request_timeout` without an answer, when `seen` bytes of the body have come in all.
    fn wait(&mut self, seen: u64, has_ended: bool, http: &Http) -> Result<()> {
        self.waited += http.request_timeout;
        let seen_before = std::mem::replace(&mut self.seen, seen);
        let ended_before = std::mem::replace(&mut self.had_ended, has_ended);
        match has_ended {
            true if ended_before => Err(too_slow()),
            true => Ok(()),
            false if seen == seen_before || self.waited >= http.body_timeout => Err(body_too_slow()),
            false => Ok(()),
        }
    }
}

/// axum's own answer to a wrong method. It is put into words here and not by a fallback of the router: that would take
/// the place of what layers have put around the routes, and CORS would no longer see its preflights.
fn is_bare_405(response: &Response) -> bool {
    response.status() == StatusCode::METHOD_NOT_ALLOWED && !response.headers().contains_key(CONTENT_TYPE)
}

/// `bare` in words, with the headers that it has. axum adds `Allow` further out.
fn say_405(bare: Response, style: Style) -> Response {
    let (bare, _) = bare.into_parts();
    let mut response = refuse(Error::method_not_allowed(None), style);
    for (name, value) in &bare.headers {
        if name != CONTENT_LENGTH {
            response.headers_mut().append(name.clone(), value.clone());
        }
    }
    response
}

fn too_slow() -> Error {
    Error::unavailable("no answer within `http.request_timeout`")
}

fn body_too_slow() -> Error {
    Error::new(Kind::RequestTimeout, "body_too_slow", "The body did not arrive in time")
}

fn too_large(limit: u64) -> Error {
    Error::new(Kind::TooLarge, "body_too_large", "The body is too large")
        .issue(format!("The body may have {limit} bytes at most"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdicts, one for each `(seen, has_ended)`.
    fn judge(waits: impl IntoIterator<Item = (u64, bool)>) -> Vec<Option<Kind>> {
        let http = Settings::defaults().http;
        let mut patience = Patience::default();
        waits
            .into_iter()
            .map(|(seen, ended)| patience.wait(seen, ended, &http).err().map(|error| error.kind()))
            .collect()
    }

    #[test]
    fn a_body_may_be_slow_but_not_asleep() {
        assert_eq!(judge([(1, false), (2, false), (2, false)]), [None, None, Some(Kind::RequestTimeout)]);
        assert_eq!(judge([(0, false)]), [Some(Kind::RequestTimeout)]);
    }

    #[test]
    fn a_body_does_not_come_for_ever() {
        let verdicts = judge((1..=20).map(|seen| (seen, false)));
        assert!(verdicts[..19].iter().all(Option::is_none));
        assert_eq!(verdicts[19], Some(Kind::RequestTimeout), "ten minutes are twenty times thirty seconds");
    }

    #[test]
    fn when_the_body_is_there_the_handler_has_its_time() {
        assert_eq!(judge([(1, false), (9, true), (9, true)]), [None, None, Some(Kind::Unavailable)]);
    }
}
