//! The `openidconnect` crate, unmodified, against a running Tapri: discovery, PKCE, code, ID token, userinfo, refresh,
//! introspection, a device; and the Rust quick start of docs/oauth.md.
//!
//! The person, who signs in and presses "Allow", is played by another program that is asked over HTTP
//! (`TAPRI_TEST_PERSON`); `backend/test/javascript/quick_starts_test.mjs` starts both.

use std::env;
use std::error::Error;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreDeviceAuthorizationResponse,
    CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreProviderMetadata, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AdditionalProviderMetadata, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    DeviceAuthorizationUrl, IntrospectionUrl, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    ProviderMetadata, RedirectUrl, RevocationUrl, Scope, TokenIntrospectionResponse, TokenResponse,
};
use reqwest::Client;
use serde::{Deserialize, Serialize};
use url::Url;

type Failure = Box<dyn Error>;

/// The endpoints that OpenID Connect Discovery itself does not know.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Endpoints {
    device_authorization_endpoint: DeviceAuthorizationUrl,
    introspection_endpoint: IntrospectionUrl,
    revocation_endpoint: RevocationUrl,
}

impl AdditionalProviderMetadata for Endpoints {}

type Metadata = ProviderMetadata<
    Endpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    whole_story(&http).await?;
    println!("ok: discovery, code with PKCE, ID token, userinfo, refresh, introspection");
    device(&http).await?;
    println!("ok: a device without a browser (RFC 8628)");
    let person = quick_start(&http).await?;
    let name = person.preferred_username().ok_or("userinfo tells no name")?;
    check(name.as_str() == variable("TAPRI_TEST_USERNAME"), "userinfo is about somebody else")?;
    println!("ok: the quick start in docs/oauth.md");
    Ok(())
}

async fn whole_story(http: &Client) -> Result<(), Failure> {
    let metadata = discover(http).await?;
    let endpoints = metadata.additional_metadata().clone();
    let tapri = CoreClient::from_provider_metadata(metadata, client_id(), Some(client_secret()))
        .set_redirect_uri(RedirectUrl::new(variable("TAPRI_TEST_REDIRECT_URI"))?)
        .set_introspection_url(endpoints.introspection_endpoint)
        .set_revocation_url(endpoints.revocation_endpoint);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
    let (url, state, nonce) = tapri
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let code = visit(url, &state).await?;
    let tokens = tapri.exchange_code(code)?.set_pkce_verifier(verifier).request_async(http).await?;
    let id_token = tokens.id_token().ok_or("no ID token")?;
    let claims = id_token.claims(&tapri.id_token_verifier(), &nonce)?;
    let subject = claims.subject().clone();
    let expected = claims.access_token_hash().ok_or("no at_hash")?;
    let verifier = tapri.id_token_verifier();
    let actual = openidconnect::AccessTokenHash::from_token(
        tokens.access_token(),
        id_token.signing_alg()?,
        id_token.signing_key(&verifier)?,
    )?;
    check(actual == *expected, "the ID token goes with another access token")?;
    let userinfo = tapri.user_info(tokens.access_token().clone(), Some(subject))?;
    let person: CoreUserInfoClaims = userinfo.request_async(http).await?;
    check(person.preferred_username().is_some(), "userinfo tells no name")?;

    let refresh_token = tokens.refresh_token().ok_or("no refresh token")?;
    let next = tapri.exchange_refresh_token(refresh_token)?.request_async(http).await?;
    let is_active = async |token: &AccessToken| -> Result<bool, Failure> {
        Ok(tapri.introspect(token).request_async(http).await?.active())
    };
    check(is_active(next.access_token()).await?, "a fresh token is not active")?;
    check(next.refresh_token().is_some_and(|next| next.secret() != refresh_token.secret()), "no new refresh token")?;
    // Revocation is where this crate insists on https; against a machine of one's own it does not even ask.
    let revoking = tapri.revoke_token(next.access_token().clone().into());
    check(revoking.is_err(), "the crate would revoke without https now: let it")
}

async fn device(http: &Client) -> Result<(), Failure> {
    let metadata = discover(http).await?;
    let endpoint = metadata.additional_metadata().device_authorization_endpoint.clone();
    let frame = CoreClient::from_provider_metadata(metadata, ClientId::new(variable("TAPRI_TEST_DEVICE_ID")), None)
        .set_device_authorization_url(endpoint);
    let asked = frame.exchange_device_code().add_scope(Scope::new("posts:read".to_owned()));
    let begun: CoreDeviceAuthorizationResponse = asked.request_async(http).await?;
    ask("device", &[("user_code", begun.user_code().secret()), ("scopes", "posts:read")]).await?;
    let poll = frame.exchange_device_access_token(&begun)?;
    let tokens = poll.request_async(http, tokio::time::sleep, None).await?;
    check(tokens.refresh_token().is_some(), "a device gets no refresh token")
}

/// The person's userinfo, got by the lines of the document.
async fn quick_start(http: &Client) -> Result<CoreUserInfoClaims, Failure> {
    let (origin, client_id) = (variable("TAPRI_ORIGIN"), variable("TAPRI_TEST_CLIENT_ID"));
    let (client_secret, redirect_uri) = (variable("TAPRI_TEST_CLIENT_SECRET"), variable("TAPRI_TEST_REDIRECT_URI"));
    let person = include!(concat!(env!("OUT_DIR"), "/quick_start.rs"));
    Ok(person)
}

async fn discover(http: &Client) -> Result<Metadata, Failure> {
    Ok(Metadata::discover_async(IssuerUrl::new(variable("TAPRI_ORIGIN"))?, http).await?)
}

/// Sends the person to `url`; the code with which the browser comes back, after the state was compared.
async fn visit(url: Url, state: &CsrfToken) -> Result<AuthorizationCode, Failure> {
    let back = ask("visit", &[("url", url.as_str()), ("scopes", "profile offline_access")]).await?;
    let back = Url::parse(&back)?;
    let param = |name: &str| back.query_pairs().find(|(has, _)| has == name).map(|(_, value)| value.into_owned());
    check(param("state").as_ref() == Some(state.secret()), "the state came back changed")?;
    Ok(AuthorizationCode::new(param("code").ok_or_else(|| format!("no code in {back}"))?))
}

/// Asks the program that plays the person.
async fn ask(path: &str, query: &[(&str, &str)]) -> Result<String, Failure> {
    let url = Url::parse_with_params(&format!("{}/{path}", variable("TAPRI_TEST_PERSON")), query)?;
    let reply = reqwest::get(url).await?.error_for_status()?;
    Ok(reply.text().await?)
}

fn client_id() -> ClientId {
    ClientId::new(variable("TAPRI_TEST_CLIENT_ID"))
}

fn client_secret() -> ClientSecret {
    ClientSecret::new(variable("TAPRI_TEST_CLIENT_SECRET"))
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is set by whoever starts this"))
}

fn check(is_so: bool, words: &str) -> Result<(), Failure> {
    if is_so { Ok(()) } else { Err(words.into()) }
}
