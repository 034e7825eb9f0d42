//! What every request carries from the first layer to the last byte: its id and the moment it arrived.
//!
//! The outermost layer opens a context around the request ([`scope`]); whoever writes an answer reads it ([`current`]),
//! so that an envelope can name its time and its request without every handler passing them along. It is no place for
//! data of a feature: those are arguments.

use std::future::Future;
use std::sync::Arc;

use store::Time;

tokio::task_local! {
    static CURRENT: RequestContext;
}

/// The id and the arrival time of one request.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// Sent back as `X-Request-Id`, repeated in errors and in the log.
    pub request_id: Arc<str>,
    /// When the first layer saw the request, by the injected clock.
    pub received: Time,
}

/// Runs `future` inside `context`.
pub fn scope<F: Future>(context: RequestContext, future: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(context, future)
}

/// The context of the request that is being answered; outside of any (a router without our layers) an empty one at the
/// epoch, which no served answer ever shows.
pub fn current() -> RequestContext {
    CURRENT
        .try_with(Clone::clone)
        .unwrap_or_else(|_| RequestContext { request_id: Arc::from(""), received: Time::from_millis(0) })
}
