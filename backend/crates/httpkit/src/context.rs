//! What every request carries from the first layer to the last byte: its id and the moment it arrived.
//!
//! The outermost layer opens a context around the request ([`scope`]); whoever writes an answer reads it ([`current`]),
//! so that an envelope can name its time and its request without every handler passing them along. It is no place for
//! data of a feature: those are arguments.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;

use http::HeaderValue;
use store::Time;

use crate::limits::Standing;

tokio::task_local! {
    static CURRENT: RequestContext;
    static NOTES: Notes;
}

/// What is noted on the way for the headers of the answer.
struct Notes {
    /// How close the request came to a limit: the tightest of those that were counted.
    standing: Cell<Option<Standing>>,
    /// The nonce for the client's next DPoP proof.
    nonce: Cell<Option<HeaderValue>>,
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
    let notes = Notes { standing: Cell::new(standing), nonce: Cell::new(None) };
    CURRENT.scope(context, NOTES.scope(notes, future))
}

/// Notes how close the request that is being answered stands to a limit; outside of any nothing happens.
pub(crate) fn note_standing(standing: Standing) {
    let _outside_of_a_request = NOTES.try_with(|Notes { standing: tightest, .. }| {
        if tightest.get().is_none_or(|before| standing.remaining < before.remaining) {
            tightest.set(Some(standing));
        }
    });
}

/// What was noted of the tightest limit.
pub(crate) fn standing() -> Option<Standing> {
    NOTES.try_with(|notes| notes.standing.get()).ok().flatten()
}

/// Notes the nonce for the client's next DPoP proof (RFC 9449 section 8.2); outside of any request nothing happens.
pub fn note_nonce(nonce: HeaderValue) {
    let _outside_of_a_request = NOTES.try_with(|notes| notes.nonce.set(Some(nonce)));
}

/// Takes the nonce that was noted.
pub(crate) fn take_nonce() -> Option<HeaderValue> {
    NOTES.try_with(|notes| notes.nonce.take()).ok().flatten()
}

/// The context of the request that is being answered; outside of any (a router without our layers) an empty one at the
/// epoch, which no served answer ever shows.
pub fn current() -> RequestContext {
    CURRENT
        .try_with(Clone::clone)
        .unwrap_or_else(|_| RequestContext { request_id: Arc::from(""), received: Time::from_millis(0) })
}
