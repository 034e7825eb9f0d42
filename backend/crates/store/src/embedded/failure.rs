//! Why work on the file did not succeed, told apart by what must happen next.

use crate::Error;

/// The result of work on the file.
pub(super) type Outcome<T> = Result<T, Failure>;

/// Why work on the file did not succeed.
pub(super) enum Failure {
    /// It was refused; the file is as good as before.
    Refused(Error),
    /// redb failed: the transaction must not be committed, and the file must be opened anew.
    File(redb::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<redb::StorageError> for Failure {
    fn from(error: redb::StorageError) -> Self {
        Self::File(error.into())
    }
}

impl From<redb::TableError> for Failure {
    fn from(error: redb::TableError) -> Self {
        Self::File(error.into())
    }
}

impl From<redb::TransactionError> for Failure {
    fn from(error: redb::TransactionError) -> Self {
        Self::File(error.into())
    }
}

impl From<redb::CommitError> for Failure {
    fn from(error: redb::CommitError) -> Self {
        Self::File(error.into())
    }
}
