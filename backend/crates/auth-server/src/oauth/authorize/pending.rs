//! A request that waits for a person: everything about it, sealed, so that no row is kept for those who never come back.

use data_encoding::BASE64URL_NOPAD;
use http::HeaderMap;
use httpkit::cookies::FLOW_PREFIX;
use httpkit::{ClientId, GrantId, Kind, ScopeSet, UserId};
use serde::{Deserialize, Serialize};
use store::Time;
use subtle::ConstantTimeEq;

use crate::clients::{Client, GrantType, is_native};
use crate::consents::Consent;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::grants::Grant;
use crate::oauth::dpop;
use crate::oauth::params::Params;
use crate::oauth::pkce::Challenge;
use crate::oauth::resource;

use super::wishes::{self, Prompt, ResponseMode, Wishes};

/// What fits, sealed, into the address of a page, together with the longest redirect URI.
const LONGEST_STATE: usize = 2048;
const LONGEST_NONCE: usize = 512;
const LONGEST_HINT: usize = 320;
const LONGEST_LOCALES: usize = 100;

/// What is understood, or accepted and of no consequence here. None of these may be sent twice.
const KNOWN: [&str; 19] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
    "prompt",
    "max_age",
    "login_hint",
    "id_token_hint",
    "claims",
    "claims_locales",
    "acr_values",
    "display",
    "ui_locales",
    "dpop_jkt",
];

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
    /// Only an app that was registered so may come without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
    pub prompt: Prompt,
    #[serde(default)]
    pub mode: ResponseMode,
    /// The one person whom the app expects, by an ID token of theirs or by their `sub`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expects: Option<UserId>,
    /// In which languages the app would like the pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// The thumbprint of the key to which the code is to be bound (RFC 9449 section 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
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
        KNOWN.into_iter().try_for_each(|name| params.one(name).map(drop))?;
        resource::check(core, params)?;
        let wishes = Wishes::parse(core, params)?;
        let now = core.now();
        Ok(Self {
            request: GrantId::generate_unsharded(now, &*core.random),
            client: client.id.clone(),
            redirect_uri,
            // A claim of a scope that the app may not ask for is passed over, as an unknown one is.
            scopes: scopes(client, params.one("scope")?)?.union(wishes.scopes.intersection(client.scopes)),
            state: at_most(params, "state", LONGEST_STATE)?,
            nonce: at_most(params, "nonce", LONGEST_NONCE)?,
            challenge: challenge(client, params)?,
            prompt: Prompt::parse(params.one("prompt")?)?,
            mode: ResponseMode::parse(params)?,
            expects: wishes.expects,
            ui_locales: params.one("ui_locales")?.filter(|text| text.len() <= LONGEST_LOCALES).map(str::to_owned),
            max_age: wishes::max_age(params.one("max_age")?)?.or(client.default_max_age),
            // A hint may be ignored, and one that nobody can have is.
            login_hint: params.one("login_hint")?.filter(|hint| hint.len() <= LONGEST_HINT).map(str::to_owned),
            dpop_jkt: dpop::code_key(params, None)?,
            flow: draw_flow(core),
            iat: now,
        })
    }

    /// The same request, which a browser begins with now.
    pub(super) fn begun_now(self, core: &Core, headers: &HeaderMap) -> Self {
        Self { iat: core.now(), ..self.bound_to_browser(core, headers) }
    }

    /// The same request for the browser that goes on with it. One that has opened it before keeps its cookie, so that
    /// the page of its other tab still is its own.
    pub(super) fn bound_to_browser(self, core: &Core, headers: &HeaderMap) -> Self {
        let cookies = core.cookies.read_prefixed(headers, FLOW_PREFIX);
        let name = self.flow_cookie();
        let mut known = cookies.into_iter().filter(|(sent, _)| *sent == name).map(|(_, value)| value);
        let flow = match (known.next(), known.next()) {
            (Some(flow), None) if is_flow(&flow) => flow,
            _ => draw_flow(core),
        };
        Self { flow, ..self }
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

    /// Whether a person must see who asks, each time: any program on a machine can pose as a public app there (RFC 8252
    /// section 8.6).
    pub(crate) fn always_shows_page(&self, client: &Client) -> bool {
        client.is_public() && is_native(&self.redirect_uri)
    }

    /// What the person allowed before, where they decided about all of it then and nothing demands to ask them again.
    pub(crate) fn remembered(&self, client: &Client, consent: &Consent) -> Option<ScopeSet> {
        if self.always_shows_page(client) || self.prompt.wants_page() {
            return None;
        }
        consent.remembered(self.scopes.intersection(client.scopes))
    }

    /// Whether the app wants a fresher proof of who it is than `session` has, or somebody else's.
    pub(crate) fn wants_new_sign_in(&self, session: &Grant) -> bool {
        if self.expects.is_some_and(|expected| expected != session.sub) {
            return true;
        }
        let too_old = |age: u32| session.auth_time.as_seconds() < self.iat.as_seconds() - i64::from(age);
        (self.prompt.login && session.auth_time < self.iat) || self.max_age.is_some_and(too_old)
    }
}

const FLOW_BYTES: usize = 16;

fn draw_flow(core: &Core) -> String {
    let mut bytes = [0; FLOW_BYTES];
    core.random.fill(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

/// Whether this can have been drawn.
fn is_flow(text: &str) -> bool {
    BASE64URL_NOPAD.decode(text.as_bytes()).is_ok_and(|bytes| bytes.len() == FLOW_BYTES)
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
    Ok(())
}

/// PKCE is required, but of a confidential app that was registered without; a challenge that is there counts always.
fn challenge(client: &Client, params: &Params) -> Result<Option<Challenge>> {
    let (challenge, method) = (params.one("code_challenge")?, params.one("code_challenge_method")?);
    if challenge.is_none() && method.is_none() && !client.requires_pkce() {
        return Ok(None);
    }
    Challenge::parse(challenge, method).map(Some)
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

fn at_most(params: &Params, name: &str, longest: usize) -> Result<Option<String>> {
    match params.one(name)? {
        Some(value) if value.len() > longest => {
            Err(Error::invalid_request(format!("{name} is longer than {longest} characters")))
        }
        value => Ok(value.map(str::to_owned)),
    }
}
