//! What a driver's error means: by what must happen next, and in words that never hold an address or a password.

use mongodb::error::{
    Error as DriverError, ErrorKind, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT, WriteFailure,
};

use crate::{Error, KEY_INDEX, Schema};

/// Why a write, or a batch, was not done.
#[derive(Debug)]
pub(super) enum Failure {
    /// It was refused, or the server cannot answer: what the caller gets.
    Final(Error),
    /// Another writer was in the way and nothing of it was done: it may be tried again, whole.
    Conflict,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// The server's codes that are told apart.
mod code {
    pub(super) const LOCK_TIMEOUT: i32 = 24;
    pub(super) const NAMESPACE_EXISTS: i32 = 48;
    pub(super) const WRITE_CONFLICT: i32 = 112;
    pub(super) const NO_SUCH_TRANSACTION: i32 = 251;
    pub(super) const DUPLICATE_KEY: i32 = 11000;
    /// Unreachable hosts, time limits, elections, shutdowns: the server may be able to later.
    pub(super) const LATER: &[i32] = &[
        6, 7, 43, 50, 64, 79, 89, 91, 100, 133, 134, 189, 202, 216, 225, 234, 262, 290, 317, 358, 365, 462, 9001,
        10058, 10107, 11600, 11601, 11602, 13388, 13435, 13436, 91331,
    ];
    /// Not allowed, not signed in.
    pub(super) const FORBIDDEN: &[i32] = &[11, 13, 18, 8000];
}

/// The error of a write of a batch.
pub(super) fn of_write(error: &DriverError, schema: &Schema, write: usize) -> Failure {
    let (number, message) = told(error);
    match number {
        Some(code::DUPLICATE_KEY) => Failure::Final(duplicate(schema, write, message)),
        _ => of_batch(error),
    }
}

/// The error of anything else within a batch: of its beginning, or of a write that no index refused.
pub(super) fn of_batch(error: &DriverError) -> Failure {
    let conflicts =
        matches!(told(error).0, Some(code::WRITE_CONFLICT | code::NO_SUCH_TRANSACTION | code::LOCK_TIMEOUT));
    // The driver marks lost connections so too; the next attempt waits for a server within the call's time.
    if conflicts || error.contains_label(TRANSIENT_TRANSACTION_ERROR) {
        Failure::Conflict
    } else {
        Failure::Final(general(error))
    }
}

/// Whether nobody knows if a transaction was committed, so that committing it again is right.
pub(super) fn commit_is_unknown(error: &DriverError) -> bool {
    error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT)
}

/// Whether a unique index refused a write.
pub(super) fn is_duplicate(error: &DriverError) -> bool {
    told(error).0 == Some(code::DUPLICATE_KEY)
}

/// Whether a collection was to be made that is there.
pub(super) fn is_there_already(error: &DriverError) -> bool {
    told(error).0 == Some(code::NAMESPACE_EXISTS)
}

/// Which of the documents that were inserted together was refused.
pub(super) fn position(error: &DriverError) -> Option<usize> {
    match &*error.kind {
        ErrorKind::InsertMany(many) => Some(many.write_errors.as_ref()?.first()?.index),
        _ => None,
    }
}

/// An error that has nothing to do with what was written.
pub(super) fn general(error: &DriverError) -> Error {
    match &*error.kind {
        ErrorKind::Io(_)
        | ErrorKind::ServerSelection { .. }
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::DnsResolve { .. }
        | ErrorKind::Shutdown => Error::Unavailable(words(error)),
        _ if told(error).0.is_some_and(|number| code::LATER.contains(&number)) => Error::Unavailable(words(error)),
        _ => Error::Engine(words(error)),
    }
}

/// Whether the server refused who we are, or what we may.
pub(super) fn is_forbidden(error: &DriverError) -> bool {
    matches!(&*error.kind, ErrorKind::Authentication { .. })
        || told(error).0.is_some_and(|number| code::FORBIDDEN.contains(&number))
}

/// What the server said, in a line of the log.
pub(super) fn words(error: &DriverError) -> String {
    let (number, message) = told(error);
    match (number, &*error.kind) {
        (Some(number), _) => format!("MongoDB says {number}: {message}"),
        (None, ErrorKind::ServerSelection { .. }) => "no MongoDB server answers".to_owned(),
        (None, kind) => format!("MongoDB: {kind}"),
    }
}

/// The server's code and words, wherever the driver keeps them.
fn told(error: &DriverError) -> (Option<i32>, &str) {
    match &*error.kind {
        ErrorKind::Command(error) => (Some(error.code), &error.message),
        ErrorKind::Write(WriteFailure::WriteError(error)) => (Some(error.code), &error.message),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => (Some(error.code), &error.message),
        ErrorKind::InsertMany(many) => {
            let write = many.write_errors.iter().flatten().next().map(|error| (error.code, error.message.as_str()));
            let concern = many.write_concern_error.as_ref().map(|error| (error.code, error.message.as_str()));
            write.or(concern).map_or((None, ""), |(number, message)| (Some(number), message))
        }
        _ => (None, ""),
    }
}

/// `E11000 duplicate key error collection: tapri.notes index: by_title dup key: { … }`
fn duplicate(schema: &Schema, write: usize, message: &str) -> Error {
    let named = message.split_once(" index: ").and_then(|(_, rest)| rest.split_ascii_whitespace().next());
    let index = match named {
        Some("_id_") => Some(KEY_INDEX),
        Some(name) => schema.index(name).map(|index| index.name),
        None => None,
    };
    match index {
        Some(index) => Error::Duplicate { write, index },
        // The whole message would bring what people wrote into the log.
        None => Error::Engine(format!(
            "a unique index that Tapri did not declare, `{}` of `{}`, refused a write: drop it",
            named.unwrap_or("?"),
            schema.collection
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Index;

    static NOTES: Schema = Schema::new("notes").indexes(&[Index::new("by_title").equal(&["title"]).unique()]);

    #[test]
    fn a_duplicate_names_its_index() {
        let of = |index: &str| {
            let message = format!(
                "E11000 duplicate key error collection: t.notes index: {index} dup key: {{ title: \"a index: b\" }}"
            );
            duplicate(&NOTES, 3, &message)
        };
        assert_eq!(of("by_title"), Error::Duplicate { write: 3, index: "by_title" });
        assert_eq!(of("_id_"), Error::Duplicate { write: 3, index: KEY_INDEX });
        let stray = of("title_1").to_string();
        assert!(stray.contains("`title_1` of `notes`") && !stray.contains("a index: b"), "{stray}");
    }
}
