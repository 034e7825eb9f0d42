//! The extractors themselves.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::header::AUTHORIZATION;
use http::request::Parts;
use httpkit::tokens::{TokenError, Verified};
use httpkit::{Error, GrantId, Result, UserId};

use super::identity::{Identity, Rights, Subject};
use super::scopes::Demanded;
use crate::app::App;

/// Somebody with a good token.
#[derive(Clone, Debug)]
pub struct Caller(Arc<Verified<Identity>>);

impl Caller {
    /// What the token says.
    pub fn identity(&self) -> &Identity {
        &self.0.digest
    }

    /// The token of `Authorization: Bearer`, if any. For the one route that takes a token elsewhere too.
    pub fn bearer(parts: &Parts) -> Result<Option<&str>> {
        bearer(parts)
    }

    /// Whoever holds `token`. For the one route that takes a token elsewhere too.
    pub async fn authenticate(app: &App, token: &str) -> Result<Self> {
        authenticate(app, token).await
    }

    /// The person it stands for.
    ///
    /// # Errors
    /// 403 `user_required` where the token stands for an app alone.
    pub fn user(&self) -> Result<UserId> {
        match self.identity().subject {
            Subject::User(user) => Ok(user),
            Subject::App(_) => Err(Error::forbidden("user_required", "This needs a token that stands for a person")),
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let token = bearer(parts)?.ok_or_else(Error::token_missing)?;
        authenticate(app, token).await
    }
}

/// Somebody with a good token, or nobody. A token that is sent and not good is refused all the same.
#[derive(Clone, Debug)]
pub struct MaybeCaller(Option<Caller>);

impl MaybeCaller {
    /// The person who reads, if one does and their token has the scope `S`; a token without it reads like the public.
    pub fn user_with<S: Demanded>(&self) -> Option<UserId> {
        let identity = self.0.as_ref()?.identity();
        match identity.subject {
            Subject::User(user) if identity.rights.allow(S::SCOPE) => Some(user),
            Subject::User(_) | Subject::App(_) => None,
        }
    }
}

impl FromRequestParts<App> for MaybeCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        match bearer(parts)? {
            Some(token) => Ok(Self(Some(authenticate(app, token).await?))),
            None if app.settings().public_reading => Ok(Self(None)),
            None => Err(Error::token_missing()),
        }
    }
}

/// A person whose token has the scope `S`.
#[derive(Clone, Debug)]
pub struct Scoped<S> {
    /// Who.
    pub user: UserId,
    scope: PhantomData<S>,
}

impl<S: Demanded> FromRequestParts<App> for Scoped<S> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let caller = Caller::from_request_parts(parts, app).await?;
        if !caller.identity().rights.allow(S::SCOPE) {
            return Err(Error::insufficient_scope(S::SCOPE.name()));
        }
        Ok(Self { user: caller.user()?, scope: PhantomData })
    }
}

/// The account's owner in person.
#[derive(Clone, Copy, Debug)]
pub struct FirstParty {
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: GrantId,
}

impl FromRequestParts<App> for FirstParty {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let caller = Caller::from_request_parts(parts, app).await?;
        match (caller.identity().rights, caller.identity().grant) {
            (Rights::Own, Some(session)) => Ok(Self { user: caller.user()?, session }),
            _ => Err(Error::forbidden("first_party_only", "Only the account's owner can do this, in person")),
        }
    }
}

impl OptionalFromRequestParts<App> for FirstParty {
    type Rejection = Error;

    /// Nobody where no token is sent; one that is sent must be good.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>> {
        if parts.headers.contains_key(AUTHORIZATION) {
            <Self as FromRequestParts<App>>::from_request_parts(parts, app).await.map(Some)
        } else {
            Ok(None)
        }
    }
}

/// The token of `Authorization: Bearer`, if any.
fn bearer(parts: &Parts) -> Result<Option<&str>> {
    let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
    let Some(header) = headers.next() else { return Ok(None) };
    let malformed = || Error::unreadable("authorization_unreadable", "Send one header: Authorization: Bearer …");
    if headers.next().is_some() {
        return Err(malformed());
    }
    let (scheme, token) = header.to_str().ok().and_then(|header| header.split_once(' ')).ok_or_else(malformed)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token.trim())) } else { Err(malformed()) }
}

/// Judges a token by signature, claims, clock and the list of what was ended.
async fn authenticate(app: &App, token: &str) -> Result<Caller> {
    let now = app.now();
    let verified = match app.verifier().verify(token, now) {
        // Keys change: the auth server may have begun to sign with one that this replica has not heard of yet.
        Err(TokenError::UnknownKey) => {
            app.follower().seek_key(app).await;
            app.verifier().verify(token, now)
        }
        outcome => outcome,
    };
    let verified = verified.map_err(refuse)?;
    let covered = match app.ended().covers(&verified.claims, &verified.digest, now) {
        None => {
            app.follower().revive(app).await;
            app.ended().covers(&verified.claims, &verified.digest, now)
        }
        known => known,
    };
    match covered {
        Some(false) => Ok(Caller(verified)),
        Some(true) => Err(Error::token_invalid("token_revoked", "What this token was issued under has been ended")),
        None => Err(Error::unavailable("the auth server has not been heard of for too long to judge tokens")),
    }
}

fn refuse(error: TokenError) -> Error {
    match error {
        TokenError::Expired => Error::token_invalid("token_expired", "The access token has expired. Refresh it"),
        TokenError::Malformed
        | TokenError::Kind
        | TokenError::UnknownKey
        | TokenError::Signature
        | TokenError::Times
        | TokenError::Place => {
            Error::token_invalid("token_invalid", "The access token is not one that Tapri issued for this place")
        }
    }
}
