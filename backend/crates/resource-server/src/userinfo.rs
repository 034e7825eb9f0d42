//! `/oauth/userinfo` (OpenID Connect Core section 5.3) and the metadata of this server as a resource (RFC 9728).
//!
//! Answered here and not by the auth server: claims about a person are this server's data. Bodies and errors are those of
//! the RFCs, without the envelope.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use httpkit::middleware::cors;
use httpkit::{Error, Kind, Result, Scope, json_response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Caller;
use crate::{accounts, users};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get, post)).routes(routes!(protected_resource)).layer(cors::bearer())
}

/// What an app may know about the person (OpenID Connect Core section 5.1), by its scopes.
#[derive(Serialize, ToSchema)]
struct Claims {
    /// The user's id, the same for every app.
    sub: String,
    /// With `profile`.
    #[serde(flatten)]
    profile: Option<ProfileClaims>,
    /// With `email`.
    #[serde(flatten)]
    email: Option<EmailClaims>,
}

#[derive(Serialize, ToSchema)]
struct ProfileClaims {
    name: String,
    preferred_username: String,
    /// The profile's page.
    profile: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct EmailClaims {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    email_verified: bool,
}

/// What a token in a form looks like (RFC 6750 section 2.2).
#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of a form, for the document")]
struct TokenForm {
    access_token: Option<String>,
}

/// Claims about the person
///
/// Needs `openid`; `profile` and `email` add theirs.
#[utoipa::path(
    get, path = "/oauth/userinfo", tag = "OAuth", operation_id = "userinfo",
    security(("oauth" = ["openid"])),
    responses(
        (status = 200, description = "The claims", body = Claims),
        (status = 400, description = "The token was sent twice, or cannot be read", body = Refusal),
        (status = 401, description = "No token, or none that is good", body = Refusal),
        (status = 403, description = "The token lacks the scope `openid`", body = Refusal)
    )
)]
async fn get(State(app): State<App>, request: Request) -> Response {
    answer(claims(&app, request).await)
}

/// Claims about the person
///
/// The same by POST, with the token as header or in a form.
#[utoipa::path(
    post, path = "/oauth/userinfo", tag = "OAuth", operation_id = "userinfoByPost",
    security(("oauth" = ["openid"])),
    request_body(content = Option<TokenForm>, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The claims", body = Claims),
        (status = 400, description = "The token was sent twice, or cannot be read", body = Refusal),
        (status = 401, description = "No token, or none that is good", body = Refusal),
        (status = 403, description = "The token lacks the scope `openid`", body = Refusal)
    )
)]
async fn post(State(app): State<App>, request: Request) -> Response {
    answer(claims(&app, request).await)
}

async fn claims(app: &App, request: Request) -> Result<Claims> {
    let caller = caller(app, request).await?;
    caller.demand(app, Scope::OpenId)?;
    let rights = caller.identity().rights;
    let user = caller.user()?;
    let profile = if rights.allow(Scope::Profile) { Some(profile(app, user).await?) } else { None };
    let email = if rights.allow(Scope::Email) {
        let private = accounts::private_fields(app, user).await?;
        Some(EmailClaims { email: private.email, email_verified: private.email_confirmed })
    } else {
        None
    };
    Ok(Claims { sub: user.to_string(), profile, email })
}

async fn profile(app: &App, user: httpkit::UserId) -> Result<ProfileClaims> {
    let card = users::cards(app, &[user]).await?.pop().flatten();
    let card = card.ok_or_else(|| Error::token_invalid("account_gone", "This account does not exist any more"))?;
    Ok(ProfileClaims {
        profile: format!("{}/{}", app.settings().origin_text(), card.username),
        name: card.display_name,
        preferred_username: card.username,
        picture: card.avatar_url,
    })
}

/// Who asks: by the header or, in a POST, by a form's `access_token`; not by both (RFC 6750 section 2).
async fn caller(app: &App, request: Request) -> Result<Caller> {
    let (mut parts, body) = request.into_parts();
    let in_form = if is_form(&parts) { token_of_form(app, body).await? } else { None };
    match in_form {
        Some(_) if parts.headers.contains_key(AUTHORIZATION) => {
            Err(Error::unreadable("token_twice", "Send the access token once: as header or in the form"))
        }
        Some(token) => Caller::of_form(app, &parts, &token).await,
        None => Caller::from_request_parts(&mut parts, app).await,
    }
}

fn is_form(parts: &http::request::Parts) -> bool {
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    parts.method == http::Method::POST && essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

async fn token_of_form(app: &App, body: Body) -> Result<Option<String>> {
    let bytes = Bytes::from_request(Request::new(body), app)
        .await
        .map_err(|_| Error::unreadable("body_unreadable", "The body did not arrive whole"))?;
    let mut tokens = url::form_urlencoded::parse(&bytes).filter(|(name, _)| name == "access_token");
    let token = tokens.next().map(|(_, token)| token.into_owned());
    match tokens.next() {
        None => Ok(token),
        Some(_) => Err(Error::unreadable("token_twice", "Send the access token once")),
    }
}

fn answer(outcome: Result<Claims>) -> Response {
    match outcome {
        Ok(claims) => json_response(StatusCode::OK, &claims),
        Err(error) => refuse(error),
    }
}

/// Why the claims are not told (RFC 6750 section 3.1).
#[derive(Serialize, ToSchema)]
#[schema(as = UserinfoRefusal)]
struct Refusal {
    error: &'static str,
    error_description: String,
}

/// `error` with the body of RFC 6749 section 5.2 and the codes of RFC 6750 section 3.1.
fn refuse(error: Error) -> Response {
    let code = match error.kind() {
        Kind::Unreadable => "invalid_request",
        Kind::Unauthenticated => match error.reason() {
            "dpop_proof_invalid" => "invalid_dpop_proof",
            "dpop_nonce_wanted" => "use_dpop_nonce",
            _ => "invalid_token",
        },
        Kind::Forbidden => "insufficient_scope",
        Kind::Unavailable | Kind::TooMany => "temporarily_unavailable",
        _ => "server_error",
    };
    let refusal = Refusal { error: code, error_description: error.message().to_owned() };
    let (mut parts, _) = error.into_response().into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let (_, body) = json_response(parts.status, &refusal).into_parts();
    Response::from_parts(parts, body)
}

/// This server as a protected resource (RFC 9728).
#[derive(Serialize, ToSchema)]
struct ProtectedResource {
    resource: String,
    authorization_servers: [String; 1],
    scopes_supported: Vec<&'static str>,
    bearer_methods_supported: [&'static str; 1],
    dpop_signing_alg_values_supported: [&'static str; 4],
    /// Apps choose; those of the FAPI 2.0 profile get only bound tokens.
    dpop_bound_access_tokens_required: bool,
    resource_name: &'static str,
    resource_documentation: String,
}

/// Metadata of the API as an OAuth resource
#[utoipa::path(
    get, path = "/.well-known/oauth-protected-resource", tag = "OAuth", operation_id = "protectedResourceMetadata",
    responses((status = 200, description = "RFC 9728", body = ProtectedResource))
)]
async fn protected_resource(State(app): State<App>) -> Response {
    let origin = app.settings().origin_text();
    let metadata = ProtectedResource {
        resource: origin.clone(),
        authorization_servers: [origin.clone()],
        scopes_supported: Scope::ALL.iter().map(|scope| scope.name()).collect(),
        bearer_methods_supported: ["header"],
        dpop_signing_alg_values_supported: httpkit::dpop::ALGORITHMS,
        dpop_bound_access_tokens_required: false,
        resource_name: "Tapri",
        resource_documentation: format!("{origin}/docs"),
    };
    json_response(StatusCode::OK, &metadata)
}
