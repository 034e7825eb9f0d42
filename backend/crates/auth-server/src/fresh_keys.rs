//! What stands around every request: keys that are not too old.
//!
//! A layer of its own kind and no `from_fn`, because it is around everything: where nothing is to be read, which is nearly
//! always, a request pays for one look at the clock and for no box and no copy of the routes.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use futures::future::Either;
use tower::{Layer, Service, ServiceExt as _};

use crate::core::Core;

/// Whoever comes first after a second has the keys read anew, before anything is signed or verified.
#[derive(Clone)]
pub(crate) struct FreshKeysLayer(pub Arc<Core>);

impl<S> Layer<S> for FreshKeysLayer {
    type Service = FreshKeys<S>;

    fn layer(&self, inner: S) -> FreshKeys<S> {
        FreshKeys { inner, core: Arc::clone(&self.0) }
    }
}

/// A service that knows the keys.
#[derive(Clone)]
pub(crate) struct FreshKeys<S> {
    inner: S,
    core: Arc<Core>,
}

impl<S> Service<Request> for FreshKeys<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if !self.core.keys.is_stale() {
            return Either::Left(self.inner.call(request));
        }
        let (core, inner) = (Arc::clone(&self.core), self.inner.clone());
        Either::Right(Box::pin(async move {
            core.keys.freshen().await;
            inner.oneshot(request).await
        }))
    }
}
