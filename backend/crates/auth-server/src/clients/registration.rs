//! What an app says of itself, without a developer who signs in: at `/oauth/register` (RFC 7591), or in the document that
//! its id is the URL of. The rules are those of every app; what such an app may have is less: never the scopes of roles,
//! and no tokens for itself, since nobody answers for it.

use httpkit::auth_wire::ClientOptions;
use httpkit::{Kind, ScopeSet};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Client, GrantType, Policy, host_for_people, options, rules};
use crate::error::{Error, Refusal, Result};

/// Metadata (RFC 7591 section 2). What is not here is ignored, `contacts` among it: nothing of a person is kept.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = ClientMetadata)]
pub(crate) struct Metadata {
    client_name: Option<String>,
    redirect_uris: Option<Vec<String>>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    scope: Option<String>,
    client_uri: Option<String>,
    subject_type: Option<String>,
    /// Not supported: a registration with one is refused.
    #[schema(value_type = Option<String>)]
    software_statement: Option<Value>,
    #[serde(flatten)]
    options: ClientOptions,
}

impl Metadata {
    /// Reads a JSON object.
    ///
    /// # Errors
    /// `invalid_client_metadata`.
    pub(crate) fn read(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).map_err(|error| invalid(format!("The metadata cannot be read: {error}")))
    }

    /// `client` with everything that the metadata say; what they do not say is as `client` has it.
    ///
    /// # Errors
    /// `invalid_redirect_uri`, `invalid_client_metadata`, `unapproved_software_statement` (RFC 7591 section 3.2.2).
    pub(crate) fn apply(self, client: Client, policy: Policy<'_>) -> Result<Client> {
        if self.software_statement.is_some() {
            let words = "Software statements are not supported here. Register without one";
            return Err(Error::refused(Kind::Unreadable, "unapproved_software_statement", words));
        }
        self.judge(client, policy).map_err(in_words_of_the_rfc)
    }

    fn judge(self, mut client: Client, policy: Policy<'_>) -> Result<Client> {
        if self.subject_type.is_some_and(|name| name != "public") {
            return Err(Error::invalid_field("subject_type", "subject_type_invalid", "The subject type is public"));
        }
        options::apply(&mut client, &self.options, policy)?;
        let grant_types = self.grant_types.unwrap_or_default();
        client.grant_types = rules::grant_types(&grant_types, client.client_type())?;
        if client.may(GrantType::ClientCredentials) {
            let words = "Only the app of a developer who signed in can use client_credentials";
            return Err(Error::invalid_field("grant_types", "grant_types_invalid", words));
        }
        if self.response_types.is_some_and(|types| types.iter().any(|name| name != "code")) {
            return Err(Error::invalid_field("response_types", "response_types_invalid", "The response type is code"));
        }
        let redirect_uris = self.redirect_uris.unwrap_or_default();
        client.redirect_uris = rules::redirect_uris(&redirect_uris, &client.grant_types, policy)?;
        client.scopes = scopes(self.scope.as_deref())?;
        client.uri = rules::page(self.client_uri.as_deref().unwrap_or_default(), "client_uri", "client_uri_invalid")?;
        client.name = match self.client_name.filter(|name| !name.is_empty()) {
            Some(name) => rules::name(&name)?,
            None => redirect_uris.first().map_or_else(|| "An app".to_owned(), |uri| host_for_people(uri)),
        };
        options::check(&client)?;
        Ok(client)
    }
}

/// Nothing said is everything that needs no role.
fn scopes(names: Option<&str>) -> Result<ScopeSet> {
    let refuse = |words: String| Error::invalid_field("scope", "scope_invalid", words);
    let asked = names.map(str::parse::<ScopeSet>).transpose().map_err(|unknown| refuse(unknown.to_string()))?;
    let scopes = rules::scopes(asked)?;
    if scopes != rules::without_roles(scopes) {
        return Err(refuse("An app that registers itself cannot have mod or admin".to_owned()));
    }
    Ok(scopes)
}

fn in_words_of_the_rfc(error: Error) -> Error {
    match error {
        Error::Refused(Refusal { kind: Kind::Invalid, field: Some("redirect_uris"), words, .. }) => {
            Error::refused(Kind::Unreadable, "invalid_redirect_uri", words)
        }
        Error::Refused(Refusal { kind: Kind::Invalid, field, words, .. }) => {
            invalid(field.map_or_else(|| words.to_string(), |field| format!("{field}: {words}")))
        }
        other => other,
    }
}

/// Something that no app can be registered with.
pub(crate) fn invalid(words: String) -> Error {
    Error::refused(Kind::Unreadable, "invalid_client_metadata", words)
}
