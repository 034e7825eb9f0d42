//! Every collection of the auth server, in one list: what is declared at start, copied to another engine, spread over
//! shards. A new collection is a line here; a test reads the sources and finds one that is missing.

use httpkit::jobs::Queue as _;
use store::{Document as _, Schema};

use crate::clients::Client;
use crate::consents::Consent;
use crate::grants::Grant;
use crate::jobs::AuthQueue;
use crate::keys::KeyDocument;
use crate::oauth::DeviceAuthorization;
use crate::revocations::Revocation;
use crate::seen::Seen;
use crate::subjects::Subject;

const ALL: &[&Schema] = &[
    Grant::SCHEMA,
    Client::SCHEMA,
    Consent::SCHEMA,
    Subject::SCHEMA,
    DeviceAuthorization::SCHEMA,
    AuthQueue::SCHEMA,
    Revocation::SCHEMA,
    Seen::SCHEMA,
    KeyDocument::SCHEMA,
];

/// The collections of the auth server.
pub fn schemas() -> &'static [&'static Schema] {
    ALL
}
