//! Many at once, and what becomes true soon.

use std::future::Future;
use std::time::{Duration, Instant};

/// Runs `count` tasks at the same time and returns what each gave, in order. All stand at one barrier first.
pub async fn all_at_once<T, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(count));
    let tasks: Vec<_> = (0..count)
        .map(|number| {
            let (barrier, task) = (barrier.clone(), task(number));
            tokio::spawn(async move {
                barrier.wait().await;
                task.await
            })
        })
        .collect();
    futures::future::join_all(tasks)
        .await
        .into_iter()
        .map(|done| done.expect("a racer panicked; its own message is above"))
        .collect()
}

/// Asks again and again until `question` gives an answer, and returns it with the time that took; panics after `patience`.
///
/// For what reaches the resource server as news from the auth server: that takes as long as it takes in real time, and
/// the promise under test is a real second. Each question is a request, so nothing here needs to sleep.
pub async fn within<T, F>(patience: Duration, what: &str, question: impl Fn() -> F) -> (T, Duration)
where
    F: Future<Output = Option<T>>,
{
    let began = now();
    loop {
        if let Some(answer) = question().await {
            return (answer, began.elapsed());
        }
        assert!(began.elapsed() < patience, "after {patience:?} still not so: {what}");
        tokio::task::yield_now().await;
    }
}

#[expect(clippy::disallowed_methods, reason = "it measures how long something took")]
fn now() -> Instant {
    Instant::now()
}
