//! Ids that both servers speak of. Everything else has its id type in the slice that owns it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use store::{Id, Random, Time, id_type};
use url::Url;

id_type!(
    /// A user: the `sub` of every token that stands for one. To the auth server it is opaque.
    pub UserId
);

id_type!(
    /// A grant: a session of the web app or of a person's own client (then it is the `sid` too), or what an app was given.
    pub GrantId
);

/// An app: `app_` and an id for a registered one (the form keeps it apart from every user id), the https URL of its
/// client ID metadata document for one that registers nowhere, or `tapri-web` for our own.
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

    /// Longer URLs do not fit, sealed, into the address of a consent page.
    const LONGEST_URL: usize = 256;

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

    /// Whether it is the URL of a document that says what the app is.
    pub fn is_document(&self) -> bool {
        self.0.starts_with(HTTPS)
    }

    /// For people: the host of a document, which is all that vouches for such an app.
    pub fn host(&self) -> Option<&str> {
        let rest = self.0.strip_prefix(HTTPS)?;
        Some(&rest[..rest.find('/').unwrap_or(rest.len())])
    }
}

const HTTPS: &str = "https://";

/// Whether `text` is a URL that an app may have as its id (draft-ietf-oauth-client-id-metadata-document, section 3): whole,
/// with a path, without user name, fragment and dots as parts of the path; and without a query, which the draft advises
/// against. It is spelled as every reader would spell it, so that one app has one id.
fn is_document_url(text: &str) -> bool {
    let is_plain = text.len() <= ClientId::LONGEST_URL && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain
        && text.starts_with(HTTPS)
        && !text.contains(['?', '#', '@', '\\'])
        && Url::parse(text).is_ok_and(|url| url.as_str() == text && url.path() != "/")
}

impl FromStr for ClientId {
    type Err = NotAClientId;

    fn from_str(text: &str) -> Result<Self, NotAClientId> {
        let is_registered = text.strip_prefix("app_").is_some_and(|id| id.parse::<Id>().is_ok());
        let known_form = text == Self::WEB || is_registered || is_document_url(text);
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

    #[test]
    fn a_document_is_named_by_the_one_spelling_of_its_url() {
        let id: ClientId = "https://app.example:8443/oauth/client.json".parse().unwrap();
        assert!(id.is_document() && !ClientId::docs().is_document());
        assert_eq!((id.host(), ClientId::docs().host()), (Some("app.example:8443"), None));
        for text in [
            "http://app.example/client.json",
            "https://app.example",
            "https://app.example/",
            "https://APP.example/client.json",
            "https://app.example:443/client.json",
            "https://app.example/a/../client.json",
            "https://app.example/a/%2e%2e/client.json",
            "https://app.example/client.json?a=b",
            "https://app.example/client.json#a",
            "https://me@app.example/client.json",
            "https://app.example\\@evil.example/",
            "https://äpp.example/client.json",
            "https://0x7f.1/client.json",
            "https://app.example/a b",
            "https:///client.json",
            "https://",
        ] {
            assert_eq!(text.parse::<ClientId>(), Err(NotAClientId), "{text}");
        }
        assert!(format!("https://app.example/{}", "a".repeat(300)).parse::<ClientId>().is_err());
    }
}
