//! Ids that both servers speak of. Everything else has its id type in the slice that owns it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use store::{Id, Random, Time, id_type};

id_type!(
    /// A user: the `sub` of every token that stands for one. To the auth server it is opaque.
    pub UserId
);

id_type!(
    /// A grant: a session of the web app or of a person's own client (then it is the `sid` too), or what an app was given.
    pub GrantId
);

/// A registered app: `app_` and an id (the form keeps it apart from every user id), or `tapri-web` for our own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

/// What is not the id of a client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a client id")]
pub struct NotAClientId;

impl ClientId {
    /// The client id in tokens of the web app and of sessions opened by password; no OAuth client is ever registered under it.
    pub const WEB: &'static str = "tapri-web";

    /// The client id of `/docs`, whose *Authorize* is an ordinary app of ours: a fixed id, so that every replica and every
    /// start names the same one. Its time is the epoch's first millisecond, which no generated id has.
    pub const DOCS: &'static str = "app_0000000000g0080x31e1s6j034";

    /// A fresh id for a new app.
    pub fn generate(now: Time, random: &dyn Random) -> Self {
        Self(format!("app_{}", Id::generate_unsharded(now, random)))
    }

    /// The id of the web app itself.
    pub fn web() -> Self {
        Self(Self::WEB.to_owned())
    }

    /// The id of `/docs`, see [`ClientId::DOCS`].
    pub fn docs() -> Self {
        Self(Self::DOCS.to_owned())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientId {
    type Err = NotAClientId;

    fn from_str(text: &str) -> Result<Self, NotAClientId> {
        let known_form = text == Self::WEB || text.strip_prefix("app_").is_some_and(|id| id.parse::<Id>().is_ok());
        if known_form { Ok(Self(text.to_owned())) } else { Err(NotAClientId) }
    }
}

impl TryFrom<String> for ClientId {
    type Error = NotAClientId;

    fn try_from(text: String) -> Result<Self, NotAClientId> {
        text.parse()
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_ids_have_the_form_of_client_ids() {
        for own in [ClientId::web(), ClientId::docs()] {
            assert_eq!(own.as_str().parse(), Ok(own.clone()));
        }
        assert_eq!("app_".parse::<ClientId>(), Err(NotAClientId));
    }
}
