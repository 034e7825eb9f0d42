//! The OpenAPI document: what both servers' routes say of themselves, and what is true of all of them.

use httpkit::error::ErrorDetails;
use httpkit::{ErrorEnvelope, FieldIssue, Scope, WayBack};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    AuthorizationCode, Flow, Http, HttpAuthScheme, OAuth2, Scopes, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Ref,
    ResponseBuilder, ServerBuilder,
};

use crate::consent;

/// The scheme of apps: a token with scopes.
const OAUTH: &str = "oauth";
/// The scheme of a person's own client: a token of a session, which may do everything.
const SESSION: &str = "session";

const DESCRIPTION: &str = "A self-hosted community for photographs. Every answer under `/api/` has one envelope; an error \
    names its `details.reason`, a stable slug. Lists go on with `cursor`. Apps get in by OAuth 2 (code with PKCE) with the \
    scopes that a person allows; `X-Request-Id` names every answer. What was released stays: a route that is to go says so for \
    half a year, with `Deprecation` and `Sunset` in its answers.";

const TAGS: [(&str, &str); 13] = [
    ("Accounts", "Signing up and in, sessions, passwords. In person only"),
    ("Profiles", "People as others see them"),
    ("Posts", "Photographs and words"),
    ("Media", "Uploading pictures"),
    ("Likes", "Who likes what"),
    ("Comments", "Talk below a post"),
    ("Follows", "Who follows whom"),
    ("Feeds", "What is new"),
    ("Apps", "A developer's own apps, apps with access, consent. In person only"),
    ("Webhooks", "Telling apps and whoever runs this place what happens around accounts. In person only"),
    ("Moderation", "Reports, and what moderators decide"),
    ("Administration", "Roles, suspended accounts and what was done. For admins"),
    ("OAuth", "The authorization server, by the letter of the RFCs and without the envelope"),
];

/// What is there before the first route.
pub(crate) fn base() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Tapri")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    let components = ComponentsBuilder::new()
        .schema_from::<ErrorEnvelope>()
        .schema_from::<ErrorDetails>()
        .schema_from::<FieldIssue>()
        .schema_from::<WayBack>()
        .security_scheme(OAUTH, oauth())
        .security_scheme(SESSION, session());
    let tags = TAGS.map(|(name, words)| TagBuilder::new().name(name).description(Some(words)).build());
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([ServerBuilder::new().url("/").description(Some("This place")).build()]))
        .components(Some(components.build()))
        .tags(Some(tags))
        .build()
}

fn oauth() -> SecurityScheme {
    let scopes = Scopes::from_iter(Scope::ALL.iter().map(|scope| (scope.name(), consent::words(*scope).title)));
    let flow = AuthorizationCode::with_refresh_url("/oauth/authorize", "/oauth/token", scopes, "/oauth/token");
    SecurityScheme::OAuth2(OAuth2::with_description(
        [Flow::AuthorizationCode(flow)],
        "What an app may do for the person who let it in. Leave the client secret empty: `/docs` is a public client.",
    ))
}

fn session() -> SecurityScheme {
    let mut http = Http::new(HttpAuthScheme::Bearer);
    http.bearer_format = Some("JWT".to_owned());
    http.description =
        Some("The access token of `POST /api/v1/auth/login`: the person themselves, who may do everything.".to_owned());
    SecurityScheme::Http(http)
}

/// `own` and the auth server's part as one, with what every operation of the API has in common.
pub(crate) fn finish(mut own: OpenApi, auth: OpenApi) -> OpenApi {
    own.merge(auth);
    for (path, item) in &mut own.paths.paths {
        let in_envelope = path.starts_with("/api/");
        for operation in operations(item) {
            accept_session(operation);
            name_group(operation);
            if in_envelope {
                name_refusals(operation);
            }
        }
    }
    own
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// What an app may do, the person's own client may do too. Where that needs a role, it is named like a scope, as OpenAPI 3.1
/// has it for schemes that know none.
fn accept_session(operation: &mut Operation) {
    let Some(accepted) = &mut operation.security else { return };
    let of_apps = accepted.iter().find_map(|requirement| {
        let requirement = serde_json::to_value(requirement).ok()?;
        Some(requirement.get(OAUTH)?.as_array()?.iter().filter_map(|scope| scope.as_str()?.parse().ok()).collect())
    });
    let Some(scopes): Option<Vec<Scope>> = of_apps else { return };
    let roles = scopes.into_iter().filter(|scope| matches!(scope, Scope::Mod | Scope::Admin)).map(Scope::name);
    accepted.push(SecurityRequirement::new(SESSION, roles));
}

/// Groups are called as [`TAGS`] calls them, however a route has written it.
fn name_group(operation: &mut Operation) {
    for tag in operation.tags.iter_mut().flatten() {
        if let Some((name, _)) = TAGS.iter().find(|(name, _)| name.eq_ignore_ascii_case(tag)) {
            (*name).clone_into(tag);
        }
    }
}

/// Every refusal has the envelope; a route that names its own keeps them.
fn name_refusals(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for (status, digit, words) in
        [("4XX", '4', "Refused; `details.reason` says why"), ("5XX", '5', "Not possible just now")]
    {
        if responses.keys().any(|known| known.starts_with(digit)) {
            continue;
        }
        let envelope = ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorEnvelope"))).build();
        let response = ResponseBuilder::new().description(words).content("application/json", envelope).build();
        responses.insert(status.to_owned(), response.into());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Every operation with its path.
    fn all(document: &mut OpenApi) -> Vec<(String, &mut Operation)> {
        let paths = document.paths.paths.iter_mut();
        paths.flat_map(|(path, item)| operations(item).map(|operation| (path.clone(), operation))).collect()
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_a_summary_and_a_known_group() {
        let mut document = crate::openapi(OpenApi::default());
        let mut names = HashSet::new();
        for (path, operation) in all(&mut document) {
            let name = operation.operation_id.clone().unwrap_or_default();
            assert!(!name.is_empty() && names.insert(name.clone()), "{path} has no name of its own: {name}");
            assert!(operation.summary.is_some(), "{path} has no summary");
            let tags = operation.tags.clone().unwrap_or_default();
            assert!(tags.len() == 1 && TAGS.iter().any(|(name, _)| *name == tags[0]), "{path}: {tags:?}");
        }
    }

    #[test]
    fn every_refusal_of_the_api_is_named() {
        let mut document = crate::openapi(OpenApi::default());
        for (path, operation) in all(&mut document).into_iter().filter(|(path, _)| path.starts_with("/api/")) {
            for digit in ['2', '4', '5'] {
                assert!(
                    operation.responses.responses.keys().any(|status| status.starts_with(digit)),
                    "{path}: {digit}xx"
                );
            }
        }
    }

    #[test]
    fn who_may_call_is_said_in_schemes_that_exist_with_scopes_that_exist() {
        let mut document = crate::openapi(OpenApi::default());
        let schemes: HashSet<String> =
            document.components.iter().flat_map(|parts| parts.security_schemes.keys().cloned()).collect();
        assert_eq!(schemes, HashSet::from([OAUTH.to_owned(), SESSION.to_owned()]));
        for (path, operation) in all(&mut document) {
            let accepted = serde_json::to_value(&operation.security).unwrap();
            for requirement in accepted.as_array().into_iter().flatten() {
                for (scheme, scopes) in requirement.as_object().into_iter().flatten() {
                    assert!(schemes.contains(scheme), "{path}: {scheme}");
                    for scope in scopes.as_array().into_iter().flatten() {
                        assert!(scope.as_str().is_some_and(|scope| scope.parse::<Scope>().is_ok()), "{path}: {scope}");
                    }
                }
            }
        }
    }
}
