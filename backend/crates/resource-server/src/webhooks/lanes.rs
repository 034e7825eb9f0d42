//! One delivery at a time to each webhook, in this process: a receiver that is slow keeps one job waiting and no more.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::documents::WebhookId;

/// Who is being served.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<HashSet<WebhookId>>);

/// The lane of one webhook, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    lanes: &'a Lanes,
    webhook: WebhookId,
}

impl Lanes {
    /// The lane of `webhook`, if nobody is in it.
    pub fn enter(&self, webhook: WebhookId) -> Option<Lane<'_>> {
        let entered = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(webhook);
        // Made only where it was entered: dropping it leaves the lane.
        entered.then(|| Lane { lanes: self, webhook })
    }
}

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        self.lanes.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.webhook);
    }
}

#[cfg(test)]
mod tests {
    use store::{SeededRandom, Time};

    use super::*;

    #[test]
    fn a_lane_is_free_again_when_who_was_in_it_is_gone_and_not_before() {
        let random = SeededRandom::new(1);
        let webhook = || WebhookId::generate_unsharded(Time::from_seconds(1), &random);
        let (lanes, one, two) = (Lanes::default(), webhook(), webhook());
        let inside = lanes.enter(one);
        for _ in 0..2 {
            assert!(lanes.enter(one).is_none());
        }
        assert!(inside.is_some() && lanes.enter(two).is_some());
        drop(inside);
        assert!(lanes.enter(one).is_some());
    }
}
