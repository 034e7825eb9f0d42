//! The session cookie: a sealed session id, which says whose browser this is to `/oauth/authorize` and nothing to an API.

use httpkit::{GrantId, UserId};
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::grants::Grant;

/// What the cookie holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionCookie {
    pub session: GrantId,
    pub sub: UserId,
}

impl SessionCookie {
    /// The cookie's value for a session.
    pub(crate) fn seal(core: &Core, session: &Grant) -> String {
        core.seals.session.seal(&Self { session: session.id, sub: session.sub }, &*core.random)
    }

    /// What a browser sent, if it is ours.
    pub(crate) fn open(core: &Core, value: &str) -> Option<Self> {
        core.seals.session.open(value).ok()
    }
}
