//! What an app chooses beyond its name and its redirect URIs: read from the wire, judged together, and written back.
//!
//! The rules are the same whoever registers: a developer by the web app, an app by itself, a document at a URL. To add an
//! option, add it to `ClientOptions`, to [`apply`] and to [`of`], and say in [`check`] what it does not go with.

use httpkit::auth_wire::ClientOptions;
use httpkit::outbound::Outbound;
use serde_json::{Value, json};

use super::rules::{page, post_logout_redirect_uris};
use super::{AuthMethod, Client, ClientKeys, Policy, SecurityProfile, SigningAlgorithm, is_native, parse_key_set};
use crate::error::{Error, Result};

const LONGEST_URI: usize = 300;

/// Puts what was chosen into `client`; what was not stays. Who calls this calls [`check`] when the rest is there too.
///
/// # Errors
/// 422 naming the field.
pub(crate) fn apply(client: &mut Client, options: &ClientOptions, policy: Policy<'_>) -> Result<()> {
    if let Some(name) = &options.token_endpoint_auth_method {
        client.auth_method = named(AuthMethod::parse(name), METHOD)?;
    }
    if let Some(name) = &options.token_endpoint_auth_signing_alg {
        let alg = SigningAlgorithm::parse(name);
        client.assertion_alg = if name.is_empty() { None } else { Some(named(alg, ASSERTION_ALG)?) };
    }
    apply_keys(client, options, policy.outbound)?;
    if let Some(name) = &options.profile {
        client.profile = named(SecurityProfile::parse(name), PROFILE)?;
    }
    match &options.id_token_signed_response_alg {
        Some(name) => client.id_token_alg = named(SigningAlgorithm::parse(name), ID_TOKEN_ALG)?,
        // FAPI 2.0 forbids the default of OpenID Connect.
        None if client.is_fapi() && !client.id_token_alg.is_fapi() => client.id_token_alg = SigningAlgorithm::Ps256,
        None => {}
    }
    client.require_pkce = options.require_pkce.unwrap_or(client.require_pkce);
    client.dpop_bound_access_tokens = options.dpop_bound_access_tokens.unwrap_or(client.dpop_bound_access_tokens);
    client.require_pushed_authorization_requests =
        options.require_pushed_authorization_requests.unwrap_or(client.require_pushed_authorization_requests);
    client.default_max_age = options.default_max_age.or(client.default_max_age);
    apply_logout(client, options, policy)?;
    apply_pages(client, options)
}

/// What each field may be, in words.
type Field = (&'static str, &'static str, &'static str);

const METHOD: Field = (
    "token_endpoint_auth_method",
    "auth_method_invalid",
    "The method is none, client_secret_basic, client_secret_post or private_key_jwt",
);
const ASSERTION_ALG: Field =
    ("token_endpoint_auth_signing_alg", "alg_invalid", "The algorithm is RS256, PS256, ES256 or EdDSA");
const ID_TOKEN_ALG: Field =
    ("id_token_signed_response_alg", "alg_invalid", "The algorithm is RS256, PS256, ES256 or EdDSA");
const PROFILE: Field = ("profile", "profile_invalid", "The profile is standard or fapi2");

fn named<T>(value: Option<T>, (field, slug, words): Field) -> Result<T> {
    value.ok_or_else(|| Error::invalid_field(field, slug, words))
}

fn apply_keys(client: &mut Client, options: &ClientOptions, outbound: &Outbound) -> Result<()> {
    let uri = options.jwks_uri.as_deref();
    match (&options.jwks, uri) {
        (None, None) => {}
        (Some(_), Some(uri)) if !uri.is_empty() => {
            let words = "Give jwks or jwks_uri, not both";
            return Err(Error::invalid_field("jwks", "jwks_invalid", words));
        }
        (Some(set), _) => {
            let keys = parse_key_set(set).map_err(|words| Error::invalid_field("jwks", "jwks_invalid", words))?;
            client.keys = if keys.is_empty() { None } else { Some(ClientKeys::Inline(keys)) };
        }
        (None, Some("")) => client.keys = None,
        (None, Some(uri)) => {
            client.keys = Some(ClientKeys::At(called(uri, "jwks_uri", "jwks_uri_invalid", outbound)?));
        }
    }
    Ok(())
}

/// An address that this server will call.
fn called(uri: &str, field: &'static str, slug: &'static str, outbound: &Outbound) -> Result<String> {
    if uri.len() > LONGEST_URI || uri.contains('#') {
        let words = "The address has at most 300 characters and no fragment (no #)";
        return Err(Error::invalid_field(field, slug, words));
    }
    outbound.judge(uri).map_err(|error| Error::invalid_field(field, slug, error.to_string()))?;
    Ok(uri.to_owned())
}

fn apply_logout(client: &mut Client, options: &ClientOptions, policy: Policy<'_>) -> Result<()> {
    if let Some(texts) = &options.post_logout_redirect_uris {
        client.logout.redirect_uris = post_logout_redirect_uris(texts, policy)?;
    }
    match options.backchannel_logout_uri.as_deref() {
        None => {}
        Some("") => client.logout.backchannel_uri = None,
        Some(uri) => {
            let uri = called(uri, "backchannel_logout_uri", "backchannel_logout_uri_invalid", policy.outbound)?;
            client.logout.backchannel_uri = Some(uri);
        }
    }
    let session_required = options.backchannel_logout_session_required;
    client.logout.session_required = session_required.unwrap_or(client.logout.session_required);
    Ok(())
}

fn apply_pages(client: &mut Client, options: &ClientOptions) -> Result<()> {
    for (text, field, kept) in [
        (&options.logo_uri, "logo_uri", &mut client.pages.logo),
        (&options.policy_uri, "policy_uri", &mut client.pages.policy),
        (&options.tos_uri, "tos_uri", &mut client.pages.terms),
    ] {
        if let Some(text) = text {
            *kept = page(text, field, "uri_invalid")?;
        }
    }
    match options.logo_media.as_deref() {
        None => {}
        Some("") => client.pages.logo_media = None,
        Some(text) if text.len() <= LONGEST_URI => client.pages.logo_media = Some(text.to_owned()),
        Some(_) => return Err(Error::invalid_field("logo_media", "logo_invalid", "This is no picture")),
    }
    Ok(())
}

/// Whether what was chosen goes together.
///
/// # Errors
/// 422 naming the field.
pub(crate) fn check(client: &Client) -> Result<()> {
    let refuse = |(field, slug, _): Field, words: &'static str| Err(Error::invalid_field(field, slug, words));
    if client.auth_method == AuthMethod::PrivateKeyJwt && client.keys.is_none() {
        return Err(Error::invalid_field("jwks", "jwks_invalid", "private_key_jwt needs jwks or jwks_uri"));
    }
    if client.is_public() && !client.require_pkce {
        let words = "Only a confidential app can do without PKCE";
        return Err(Error::invalid_field("require_pkce", "pkce_required", words));
    }
    let native = |uri: &super::RedirectUri| is_native(uri.as_str()) && !uri.as_str().starts_with("http://");
    if !client.is_public() && client.redirect_uris.iter().any(native) {
        let words = "Only a public app has a redirect URI with a scheme of its own";
        return Err(Error::invalid_field("redirect_uris", "redirect_uri_invalid", words));
    }
    if !client.is_fapi() {
        return Ok(());
    }
    if client.auth_method != AuthMethod::PrivateKeyJwt {
        return refuse(METHOD, "FAPI 2.0 wants private_key_jwt");
    }
    if client.assertion_alg.is_some_and(|alg| !alg.is_fapi()) {
        return refuse(ASSERTION_ALG, "FAPI 2.0 wants PS256, ES256 or EdDSA");
    }
    if !client.id_token_alg.is_fapi() {
        return refuse(ID_TOKEN_ALG, "FAPI 2.0 wants PS256, ES256 or EdDSA");
    }
    if client.redirect_uris.iter().any(|uri| is_native(uri.as_str())) {
        return Err(Error::invalid_field("redirect_uris", "redirect_uri_invalid", "FAPI 2.0 wants https"));
    }
    if !client.require_pkce {
        return Err(Error::invalid_field("require_pkce", "pkce_required", "FAPI 2.0 wants PKCE"));
    }
    Ok(())
}

/// What `client` chose, also by saying nothing.
pub(crate) fn of(client: &Client) -> ClientOptions {
    let (jwks, jwks_uri) = match &client.keys {
        None => (None, None),
        Some(ClientKeys::At(uri)) => (None, Some(uri.clone())),
        Some(ClientKeys::Inline(keys)) => {
            let keys: Vec<Value> = keys.iter().map(super::PublicKey::to_json).collect();
            (Some(json!({ "keys": keys })), None)
        }
    };
    let logout_uris: Vec<_> = client.logout.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect();
    ClientOptions {
        token_endpoint_auth_method: Some(client.auth_method.name().to_owned()),
        token_endpoint_auth_signing_alg: client.assertion_alg.map(|alg| alg.name().to_owned()),
        jwks,
        jwks_uri,
        require_pkce: Some(client.requires_pkce()),
        profile: Some(client.profile.name().to_owned()),
        dpop_bound_access_tokens: Some(client.binds_tokens()),
        require_pushed_authorization_requests: Some(client.requires_par()),
        id_token_signed_response_alg: Some(client.id_token_alg.name().to_owned()),
        default_max_age: client.default_max_age,
        post_logout_redirect_uris: Some(logout_uris).filter(|uris| !uris.is_empty()),
        backchannel_logout_session_required: client
            .logout
            .backchannel_uri
            .as_ref()
            .map(|_| client.logout.session_required),
        backchannel_logout_uri: client.logout.backchannel_uri.clone(),
        logo_uri: client.pages.logo.clone(),
        logo_media: client.pages.logo_media.clone(),
        policy_uri: client.pages.policy.clone(),
        tos_uri: client.pages.terms.clone(),
    }
}
