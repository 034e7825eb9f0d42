//! One listener with what stands behind it, from its start to its end.

use std::future::Future;

use axum::Router;
use httpkit::serve::Listener;
use httpkit::settings::Http;
use store::Store;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// A server or the gateway, answering.
pub struct Part {
    name: &'static str,
    stop: CancellationToken,
    /// Cancelled as soon as one of the tasks has ended, however it did.
    ended: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    store: Option<Store>,
}

impl Part {
    /// Begins to answer on `listener`.
    pub fn start(name: &'static str, listener: Listener, router: Router, http: &Http) -> Self {
        let (stop, ended) = (CancellationToken::new(), CancellationToken::new());
        let mut part = Self { name, stop, ended, tasks: Vec::new(), store: None };
        let http = http.clone();
        part.also(|stop| async move { listener.serve(router, &http, stop).await });
        part
    }

    /// Runs `work` beside it, until the same stop.
    pub fn also<F: Future<Output = ()> + Send + 'static>(&mut self, work: impl FnOnce(CancellationToken) -> F) {
        let (work, guard) = (work(self.stop.clone()), self.ended.clone().drop_guard());
        self.tasks.push(tokio::spawn(async move {
            let _at_the_end = guard;
            work.await;
        }));
    }

    /// Closes `store` when everything else has ended.
    pub fn close_at_the_end(&mut self, store: Store) {
        self.store = Some(store);
    }

    /// Finishes what is being answered and done, then flushes the store.
    pub async fn stop(self) -> Result<(), Failure> {
        self.stop.cancel();
        let mut result = Ok(());
        for task in self.tasks {
            if task.await.is_err() {
                result = Err(Failure::new(format!("the {} failed; the log says how", self.name)));
            }
        }
        if let Some(store) = self.store {
            store.close().await?;
        }
        result
    }
}

/// Waits for the first part of which something ends by itself, which nothing is meant to.
pub async fn first_end(parts: &[Part]) -> Failure {
    let ends = parts.iter().map(|part| {
        Box::pin(async {
            part.ended.cancelled().await;
            part.name
        })
    });
    let (name, _, _) = futures::future::select_all(ends).await;
    Failure::new(format!("the {name} ended by itself; the log says why"))
}
