//! The document that a job is.

use std::marker::PhantomData;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::{Document, Schema, Time};

use super::{JobKind, Queue};

/// How long a dead job stays.
const DEAD_STAYS: Duration = Duration::from_secs(30 * 24 * 3600);

/// Whether a job is still to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// To be done when it is due; while somebody does it, it is due when the lease ends.
    Waiting,
    /// Given up.
    Dead,
}

impl State {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Dead => "dead",
        }
    }
}

/// A job in the queue `Q`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Job<Q> {
    pub(super) key: String,
    pub(super) kind: String,
    pub(super) payload: bson::Document,
    pub(super) state: State,
    pub(super) due: Time,
    /// How often it was begun. Also the fence: who finds another number has lost the lease.
    pub(super) attempts: u32,
    pub(super) created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
    #[serde(skip)]
    queue: PhantomData<fn() -> Q>,
}

impl<Q: Queue> Document for Job<Q> {
    type Key = String;
    const SCHEMA: &'static Schema = Q::SCHEMA;

    fn key(&self) -> String {
        self.key.clone()
    }
}

impl<Q: Queue> Job<Q> {
    pub(super) fn new<K: JobKind>(key: String, payload: &K, now: Time) -> store::Result<Self> {
        let payload = bson::serialize_to_document(payload).map_err(|error| store::Error::Decode {
            collection: Q::SCHEMA.collection,
            reason: format!("payload of `{}`: {error}", K::NAME),
        })?;
        Ok(Self {
            key,
            kind: K::NAME.to_owned(),
            payload,
            state: State::Waiting,
            due: now,
            attempts: 0,
            created_at: now,
            failure: None,
            expires_at: None,
            queue: PhantomData,
        })
    }

    /// The same job under a name of its own: a second one of that name is a `Duplicate` while the first is there.
    #[must_use]
    pub fn once(mut self, name: impl Into<String>) -> Self {
        self.key = name.into();
        self
    }

    /// The same job, not to be done before `due`.
    #[must_use]
    pub fn not_before(mut self, due: Time) -> Self {
        self.due = due;
        self
    }

    /// Its name in the queue.
    pub fn name(&self) -> &str {
        &self.key
    }

    /// What kind of job it is.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// How often it was begun.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Why it failed the last time.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Begun once more, until `lease_ends`.
    pub(super) fn begun(&self, lease_ends: Time) -> Self {
        Self { due: lease_ends, attempts: self.attempts + 1, ..self.clone() }
    }

    /// Failed, to be tried again at `due`.
    pub(super) fn failed(&self, failure: String, due: Time) -> Self {
        Self { failure: Some(failure), due, ..self.clone() }
    }

    /// Failed for the last time.
    pub(super) fn given_up(&self, failure: String, now: Time) -> Self {
        let expires_at = Some(now + DEAD_STAYS);
        Self { failure: Some(failure), state: State::Dead, due: now, expires_at, ..self.clone() }
    }
}

/// By hand, since a derived one would ask that of `Q` too, which is no more than a name.
impl<Q> Clone for Job<Q> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            kind: self.kind.clone(),
            payload: self.payload.clone(),
            failure: self.failure.clone(),
            queue: PhantomData,
            ..*self
        }
    }
}
