//! One name for a request in the logs of all our servers, when they are processes of their own.
//!
//! A server with the whole stack names what it answers (see `request_id`) and passes the name on when it forwards. Here is
//! the rest: the [`FrontDoor`] of a process that only forwards, and [`name_call`] for a server that itself asks another
//! one. Whoever hears a name believes it only from one of us, by the proof that goes with it.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, HeaderValue};
use store::{Clock, Random};
use tracing::Instrument as _;

use super::request_id::{RequestIds, X_REQUEST_ID};
use crate::context::{self, RequestContext};
use crate::limits::{Requester, X_TAPRI_FORWARDER};
use crate::proxy::Forwarder;
use crate::secrets::ServiceCredential;
use crate::settings::{Secret, Settings};

/// Where requests come in that another server answers: it names them, and says in the log what became of them.
#[derive(Clone)]
pub struct FrontDoor(Arc<Inner>);

struct Inner {
    forwarder: Forwarder,
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    ids: RequestIds,
    proof: Secret,
}

impl FrontDoor {
    /// A door before `forwarder`, which has the same `settings` and `credential`.
    pub fn new(
        forwarder: Forwarder,
        settings: Arc<Settings>,
        clock: Arc<dyn Clock>,
        random: &dyn Random,
        credential: &ServiceCredential,
    ) -> Self {
        let (ids, proof) = (RequestIds::new(random), credential.forwarder_proof());
        Self(Arc::new(Inner { forwarder, settings, clock, ids, proof }))
    }

    /// The answer of the server behind; 503 where there is none.
    pub async fn forward(&self, mut request: Request) -> Response {
        let door = &self.0;
        let requester = Requester::find(request.headers(), request.extensions(), &door.settings, &door.proof);
        let id = door.ids.of(&request, requester.through_trusted);
        let (method, received) = (request.method().clone(), door.clock.now());
        request.extensions_mut().insert(requester);
        request.extensions_mut().insert(id.clone());
        let span = tracing::debug_span!("request", request_id = %id.text, %method);
        let named = RequestContext { request_id: Arc::clone(&id.text), received };
        let answered = async {
            let mut response = door.forwarder.forward(request).await;
            response.headers_mut().insert(X_REQUEST_ID, id.header);
            let milliseconds = door.clock.now().since(received).as_millis();
            let status = response.status().as_u16();
            tracing::debug!(%method, status, milliseconds, "{method} was forwarded and answered {status} in {milliseconds} ms");
            response
        };
        context::scope(named, answered.instrument(span)).await
    }
}

impl std::fmt::Debug for FrontDoor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("FrontDoor").field("forwarder", &self.0.forwarder).finish_non_exhaustive()
    }
}

/// Gives a call to another server of ours the name of the request that is being answered, with our `proof` that it is one
/// of us who says so; outside of any request nothing happens.
pub fn name_call(headers: &mut HeaderMap, proof: &HeaderValue) {
    let id = context::current().request_id;
    if let (false, Ok(id)) = (id.is_empty(), HeaderValue::from_str(&id)) {
        headers.insert(X_REQUEST_ID, id);
        headers.insert(X_TAPRI_FORWARDER, proof.clone());
    }
}
