//! What may be registered: the parse of what a developer sends. Inside, a [`Client`](super::Client) is always valid.

use httpkit::auth_wire::ClientType;
use httpkit::{Scope, ScopeSet};
use url::Url;

use super::{GrantType, Policy, RedirectUri};
use crate::error::{Error, Result};

const LONGEST_NAME: usize = 80;
const LONGEST_URI: usize = 300;
const MOST_REDIRECT_URIS: usize = 10;

/// A name that can be shown on a consent page: one line, nothing invisible, nothing that turns the text around.
pub(crate) fn name(text: &str) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > LONGEST_NAME {
        return Err(Error::invalid_field("client_name", "client_name_invalid", "The name has 1 to 80 characters"));
    }
    if text.chars().any(|character| character.is_control() || turns_or_hides(character)) {
        let words = "The name has no line breaks and no invisible characters";
        return Err(Error::invalid_field("client_name", "client_name_invalid", words));
    }
    Ok(text.to_owned())
}

/// Zero-width, direction-changing and other invisible format characters.
fn turns_or_hides(character: char) -> bool {
    matches!(u32::from(character), 0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xE0000..=0xE007F)
}

/// A page of an app, named by `field`; an empty text is none.
pub(crate) fn page(text: &str, field: &'static str, slug: &'static str) -> Result<Option<String>> {
    if text.is_empty() {
        return Ok(None);
    }
    let whole = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    match whole {
        Some(url) if text.len() <= LONGEST_URI && url.username().is_empty() && url.password().is_none() => {
            Ok(Some(url.into()))
        }
        _ => {
            let words = "An app's page is an address such as https://app.example, of at most 300 characters";
            Err(Error::invalid_field(field, slug, words))
        }
    }
}

/// Where codes may be sent. Whether such an app may have them is judged with the rest (`options::check`).
pub(crate) fn redirect_uris(
    texts: &[String],
    grant_types: &[GrantType],
    policy: Policy<'_>,
) -> Result<Vec<RedirectUri>> {
    let refuse = |words: &'static str| Error::invalid_field("redirect_uris", "redirect_uri_invalid", words);
    if texts.is_empty() && grant_types.contains(&GrantType::AuthorizationCode) {
        return Err(refuse("Give at least one redirect URI"));
    }
    if texts.len() > MOST_REDIRECT_URIS {
        return Err(refuse("An app has at most 10 redirect URIs"));
    }
    texts.iter().map(|text| RedirectUri::parse(text, policy.app_schemes)).collect::<Result<_, _>>().map_err(refuse)
}

/// Where the browser may go after a logout.
pub(crate) fn post_logout_redirect_uris(texts: &[String], policy: Policy<'_>) -> Result<Vec<RedirectUri>> {
    let refuse = |words: &'static str| {
        Error::invalid_field("post_logout_redirect_uris", "post_logout_redirect_uri_invalid", words)
    };
    if texts.len() > MOST_REDIRECT_URIS {
        return Err(refuse("An app has at most 10 of them"));
    }
    texts.iter().map(|text| RedirectUri::parse(text, policy.app_schemes)).collect::<Result<_, _>>().map_err(refuse)
}

/// How an app may get tokens; nothing said is code and refresh.
pub(crate) fn grant_types(names: &[String], client_type: ClientType) -> Result<Vec<GrantType>> {
    let refuse = |words: &'static str| Error::invalid_field("grant_types", "grant_types_invalid", words);
    if names.is_empty() {
        return Ok(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]);
    }
    let mut types = Vec::new();
    for name in names {
        let parsed = GrantType::parse(name).ok_or_else(|| {
            refuse("The grant types are authorization_code, refresh_token, client_credentials and that of devices")
        })?;
        if !types.contains(&parsed) {
            types.push(parsed);
        }
    }
    let has = |grant_type| types.contains(&grant_type);
    if has(GrantType::ClientCredentials) && client_type == ClientType::Public {
        return Err(refuse("Only a confidential app can use client_credentials"));
    }
    if has(GrantType::RefreshToken) && !has(GrantType::AuthorizationCode) && !has(GrantType::DeviceCode) {
        return Err(refuse("refresh_token goes with authorization_code or with devices"));
    }
    Ok(types)
}

/// What an app may ask for; nothing said is everything that needs no role.
pub(crate) fn scopes(asked: Option<ScopeSet>) -> Result<ScopeSet> {
    match asked {
        None => Ok(without_roles(ScopeSet::all())),
        Some(scopes) if scopes.is_empty() => {
            Err(Error::invalid_field("scope", "scope_invalid", "An app needs at least one scope"))
        }
        Some(scopes) => Ok(scopes),
    }
}

/// What needs no role: never are `mod` and `admin` in a default.
pub(crate) fn without_roles(scopes: ScopeSet) -> ScopeSet {
    scopes.without(Scope::Mod).without(Scope::Admin)
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
    fn a_name_is_one_visible_line() {
        assert_eq!(name("  Midnight Prints ").unwrap(), "Midnight Prints");
        for text in ["", " ", "a\nb", "Tapri\u{202e}gnp", "a\u{200b}b"] {
            assert_eq!(slug(name(text)), "client_name_invalid", "{text:?}");
        }
        assert_eq!(slug(name(&"a".repeat(81))), "client_name_invalid");
    }

    #[test]
    fn grant_types_must_fit_each_other_and_the_app() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let default = grant_types(&[], ClientType::Public).unwrap();
        assert_eq!(default, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
        assert_eq!(slug(grant_types(&names(&["password"]), ClientType::Confidential)), "grant_types_invalid");
        assert_eq!(slug(grant_types(&names(&["client_credentials"]), ClientType::Public)), "grant_types_invalid");
        assert_eq!(slug(grant_types(&names(&["refresh_token"]), ClientType::Public)), "grant_types_invalid");
    }

    #[test]
    fn scopes_of_roles_are_never_a_default() {
        let default = scopes(None).unwrap();
        assert!(!default.contains(Scope::Mod) && !default.contains(Scope::Admin) && default.contains(Scope::OpenId));
        assert_eq!(slug(scopes(Some(ScopeSet::EMPTY))), "scope_invalid");
    }

    #[test]
    fn an_apps_page_is_a_web_address() {
        let page = |text| page(text, "client_uri", "client_uri_invalid");
        assert_eq!(page("").unwrap(), None);
        assert_eq!(page("https://app.example/about").unwrap().as_deref(), Some("https://app.example/about"));
        for text in ["javascript:alert(1)", "app.example", "https://me:word@app.example/"] {
            assert_eq!(slug(page(text)), "client_uri_invalid", "{text}");
        }
    }
}
