//! What every request carries from the first layer to the last byte: its id and the moment it arrived.
//!
//! The outermost layer opens a context around the request ([`scope`]); whoever writes an answer reads it ([`current`]),
//! so that an envelope can name its time and its request without every handler passing them along. It is no place for
//! data of a feature: those are arguments.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;

use store::Time;

use crate::limits::Standing;

tokio::task_local! {
    static CURRENT: RequestContext;
    /// How close the request came to a limit: the tightest of those that were counted.
    static STANDING: Cell<Option<Standing>>;
}

/// The id and the arrival time of one request.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// Sent back as `X-Request-Id`, repeated in errors and in the log.
    pub request_id: Arc<str>,
    /// When the first layer saw the request, by the injected clock.
    pub received: Time,
}

/// Runs `future` inside `context`: for work that goes on in a task of its own.
pub fn scope<F: Future>(context: RequestContext, future: F) -> impl Future<Output = F::Output> {
    open(context, None, future)
}

/// Runs `future`, a whole request, inside `context`; `standing` is how it stood with its first limit.
pub(crate) fn open<F: Future>(
    context: RequestContext,
    standing: Option<Standing>,
    future: F,
) -> impl Future<Output = F::Output> {
    CURRENT.scope(context, STANDING.scope(Cell::new(standing), future))
}

/// Notes how close the request that is being answered stands to a limit; outside of any nothing happens.
pub(crate) fn note_standing(standing: Standing) {
    let _outside_of_a_request = STANDING.try_with(|tightest| {
        if tightest.get().is_none_or(|before| standing.remaining < before.remaining) {
            tightest.set(Some(standing));
        }
    });
}

/// What was noted of the tightest limit.
pub(crate) fn standing() -> Option<Standing> {
    STANDING.try_with(Cell::get).ok().flatten()
}

/// The context of the request that is being answered; outside of any (a router without our layers) an empty one at the
/// epoch, which no served answer ever shows.
pub fn current() -> RequestContext {
    CURRENT
        .try_with(Clone::clone)
        .unwrap_or_else(|_| RequestContext { request_id: Arc::from(""), received: Time::from_millis(0) })
}
