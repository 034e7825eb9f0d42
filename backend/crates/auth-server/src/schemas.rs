//! Every collection of the auth server, in one list: what is declared at start, copied to another engine, spread over
//! shards. A new collection is a line here; a test reads the sources and finds one that is missing.

use store::{Document as _, Schema};

use crate::clients::Client;
use crate::consents::Consent;
use crate::grants::Grant;
use crate::keys::KeyDocument;
use crate::revocations::Revocation;
use crate::subjects::Subject;

const ALL: &[&Schema] =
    &[Grant::SCHEMA, Client::SCHEMA, Consent::SCHEMA, Subject::SCHEMA, Revocation::SCHEMA, KeyDocument::SCHEMA];

/// The collections of the auth server.
pub fn schemas() -> &'static [&'static Schema] {
    ALL
}
