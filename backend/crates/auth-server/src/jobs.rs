//! This server's queue of work to be done after an answer, and the one table from a kind of job to who does it. A job is
//! inserted in the batch that causes it, so that no killed process forgets one.

use std::sync::Arc;

use httpkit::jobs::{Queue, Worker, schema};
use store::Schema;

use crate::core::Core;
use crate::{backchannel, tidy};

/// The queue of the auth server.
#[derive(Debug)]
pub(crate) struct AuthQueue;

impl Queue for AuthQueue {
    const SCHEMA: &'static Schema = &schema("auth_jobs");
}

/// Who does what.
pub(crate) fn worker(core: &Arc<Core>) -> Worker<AuthQueue> {
    let [subjects, clients, sessions, floors, teller] = [(); 5].map(|()| Arc::clone(core));
    Worker::new(&core.jobs)
        .on(move |job: tidy::Subject| tidy::subject(Arc::clone(&subjects), job))
        .on(move |job: tidy::Client| tidy::client(Arc::clone(&clients), job))
        .on(move |job: backchannel::SessionOver| backchannel::session_over(Arc::clone(&sessions), job))
        .on(move |job: backchannel::FloorRaised| backchannel::floor_raised(Arc::clone(&floors), job))
        .on(move |job: backchannel::Tell| backchannel::tell(Arc::clone(&teller), job))
}
