//! One delivery at a time to each webhook, in this process: a receiver that is slow keeps one job waiting and no more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::documents::WebhookId;

/// Who is being served, and whether somebody else wanted to meanwhile.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<HashMap<WebhookId, bool>>);

/// The lane of one webhook, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    lanes: &'a Lanes,
    webhook: WebhookId,
}

impl Lanes {
    /// The lane of `webhook`, if nobody is in it. Who is in it learns of this when leaving.
    pub fn enter(&self, webhook: WebhookId) -> Option<Lane<'_>> {
        let mut served = self.served();
        if let Some(is_wanted) = served.get_mut(&webhook) {
            *is_wanted = true;
            return None;
        }
        served.insert(webhook, false);
        // Made only where it was entered: dropping it leaves the lane.
        Some(Lane { lanes: self, webhook })
    }

    fn served(&self) -> MutexGuard<'_, HashMap<WebhookId, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane<'_> {
    /// Leaves the lane; but whoever was turned away meanwhile left something to send, and then it stays entered.
    pub fn leave(self) -> Option<Self> {
        let mut served = self.lanes.served();
        if let Some(is_wanted @ true) = served.get_mut(&self.webhook) {
            *is_wanted = false;
            drop(served);
            return Some(self);
        }
        // Left in the same moment in which nobody was waiting: dropping it later might turn out whoever enters next.
        served.remove(&self.webhook);
        drop(served);
        std::mem::forget(self);
        None
    }
}

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        self.lanes.served().remove(&self.webhook);
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

    #[test]
    fn who_leaves_learns_once_that_somebody_was_turned_away() {
        let webhook = WebhookId::generate_unsharded(Time::from_seconds(1), &SeededRandom::new(1));
        let lanes = Lanes::default();
        let inside = lanes.enter(webhook).expect("it is free");
        assert!(lanes.enter(webhook).is_none());
        let still_inside = inside.leave().expect("somebody was turned away");
        assert!(still_inside.leave().is_none());
        assert!(lanes.enter(webhook).is_some(), "left for good");
    }
}
