//! The body of a request, watched while it arrives: it may not grow over its limit, and its sender may not fall asleep.
//!
//! What a handler left unread is read to its end and thrown away (up to a bound) before the answer goes out. Without
//! that the connection is reset while the client still sends, and it never learns that its token had expired or that
//! its picture was too large.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::{DefaultBodyLimit, Request};
use bytes::Bytes;
use http::header::{EXPECT, HeaderMap};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};
use tower::util::MapRequestLayer;

/// What is read and thrown away at most for the sake of a client that does not listen while it sends.
const LINGER: u64 = 64_000_000;

/// What is known of a body while it is on its way. Counters are all `Relaxed`: they are read by the task that drives
/// the request, which is also the one that polls the body, or a moment later.
#[derive(Debug)]
pub(super) struct BodyWatch {
    limit: AtomicU64,
    seen: AtomicU64,
    ended: AtomicBool,
    over_limit: AtomicBool,
    left_over: Mutex<Option<Body>>,
}

impl BodyWatch {
    pub(super) fn limit(&self) -> u64 {
        self.limit.load(Ordering::Relaxed)
    }

    pub(super) fn seen(&self) -> u64 {
        self.seen.load(Ordering::Relaxed)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    pub(super) fn is_over_limit(&self) -> bool {
        self.over_limit.load(Ordering::Relaxed)
    }

    /// Reads what the handler left, and throws it away.
    pub(super) async fn drain(&self) {
        let Some(mut body) = self.left_over.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        if body.size_hint().lower() > LINGER {
            return;
        }
        let mut drained = 0;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, |data| data.len() as u64);
            self.seen.fetch_add(length, Ordering::Relaxed);
            drained += length;
            if drained > LINGER {
                return;
            }
        }
        self.ended.store(true, Ordering::Relaxed);
    }
}

/// Lets the routes below take bodies of `bytes` instead of `http.body_limit`.
pub fn larger_body(bytes: u64) -> MapRequestLayer<impl Fn(Request) -> Request + Clone> {
    MapRequestLayer::new(move |request: Request| {
        if let Some(watch) = request.extensions().get::<Arc<BodyWatch>>() {
            watch.limit.store(bytes, Ordering::Relaxed);
        }
        request
    })
}

/// Puts a watch on the body of `request`, if it has one.
pub(super) fn watch(request: &mut Request, limit: u64) -> Option<Arc<BodyWatch>> {
    if request.body().is_end_stream() {
        return None;
    }
    let watch = Arc::new(BodyWatch {
        limit: AtomicU64::new(limit),
        seen: AtomicU64::new(0),
        ended: AtomicBool::new(false),
        over_limit: AtomicBool::new(false),
        left_over: Mutex::new(None),
    });
    // axum's own limit would cut in at another size, and only for bodies that an extractor reads.
    DefaultBodyLimit::disable().apply(request);
    request.extensions_mut().insert(Arc::clone(&watch));
    let awaits_continue = awaits_continue(request.headers());
    let body = std::mem::take(request.body_mut());
    *request.body_mut() = Body::new(WatchedBody { inner: Some(body), watch: Arc::clone(&watch), awaits_continue });
    Some(watch)
}

/// A client that asked whether it should send at all is not made to, by reading what it has not sent.
fn awaits_continue(headers: &HeaderMap) -> bool {
    headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

struct WatchedBody {
    /// Gone once it has ended or failed.
    inner: Option<Body>,
    watch: Arc<BodyWatch>,
    awaits_continue: bool,
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let Some(inner) = &mut this.inner else { return Poll::Ready(None) };
        // A declared length is judged before a byte is read.
        if this.watch.seen() + inner.size_hint().lower() > this.watch.limit() {
            return this.refuse();
        }
        match std::task::ready!(Pin::new(inner).poll_frame(context)) {
            Some(Ok(frame)) => {
                this.awaits_continue = false;
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                let seen = this.watch.seen.fetch_add(length, Ordering::Relaxed) + length;
                if seen > this.watch.limit() {
                    return this.refuse();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            ended => {
                this.inner = None;
                this.watch.ended.store(true, Ordering::Relaxed);
                Poll::Ready(ended)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl WatchedBody {
    /// The error's words reach nobody: the stack answers 413 whatever the handler makes of this.
    fn refuse(&self) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.watch.over_limit.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(axum::Error::new(std::io::Error::other("the body is over its limit")))))
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        let Some(inner) = self.inner.take().filter(|body| !self.awaits_continue && !body.is_end_stream()) else {
            return;
        };
        *self.watch.left_over.lock().unwrap_or_else(PoisonError::into_inner) = Some(inner);
    }
}
