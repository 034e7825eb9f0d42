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
        entered.then_some(Lane { lanes: self, webhook })
    }
}

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        self.lanes.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.webhook);
    }
}
