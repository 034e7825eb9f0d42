//! How many calls are on their way: few at all, fewer to one host, so that a host that answers slowly holds up nobody
//! else's.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::OutboundError;

const MOST: usize = 32;
const MOST_TO_ONE_HOST: usize = 4;

/// The count.
#[derive(Debug)]
pub(super) struct Queue {
    all: Semaphore,
    by_host: Mutex<HashMap<String, usize>>,
}

impl Default for Queue {
    fn default() -> Self {
        Self { all: Semaphore::new(MOST), by_host: Mutex::default() }
    }
}

/// A place on the way, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a> {
    queue: &'a Queue,
    host: String,
    _permit: SemaphorePermit<'a>,
}

impl Queue {
    /// A place for a call to `host`. Waits while too many are on their way to others; a host that keeps so many waiting
    /// gets no more.
    pub(super) async fn enter(&self, host: &str) -> Result<Place<'_>, OutboundError> {
        let permit = self.all.acquire().await.map_err(|_| OutboundError::Busy)?;
        let mut by_host = self.by_host.lock().unwrap_or_else(PoisonError::into_inner);
        let count = by_host.entry(host.to_owned()).or_default();
        if *count >= MOST_TO_ONE_HOST {
            return Err(OutboundError::Busy);
        }
        *count += 1;
        Ok(Place { queue: self, host: host.to_owned(), _permit: permit })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut by_host = self.queue.by_host.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = by_host.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                by_host.remove(&self.host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_host_has_few_places_and_gives_them_back() {
        let queue = Queue::default();
        let mut places = Vec::new();
        for _ in 0..MOST_TO_ONE_HOST {
            places.push(queue.enter("slow.example").await.unwrap());
        }
        assert_eq!(queue.enter("slow.example").await.unwrap_err(), OutboundError::Busy);
        queue.enter("other.example").await.unwrap();
        places.pop();
        queue.enter("slow.example").await.unwrap();
        places.clear();
        assert!(queue.by_host.lock().unwrap().is_empty());
    }
}
