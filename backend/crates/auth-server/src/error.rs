//! What goes wrong in the auth server, in one type with two audiences.
//!
//! A [`Refusal`] is meant for the caller: a slug for programs, a sentence for people, and the kind that decides the HTTP
//! status. Everything else is the store's and goes into the log. How a refusal is written is decided at the door: RFC
//! bodies by `oauth::answer`, wire bodies by `internal::answer`. No status and no JSON here.

use std::borrow::Cow;

use httpkit::{Kind, WayBack};

/// The result of what the auth server does.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The caller asked for what it cannot have.
    #[error("{}: {}", .0.error, .0.words)]
    Refused(Refusal),
    /// The store could not do its part.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A refusal in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Decides the HTTP status.
    pub kind: Kind,
    /// A stable slug: an error code of RFC 6749 and its kin, or one of ours on the wire.
    pub error: &'static str,
    /// A sentence for people.
    pub words: Cow<'static, str>,
    /// The field at fault, where one is.
    pub field: Option<&'static str>,
    /// Where a person goes on, where that is known.
    pub way_back: Option<Box<WayBack>>,
}

impl Error {
    /// A refusal of `kind`.
    pub(crate) fn refused(kind: Kind, error: &'static str, words: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(Refusal { kind, error, words: words.into(), field: None, way_back: None })
    }

    /// The grant, code or refresh token is not good (RFC 6749 section 5.2). Which of the many reasons it is stays here.
    pub(crate) fn invalid_grant(words: &'static str) -> Self {
        Self::refused(Kind::Unreadable, "invalid_grant", words)
    }

    /// The request itself is wrong (RFC 6749 section 5.2).
    pub(crate) fn invalid_request(words: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(Kind::Unreadable, "invalid_request", words)
    }

    /// A scope is unknown, or beyond what may be asked (RFC 6749 section 5.2).
    pub(crate) fn invalid_scope(words: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(Kind::Unreadable, "invalid_scope", words)
    }

    /// The client did not prove who it is (RFC 6749 section 5.2). The words are the same whatever was wrong.
    pub(crate) fn invalid_client() -> Self {
        Self::refused(Kind::Unauthenticated, "invalid_client", "This is no registered app, or its secret is wrong")
    }

    /// One field of a wire body is not valid.
    pub(crate) fn invalid_field(field: &'static str, error: &'static str, words: impl Into<Cow<'static, str>>) -> Self {
        let (words, field) = (words.into(), Some(field));
        Self::Refused(Refusal { kind: Kind::Invalid, error, words, field, way_back: None })
    }

    /// The same refusal, which also says where a person goes on.
    pub(crate) fn with_way_back(self, way_back: WayBack) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Refusal { way_back: Some(Box::new(way_back)), ..refusal }),
            Self::Store(error) => Self::Store(error),
        }
    }

    /// What was looked for is not there.
    pub(crate) fn not_found(error: &'static str, words: &'static str) -> Self {
        Self::refused(Kind::NotFound, error, words)
    }

    /// Other writers were faster every time.
    pub(crate) fn too_contended() -> Self {
        Self::Store(store::Error::Unavailable("too many writers change one document".to_owned()))
    }
}

/// Whether a write lost a race and the whole step is to be done again from what is stored now.
pub(crate) fn lost_race(error: &store::Error) -> bool {
    error.is_stale() || error.is_duplicate_key()
}

/// How often a step is done again before it is given up. Each time, somebody else succeeded.
pub(crate) const ATTEMPTS: usize = 64;
