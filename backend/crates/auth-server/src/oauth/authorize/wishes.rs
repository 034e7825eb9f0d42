//! What an app may wish of the person's sign-in and of the answer: `prompt`, `max_age`, `claims`, `id_token_hint`,
//! `response_mode` (OpenID Connect Core section 3.1.2.1, OAuth 2.0 Form Post Response Mode). Read here, obeyed elsewhere.

use httpkit::{Kind, Scope, ScopeSet, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::core::Core;
use crate::error::{Error, Result};
use crate::oauth::params::Params;
use crate::oauth::token::{ACR, read_hint};

/// What the app wants the person to be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prompt {
    /// Nothing: a code or an error.
    pub none: bool,
    /// The sign-in, even when signed in.
    pub login: bool,
    /// The consent page, even when all is remembered.
    pub consent: bool,
    /// Who is signed in, with the choice to be somebody else; the consent page offers that.
    #[serde(default)]
    pub select_account: bool,
}

impl Prompt {
    /// Every value, as the metadata lists them.
    pub(crate) const ALL: [&'static str; 4] = ["none", "login", "consent", "select_account"];

    /// # Errors
    /// `invalid_request`.
    pub(super) fn parse(values: Option<&str>) -> Result<Self> {
        let mut prompt = Self::default();
        for value in values.unwrap_or_default().split(' ').filter(|value| !value.is_empty()) {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                _ => return Err(Error::invalid_request("prompt is none, login, consent or select_account")),
            }
        }
        if prompt.none && (prompt.login || prompt.wants_page()) {
            return Err(Error::invalid_request("prompt=none stands alone"));
        }
        Ok(prompt)
    }

    /// Whether the person must see the page though everything is remembered.
    pub(super) fn wants_page(self) -> bool {
        self.consent || self.select_account
    }
}

/// How the answer reaches the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResponseMode {
    /// In the redirect URI's query.
    #[default]
    Query,
    /// In its fragment, which only the page there reads.
    Fragment,
    /// As a form that a page of ours posts there.
    FormPost,
}

impl ResponseMode {
    /// Every one, as the metadata lists them.
    pub(crate) const ALL: [&'static str; 3] = ["query", "fragment", "form_post"];

    /// # Errors
    /// `invalid_request`.
    pub(super) fn parse(params: &Params) -> Result<Self> {
        match params.one("response_mode")? {
            None | Some("query") => Ok(Self::Query),
            Some("fragment") => Ok(Self::Fragment),
            Some("form_post") => Ok(Self::FormPost),
            Some(_) => Err(Error::invalid_request("response_mode is query, fragment or form_post")),
        }
    }
}

/// How many seconds ago the person may have signed in.
///
/// # Errors
/// `invalid_request`.
pub(super) fn max_age(value: Option<&str>) -> Result<Option<u32>> {
    let parse = |value: &str| value.parse().map_err(|_| Error::invalid_request("max_age is a number of seconds"));
    value.map(parse).transpose()
}

/// What `claims` and `id_token_hint` come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// Claims about the person are given by scope, so whoever wants one asks for its scope.
    pub scopes: ScopeSet,
    /// The one person whom the app expects.
    pub expects: Option<UserId>,
}

impl Wishes {
    /// # Errors
    /// `invalid_request`; `unmet_authentication_requirements` where no sign-in here can be what the app cannot do without.
    pub(super) fn parse(core: &Core, params: &Params) -> Result<Self> {
        let mut wishes = match params.one("claims")? {
            Some(claims) => Self::of_claims(claims)?,
            None => Self::default(),
        };
        if let Some(token) = params.one("id_token_hint")? {
            let not_ours = || Error::invalid_request("id_token_hint is no ID token of this server");
            let hint = read_hint(core, token).ok_or_else(not_ours)?;
            wishes.expect(&hint.sub)?;
        }
        Ok(wishes)
    }

    /// Reads `claims` (OpenID Connect Core section 5.5). What is not known is passed over.
    fn of_claims(text: &str) -> Result<Self> {
        let malformed = |_| Error::invalid_request("claims is not a JSON object as OpenID Connect describes it");
        // As an object first: a list would do for the struct as well.
        let object: Map<String, Value> = serde_json::from_str(text).map_err(malformed)?;
        let claims: Claims = serde_json::from_value(object.into()).map_err(malformed)?;
        let mut wishes = Self::default();
        for name in claims.userinfo.keys() {
            wishes.scopes = scope_of(name).map_or(wishes.scopes, |scope| wishes.scopes.with(scope));
        }
        for asked in [&claims.userinfo, &claims.id_token] {
            if let Some(sub) = asked.get("sub").and_then(|claim| claim["value"].as_str()) {
                wishes.expect(sub)?;
            }
        }
        match claims.id_token.get("acr") {
            Some(acr) if acr["essential"] == true && !accepts(acr, ACR) => Err(Error::refused(
                Kind::Unreadable,
                "unmet_authentication_requirements",
                "Nobody can sign in here in the way that the app insists on",
            )),
            _ => Ok(wishes),
        }
    }

    /// Two who are expected at once are nobody.
    fn expect(&mut self, sub: &str) -> Result<()> {
        let sub: UserId =
            sub.parse().map_err(|_| Error::invalid_request("The app expects somebody who cannot exist"))?;
        if self.expects.replace(sub).is_some_and(|before| before != sub) {
            return Err(Error::invalid_request("The app expects two people at once"));
        }
        Ok(())
    }
}

/// The `claims` parameter: for each claim null, or an object with `essential`, `value` or `values`.
#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    userinfo: Map<String, Value>,
    #[serde(default)]
    id_token: Map<String, Value>,
}

/// Whether `value` is among those that a claim is wanted to have, where it says.
fn accepts(claim: &Value, value: &str) -> bool {
    let one = claim.get("value").and_then(Value::as_str);
    let many = claim.get("values").and_then(Value::as_array);
    match (one, many) {
        (None, None) => true,
        (one, many) => one == Some(value) || many.is_some_and(|many| many.iter().any(|wanted| wanted == value)),
    }
}

/// The scope by which userinfo tells a claim.
fn scope_of(claim: &str) -> Option<Scope> {
    match claim {
        "name" | "preferred_username" | "profile" | "picture" => Some(Scope::Profile),
        "email" | "email_verified" => Some(Scope::Email),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
        match result {
            Err(Error::Refused(refusal)) => refusal.error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn prompts_are_read_and_none_stands_alone() {
        let read = |values| Prompt::parse(Some(values));
        let both = Prompt { login: true, consent: true, ..Prompt::default() };
        assert_eq!(read("login consent").unwrap(), both);
        assert_eq!(Prompt::parse(None).unwrap(), Prompt::default());
        assert!(read("select_account").unwrap().wants_page());
        for alone in ["none login", "none consent", "select_account none", "dance"] {
            assert_eq!(slug(read(alone)), "invalid_request", "{alone}");
        }
    }

    #[test]
    fn an_age_is_a_number_of_seconds() {
        assert_eq!(max_age(Some("0")).unwrap(), Some(0));
        assert!(max_age(Some("-1")).is_err() && max_age(Some("1.5")).is_err() && max_age(Some("soon")).is_err());
    }

    #[test]
    fn claims_are_asked_for_by_their_scope() {
        let read = |text: &str| Wishes::of_claims(text);
        let wishes = read(r#"{"userinfo":{"email":{"essential":true},"nickname":null},"id_token":{"auth_time":null}}"#);
        assert_eq!(wishes.unwrap().scopes.to_string(), "email");
        assert_eq!(read("{}").unwrap(), Wishes::default());
        for text in ["", "[]", "null", r#"{"userinfo":"name"}"#, r#"{"id_token":{"sub":{"value":"nobody"}}}"#] {
            assert_eq!(slug(read(text)), "invalid_request", "{text}");
        }
    }

    #[test]
    fn a_sign_in_that_is_essential_and_impossible_is_refused_before_anybody_signs_in() {
        let acr = |claim: &str| Wishes::of_claims(&format!(r#"{{"id_token":{{"acr":{claim}}}}}"#));
        assert_eq!(slug(acr(r#"{"essential":true,"values":["phrh"]}"#)), "unmet_authentication_requirements");
        for possible in ["null", r#"{"essential":true}"#, r#"{"values":["phrh"]}"#, r#"{"essential":true,"value":"1"}"#]
        {
            acr(possible).unwrap();
        }
    }
}
