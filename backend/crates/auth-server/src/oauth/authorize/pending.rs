//! A request that waits for a person: everything about it, sealed, so that no row is kept for those who never come back.

use data_encoding::BASE64URL_NOPAD;
use httpkit::cookies::FLOW_PREFIX;
use httpkit::{ClientId, GrantId, Kind, ScopeSet};
use serde::{Deserialize, Serialize};
use store::Time;
use subtle::ConstantTimeEq;

use crate::clients::{Client, GrantType};
use crate::core::Core;
use crate::error::{Error, Result};
use crate::grants::Grant;
use crate::oauth::params::Params;
use crate::oauth::pkce::Challenge;
use crate::oauth::resource;

/// What fits, sealed, into the address of a page, together with the longest redirect URI.
const LONGEST_STATE: usize = 2048;
const LONGEST_NONCE: usize = 512;
const LONGEST_HINT: usize = 320;

/// What the app wants the person to be shown (OpenID Connect Core section 3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prompt {
    /// Nothing: a code or an error.
    pub none: bool,
    /// The sign-in, even when signed in.
    pub login: bool,
    /// The consent page, even when all is remembered.
    pub consent: bool,
}

/// An authorization request that was found good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending {
    /// Its id, which becomes the id of the grant: at most one comes of a request.
    pub request: GrantId,
    pub client: ClientId,
    pub redirect_uri: String,
    pub scopes: ScopeSet,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    pub challenge: Challenge,
    pub prompt: Prompt,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// What the flow cookie of the browser that began this holds.
    pub flow: String,
    pub iat: Time,
}

impl Pending {
    /// Reads everything but the app and the redirect URI, which were read before.
    ///
    /// # Errors
    /// What the app is told at its redirect URI.
    pub(crate) fn parse(core: &Core, client: &Client, redirect_uri: String, params: &Params) -> Result<Self> {
        refuse_unsupported(client, params)?;
        resource::check(core, params)?;
        let now = core.now();
        Ok(Self {
            request: GrantId::generate_unsharded(now, &*core.random),
            client: client.id.clone(),
            redirect_uri,
            scopes: scopes(client, params.one("scope")?)?,
            state: at_most(params, "state", LONGEST_STATE)?,
            nonce: at_most(params, "nonce", LONGEST_NONCE)?,
            challenge: Challenge::parse(params.one("code_challenge")?, params.one("code_challenge_method")?)?,
            prompt: prompt(params.one("prompt")?)?,
            max_age: max_age(params.one("max_age")?)?,
            // A hint may be ignored, and one that nobody can have is.
            login_hint: params.one("login_hint")?.filter(|hint| hint.len() <= LONGEST_HINT).map(str::to_owned),
            flow: draw_flow(core),
            iat: now,
        })
    }

    /// The same request for whichever browser goes on with it.
    pub(crate) fn bound_to_another_browser(self, core: &Core) -> Self {
        Self { flow: draw_flow(core), ..self }
    }

    pub(crate) fn is_expired(&self, core: &Core) -> bool {
        core.now() >= self.iat + core.lifetimes.request
    }

    /// The name of the cookie that binds this request to a browser.
    pub(crate) fn flow_cookie(&self) -> String {
        format!("{FLOW_PREFIX}{}", self.request)
    }

    /// Whether these cookies are of the browser that began this. Two of the name are somebody's trick.
    pub(crate) fn is_of_browser(&self, flow_cookies: &[(String, String)]) -> bool {
        let name = self.flow_cookie();
        let mut values = flow_cookies.iter().filter(|(sent, _)| *sent == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) => value.as_bytes().ct_eq(self.flow.as_bytes()).into(),
            _ => false,
        }
    }

    /// Whether the app wants a fresher proof of who it is than `session` has.
    pub(crate) fn wants_new_sign_in(&self, session: &Grant) -> bool {
        let too_old = |age: u32| session.auth_time.as_seconds() < self.iat.as_seconds() - i64::from(age);
        (self.prompt.login && session.auth_time < self.iat) || self.max_age.is_some_and(too_old)
    }
}

fn draw_flow(core: &Core) -> String {
    let mut bytes = [0; 16];
    core.random.fill(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

fn refuse_unsupported(client: &Client, params: &Params) -> Result<()> {
    let refuse = |error, words: &'static str| Err(Error::refused(Kind::Unreadable, error, words));
    match params.required("response_type")? {
        "code" => {}
        _ => return refuse("unsupported_response_type", "response_type must be code"),
    }
    if !client.may(GrantType::AuthorizationCode) {
        return refuse("unauthorized_client", "This app is not registered for authorization codes");
    }
    if params.has("request") {
        return refuse("request_not_supported", "Request objects are not supported");
    }
    if params.has("request_uri") {
        return refuse("request_uri_not_supported", "request_uri is not supported");
    }
    match params.one("response_mode")? {
        None | Some("query") => Ok(()),
        Some(_) => Err(Error::invalid_request("response_mode must be query")),
    }
}

fn scopes(client: &Client, names: Option<&str>) -> Result<ScopeSet> {
    let scopes: ScopeSet = names
        .ok_or_else(|| Error::invalid_scope("scope is missing"))?
        .parse()
        .map_err(|error: httpkit::UnknownScope| Error::invalid_scope(error.to_string()))?;
    let beyond = scopes.difference(client.scopes);
    if scopes.is_empty() {
        return Err(Error::invalid_scope("scope is empty"));
    }
    if !beyond.is_empty() {
        return Err(Error::invalid_scope(format!("This app is not registered for {beyond}")));
    }
    Ok(scopes)
}

fn prompt(values: Option<&str>) -> Result<Prompt> {
    let mut prompt = Prompt::default();
    for value in values.unwrap_or_default().split(' ').filter(|value| !value.is_empty()) {
        match value {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            _ => return Err(Error::invalid_request("prompt is none, login or consent")),
        }
    }
    if prompt.none && (prompt.login || prompt.consent) {
        return Err(Error::invalid_request("prompt=none stands alone"));
    }
    Ok(prompt)
}

fn max_age(value: Option<&str>) -> Result<Option<u32>> {
    let parse = |value: &str| value.parse().map_err(|_| Error::invalid_request("max_age is a number of seconds"));
    value.map(parse).transpose()
}

fn at_most(params: &Params, name: &str, longest: usize) -> Result<Option<String>> {
    match params.one(name)? {
        Some(value) if value.len() > longest => {
            Err(Error::invalid_request(format!("{name} is longer than {longest} characters")))
        }
        value => Ok(value.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_read_and_none_stands_alone() {
        let read = |values| prompt(Some(values));
        assert_eq!(read("login consent").unwrap(), Prompt { none: false, login: true, consent: true });
        assert_eq!(prompt(None).unwrap(), Prompt::default());
        assert!(read("none login").is_err() && read("select_account").is_err());
    }

    #[test]
    fn an_age_is_a_number_of_seconds() {
        assert_eq!(max_age(Some("0")).unwrap(), Some(0));
        assert!(max_age(Some("-1")).is_err() && max_age(Some("1.5")).is_err() && max_age(Some("soon")).is_err());
    }
}
